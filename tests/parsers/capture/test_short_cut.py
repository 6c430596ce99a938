"""Plain packets take a short cut through the loop over TCP's; what comes of a connection is the same without it."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from parsers.capture.columns import Columns, columns
from parsers.capture.flows import Ends, group
from parsers.capture.packets import Packets
from parsers.capture.tcp_flow import tcp_connections
from tests.parsers.capture.dialogue import CLIENT, SERVER, P, opened, packets, short

# Sequence numbers wrap after 256, 100 and 1 bytes, or never.
STARTS = (1000, 0xFFFFFF00, 0xFFFFFF9C, 0xFFFFFFFF)
FLAGS = ("A",) * 60 + ("PA", "FA", "RA", "S", "SA", "P")
JUMPS = (0,) * 60 + (-1, -100, 1, 100, 20_000)
ACKNOWLEDGED = (0,) * 8 + (-1, -10, -100, -101, 1, 100)


def conversation(dice: Random) -> list[P]:
    """Two sides that mostly go on where they were, and acknowledge what came; packets overtake each other."""
    isn = dice.choice(STARTS), dice.choice(STARTS)
    said = opened(isn=isn) if dice.random() < 0.8 else []
    ahead = [1, 1]
    for _ in range(dice.randrange(40)):
        here = dice.randrange(2)
        seq = max(ahead[here] + dice.choice(JUMPS), 0)
        ack = max(ahead[1 - here] + dice.choice(ACKNOWLEDGED), 0)
        data = bytes(dice.choice((0, 0, 1, 10, 100, 100)))
        said.append(P("><"[here] + dice.choice(FLAGS), seq, ack, data, isn=isn))
        ahead[here] = max(ahead[here], seq + len(data))
    return said


def outcome(c: Columns, made: Packets) -> list[Any]:
    """All that is known of the connections in the end."""
    ends = Ends((CLIENT, SERVER), (40000, 80))
    return [
        (
            (tcp.first, tcp.stop, tcp.last, tcp.missed, str(tcp.history), tcp.partial),
            [(end.state, end.previous, tcp.size_of(end), end.did_close) for end in tcp.ends],
            "".join(map(short, tcp.out.events(tcp.orig.side, c, made))),
            tcp.weirds.found if tcp.weirds else [],
        )
        for tcp in tcp_connections(c, made, 0, len(made), ends)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_nothing_changes(seed: int) -> None:
    dice = Random(seed)
    for _ in range(50):
        made = packets(conversation(dice))
        c = columns(made, group(made), 0, len(made))
        assert outcome(c, made) == outcome(replace(c, plain=memoryview(bytes(len(made)))), made)
