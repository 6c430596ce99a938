"""Whatever comes, a tunnel protocol finds frames inside the payload or none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.capture.tunnels.reading import TunnelProtocol
from parsers.capture.tunnels.registry import TUNNELS
from tests.parsers.capture.build import ethernet, ipv4, packets, udp
from tests.parsers.capture.tunnels.build import (
    ORIGIN,
    TEREDO6,
    authentication,
    ayiya,
    geneve,
    gre,
    gtp,
    packet,
    packet6,
    pptp,
    read,
    vxlan,
)

FRAME = ethernet(packet())
SEEDS = [
    packet(),
    packet6(),
    gre(packet(), flags=0xB000, fields=bytes(12)),
    gre(FRAME, 0x22EB, fields=bytes(11) + b"\1" + bytes(8)),
    gre(FRAME, 0x8200),
    pptp(packet6(), 0x0057),
    authentication(b"me", b"secret") + ORIGIN + packet6(src=TEREDO6),
    vxlan(FRAME),
    geneve(FRAME, options=bytes(8)),
    gtp(packet(), flags=0x34, fields=b"\0\1\2\0\1\x08\x68\xc0\2" + bytes(6) + b"\0"),
    ayiya(packet6(), 41),
]
changed = st.tuples(st.sampled_from(SEEDS), st.integers(0, 60), st.binary(max_size=3), st.integers(0, 70)).map(
    lambda change: (change[0][: change[1]] + change[2] + change[0][change[1] + len(change[2]) :])[: change[3]]
)
hostile = st.one_of(st.binary(max_size=80), changed)


@pytest.mark.parametrize("protocol", TUNNELS, ids=lambda protocol: protocol.kind)
@settings(max_examples=40, deadline=None)
@given(payloads=st.lists(hostile, max_size=4), number=st.sampled_from([4, 41, 47, 17]), nested=st.booleans())
def test_frames_lie_inside(protocol: TunnelProtocol, payloads: list[bytes], number: int, nested: bool) -> None:
    reading = read(protocol, *payloads, number=number, nested=nested)
    end = 0
    for place, payload in enumerate(payloads):
        start, end = end + 3, end + 3 + len(payload)
        if reading.found[place] and reading.size[place] > 0:
            assert start <= reading.at[place]
            assert reading.at[place] + reading.size[place] == end
        assert bool(reading.violates[place]) <= (not reading.found[place])
        assert not (reading.violates[place] and reading.found[place])


PORTS = sorted(port for protocol in TUNNELS for port in protocol.ports)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(hostile, st.sampled_from([4, 41, 47, *PORTS, 9])), max_size=5))
def test_a_capture_of_them(sent: list[tuple[bytes, int]]) -> None:
    frames = [ethernet(ipv4(payload, to) if to in {4, 41, 47} else ipv4(udp(payload, 9, to))) for payload, to in sent]
    found = packets(frames)
    ends = found.offset + found.captured
    assert (ends <= len(found.data)).all()
    assert (found.number[1:] >= found.number[:-1]).all()
    # A packet that came through a tunnel stands behind the one around it.
    outer = found.number[found.parent < 0]
    assert set(found.number.tolist()) == set(outer.tolist())
