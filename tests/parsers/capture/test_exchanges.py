"""What columns tell of plain exchanges of datagrams is what the loop over them tells."""

from random import Random

import numpy as np
import pytest

from parsers.capture import serving
from parsers.capture.columns import columns
from parsers.capture.datagrams import datagram_connection, forgotten, runs
from parsers.capture.exchanges import Exchanges
from parsers.capture.flows import UDP, Ends, group
from tests.parsers.capture.dialogue import CLIENT, SERVER, P, datagram, packets
from tests.parsers.protocols.feeding import connection

_PORTS = (40000, 9999), (40000, 53), (40000, 137), (5353, 5353), (53, 40000)
_QUERY, _MASS = bytes(12), b"\0\0\0\0\1\1" + bytes(6)


def check(said: list[P]) -> bool:
    """Whether an exchange is plain; if so both ways have to agree. A datagram of somebody else comes long after it."""
    ports = said[0].ports
    made = packets([*said, datagram("<", ports=(1, 2), at=3600)])
    flows = group(made)
    c = columns(made, flows, 0, len(made))
    (flow,) = np.flatnonzero(flows.dport == ports[1])
    stop = int(flows.bounds[flow + 1])
    is_udp = np.ones(len(flows.bounds) - 1, np.bool_)
    found = Exchanges(c, made.data, made.clock, (flows.bounds, flows.sport, flows.dport, is_udp)).get(int(flow))
    if found is None:
        return False
    ends = Ends((CLIENT, SERVER), ports)
    ((first, last, orig),) = runs(c, made, int(flows.bounds[flow]), stop, ends, UDP)
    assert (first, last, orig) == (found.first, found.stop, 0)
    loop = datagram_connection(c, first, last, orig, UDP)
    assert (loop.last, loop.history) == (found.stop - 1, "D" if found.answered is None else "Dd")
    assert tuple(sent or 0 for sent in loop.sent) == found.sent
    assert forgotten(c, made, loop, ports) == found.over
    for turned in (False, True):
        asked = connection("udp")
        asked.turned = turned
        assert serving.of_exchange(asked, found, c) == serving.of_datagrams(asked, loop, c)
    return True


@pytest.mark.parametrize("seed", range(4))
def test_both_ways_agree(seed: int) -> None:
    dice = Random(seed)
    plain = []
    for _ in range(60):
        ports = dice.choice(_PORTS)
        at = 0.0
        said = []
        for i in range(dice.randrange(1, 6)):
            content = dice.choice((_QUERY, _QUERY, bytes(3), b"") if dice.random() < 0.95 else (_MASS,))
            said.append(datagram(dice.choice("><") if i else ">", content, ports, at=at))
            at += dice.choice((0.01, 0.01, 0.01, 1, 8.9, 9, 10, 59, 60))
        plain.append(check(said))
    assert 10 < sum(plain) < 55


def test_what_the_loop_is_needed_for() -> None:
    query = datagram(">", _QUERY, _PORTS[1], at=0)
    assert check([query, datagram("<", _QUERY, _PORTS[1], at=9.9)])
    assert not check([query, datagram("<", _QUERY, _PORTS[1], at=10)])
    assert not check([query, datagram("<", _MASS, _PORTS[1], at=1)])
    assert check([datagram(">", _MASS, _PORTS[0], at=0), datagram("<", at=59)])
    assert not check([datagram(">", at=0), datagram("<", at=60)])
    assert not check([datagram(">", ports=_PORTS[4], at=0)])
