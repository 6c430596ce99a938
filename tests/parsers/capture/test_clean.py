"""What columns tell of clean connections is what the loop over their packets tells."""

from random import Random
from typing import Any

import numpy as np
import pytest

from parsers.capture import serving
from parsers.capture.clean import Clean, CleanFlows
from parsers.capture.columns import Columns, columns
from parsers.capture.conn_state import tcp_state
from parsers.capture.flows import Ends, group
from parsers.capture.packets import Ints
from parsers.capture.tcp import Tcp
from parsers.capture.tcp_flow import tcp_connections
from parsers.limits import CHUNK_BYTES
from parsers.protocols.analyzer import Connection
from parsers.protocols.expiry import first_at
from tests.parsers.capture.dialogue import CLIENT, SECOND, SERVER, P, opened, packets
from tests.parsers.protocols.feeding import connection

PORTS = (40000, 80)
_ISN = (1000, 70_000)
# Of the many ways in which a conversation may not be clean, one for most.
_FAULTS = ("again", "early", "lost", "flags", "shut", "late", "cut", "unheard", "ahead")


def conversation(dice: Random, *, steps: int = 12) -> list[P]:
    """Two sides that send and acknowledge in order; some go on until both have closed."""
    said = opened(isn=_ISN)
    sent, heard = [1, 1], [1, 1]

    def say(side: int, flags: str, size: int = 0) -> None:
        data = dice.randbytes(size)
        heard[side] = dice.choice((heard[side], sent[1 - side], sent[1 - side])) if "F" not in flags else sent[1 - side]
        said.append(P("><"[side] + flags, sent[side], heard[side], data, isn=_ISN))
        sent[side] += size + ("F" in flags)

    for _ in range(dice.randrange(steps)):
        say(dice.randrange(2), dice.choice(("A", "A", "PA")), dice.choice((0, 0, 1, 10, 100)))
    if dice.random() < 0.7:
        first = dice.randrange(2)
        say(first, "FA", dice.choice((0, 0, 10)))
        for _ in range(dice.randrange(3)):
            say(1 - first, "A", dice.choice((0, 0, 10)))
        say(1 - first, "FA", dice.choice((0, 10)))
        for _ in range(dice.randrange(3)):
            say(first, "A")
    elif dice.random() < 0.5:
        say(dice.randrange(2), dice.choice(("R", "RA")))
    return said


def disturb(dice: Random, said: list[P]) -> None:
    """Let one thing go wrong."""
    place = dice.randrange(len(said))
    packet = said[place]
    match dice.choice(_FAULTS):
        case "again":
            said.insert(place, packet)
        case "early":
            said.insert(max(place - 1, 0), said.pop(place))
        case "lost":
            del said[place]
        case "flags":
            packet.what = packet.what[0] + dice.choice(("S", "SA", "R", "RA", "FA", "F", "UA", "A", ""))
        case "shut":
            packet.window = 0
        case "late":
            packet.at = dice.choice((4.9, 5.1, 6, 59, 61, 299, 301, 4000))
        case "cut":
            packet.held = max(len(packet.data) - 1, 0)
        case "unheard":
            packet.ack = max(packet.ack - dice.choice((1, 10)), 0)
        case "ahead":
            packet.ack += dice.choice((1, 10))


def check(said: list[P]) -> bool:
    """Whether a conversation is clean; if so both ways have to agree."""
    made = packets(said)
    flows = group(made)
    c = columns(made, flows, 0, len(made))
    found = CleanFlows(c, made.data, flows.bounds, np.ones(len(flows.bounds) - 1, np.bool_))
    clean = found.get(0)
    if clean is None:
        return False
    (tcp,) = tcp_connections(c, made, 0, len(made), Ends((CLIENT, SERVER), PORTS))
    assert list(found.events(clean)) == list(tcp.out.events(0, c, made))
    # The capture goes on without them.
    clock = np.append(made.clock, made.clock[-1] + np.array([1, 4, 5, 6, 299, 300, 301]) * SECOND)
    assert cells(clean, clock) == cells_of(tcp, c, clock)
    return True


def cells(clean: Clean, clock: Ints) -> list[Any]:
    told = clean.first, clean.stop, clean.start, clean.last, clean.established, clean.history, clean.sent, clean.state
    served = [serving.of_clean(each, clean) for each in (connection(), turned())]
    return [*told, clean.partial, served, first_at(clock, clean.due(PORTS))]


def cells_of(tcp: Tcp, c: Columns, clock: Ints) -> list[Any]:
    assert (tcp.orig.side, tcp.missed, tcp.weirds) == (0, 0, None)
    sent = tcp.size_of(tcp.orig), tcp.size_of(tcp.resp)
    told = tcp.first, tcp.stop, tcp.start, tcp.last, tcp.established, str(tcp.history), sent, tcp_state(tcp)
    served = [serving.of_tcp(each, tcp, c) for each in (connection(), turned())]
    return [*told, tcp.partial, served, tcp.timers.over(tcp.last, tcp.orig, tcp.resp, clock)]


def turned() -> Connection:
    there = connection()
    there.turned = True
    return there


@pytest.mark.parametrize("seed", range(4))
def test_clean_ones_are_found_and_told_alike(seed: int) -> None:
    dice = Random(seed)
    for _ in range(60):
        assert check(conversation(dice))


@pytest.mark.parametrize("seed", range(6))
def test_what_is_not_clean_is_left_to_the_loop_or_told_alike(seed: int) -> None:
    dice = Random(seed)
    found = []
    for _ in range(100):
        said = conversation(dice)
        disturb(dice, said)
        found.append(check(said))
    assert 5 < sum(found) < 60


def test_long_runs_are_cut_alike() -> None:
    size = 60_000
    times = CHUNK_BYTES // size * 2 + 3
    said = [P("<A", 1 + size * i, 1, bytes(size), isn=_ISN) for i in range(times)]
    assert check([*opened(isn=_ISN), *said])
    assert check([*opened(isn=_ISN), *said[:3]])


def test_numbers_that_begin_anew_are_left_to_the_loop() -> None:
    isn = 1000, 0xFFFFFF00
    assert check([*opened(isn=isn), P("<A", 1, 1, bytes(100), isn=isn)])
    assert not check([*opened(isn=isn), P("<A", 1, 1, bytes(300), isn=isn)])


def test_those_that_never_came_about() -> None:
    ask = P(">S", isn=_ISN)
    assert check([ask])
    assert check([ask, P("<RA", 0, 1, isn=_ISN)])
    assert check([ask, P("<RA", 5000, 1, isn=_ISN, at=4.9)])
    assert not check([ask, P("<RA", 0, 1, isn=_ISN, at=5)])
    assert not check([ask, P("<R", 0, 0, isn=_ISN)])
    assert not check([ask, ask])
