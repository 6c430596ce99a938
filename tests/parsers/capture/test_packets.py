import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.capture import blocks
from parsers.capture.decoding import decode
from parsers.capture.formats.registry import index
from parsers.capture.packets import BROKEN, Packets
from parsers.updates import OpenError
from tests.parsers.capture.build import (
    CLIENT,
    CLIENT6,
    SERVER,
    SERVER6,
    START,
    ethernet,
    fragment6,
    ipv4,
    ipv6,
    packets,
    payloads,
    pcap,
    tcp,
    udp,
)

ICMP = struct.pack(">BBHI", 8, 3, 0, 1)


def only(frame: bytes, wire: int | None = None) -> dict[str, int | str | bytes]:
    """The one row that a frame gives."""
    found = packets([frame], wire=wire)
    assert len(found) == 1
    names = ("proto", "sport", "dport", "ip_len", "length", "captured", "seq", "ack", "flags", "window")
    cells: dict[str, int | str | bytes] = {name: int(getattr(found, name)[0]) for name in names}
    ends = {"src": found.addresses[found.src[0]], "dst": found.addresses[found.dst[0]]}
    return cells | ends | {"payload": payloads(found)[0]}


def test_nanoseconds_are_cut_off() -> None:
    data = bytearray(pcap([ethernet(ipv4(udp(b"x")))], nano=True))
    struct.pack_into("<I", data, 28, 123_456_999)
    found = decode(index(memoryview(data)), memoryview(data))
    assert found.ts.tolist() == found.clock.tolist() == [START * 10**9 + 123_456_000]


@pytest.mark.parametrize("options", [b"", b"\1" * 12])
def test_tcp_over_ipv4(options: bytes) -> None:
    row = only(ethernet(ipv4(tcp(b"GET /", options=options), 6, options=options)))
    assert row == {
        "proto": 6,
        "sport": 40000,
        "dport": 80,
        "ip_len": 45 + 2 * len(options),
        "length": 5,
        "captured": 5,
        "seq": 1000,
        "ack": 2000,
        "flags": 0x18,
        "window": 512,
        "src": CLIENT,
        "dst": SERVER,
        "payload": b"GET /",
    }


def test_udp_over_ipv6() -> None:
    row = only(ethernet(ipv6(udp(b"query")), 0x86DD))
    assert (row["src"], row["dst"], row["ip_len"], row["proto"]) == (CLIENT6, SERVER6, 53, 17)
    assert (row["sport"], row["dport"], row["length"], row["payload"]) == (5000, 53, 5, b"query")
    assert (row["seq"], row["ack"], row["flags"], row["window"]) == (13, 13, 0, 0)


@pytest.mark.parametrize("packet", [ipv4(ICMP + b"abc", 1), ipv6(ICMP + b"abc", 58)])
def test_icmp_has_type_and_code_for_ports(packet: bytes) -> None:
    row = only(ethernet(packet))
    assert (row["sport"], row["dport"], row["length"], row["payload"]) == (8, 3, 3, b"abc")


@pytest.mark.parametrize(("packet", "protocol"), [(ipv4(b"sctp", 132), 132), (ipv6(b"sctp", 132), 132)])
def test_any_other_protocol_has_no_ports(packet: bytes, protocol: int) -> None:
    row = only(ethernet(packet))
    assert (row["proto"], row["sport"], row["dport"], row["payload"]) == (protocol, 0, 0, b"sctp")


def test_padding_of_the_frame_is_no_payload() -> None:
    assert only(ethernet(ipv4(udp(b"x"))) + bytes(17))["payload"] == b"x"
    assert only(ethernet(ipv4(tcp(), 6)) + bytes(6))["length"] == 0


def test_a_length_of_zero_means_what_was_captured() -> None:
    row = only(ethernet(ipv4(tcp(b"offloaded"), 6, total=0)))
    assert (row["ip_len"], row["length"], row["payload"]) == (0, 9, b"offloaded")


def test_a_payload_that_was_not_captured_whole() -> None:
    frame = ethernet(ipv4(tcp(b"a" * 100), 6))
    row = only(frame[:-60], wire=len(frame))
    assert (row["ip_len"], row["length"], row["captured"], row["payload"]) == (140, 100, 40, b"a" * 40)


def test_udp_counts_by_its_own_length() -> None:
    row = only(ethernet(ipv4(udp(b"a" * 10, length=1008))))
    assert (row["length"], row["captured"]) == (1000, 10)
    row = only(ethernet(ipv4(udp(b"a" * 10, length=12))))
    assert (row["length"], row["captured"]) == (4, 10)
    assert only(ethernet(ipv4(udp(b"a" * 10, length=3))))["length"] == 0


@pytest.mark.parametrize("size", [0, 16, 60])
def test_a_tcp_header_whose_length_cannot_be(size: int) -> None:
    row = only(ethernet(ipv4(tcp(b"data", size=size, flags=0xC2), 6)))
    assert (row["sport"], row["flags"], row["length"], row["payload"]) == (40000, BROKEN | 2, 0, b"")


def test_only_the_six_flags_are_kept() -> None:
    assert only(ethernet(ipv4(tcp(flags=0xFF), 6)))["flags"] == 0x3F


GOOD = ipv4(udp(b"good"))


@pytest.mark.parametrize(
    "packet",
    [
        b"\x54" + GOOD[1:],
        b"\x44" + GOOD[1:],
        b"\x4f" + GOOD[1:],
        ipv4(udp(b"good"), total=19),
        ipv4(udp(b"good"), total=33),
        ipv4(udp(b"")[:7]),
        ipv4(tcp()[:19], 6),
        ipv4(ICMP[:7], 1),
        ipv4(udp(b"good"), 59),
        ipv6(udp(b"good"), length=13),
        ipv6(udp(b"good"), 59),
        ipv6(udp(b"good"))[:39],
        b"",
    ],
)
def test_broken_packets_are_left_out(packet: bytes) -> None:
    found = packets([ethernet(packet) + bytes(1 if len(packet) < 3 else 0), ethernet(GOOD)])
    assert found.number.tolist() == [1]


def test_a_mapped_address_is_the_ipv4_address() -> None:
    found = packets([ethernet(ipv6(udp(b""), src=f"::ffff:{CLIENT}")), ethernet(ipv4(udp(b"")))])
    assert found.addresses[found.src[0]] == CLIENT
    assert found.src[0] == found.src[1]


def test_blocks_are_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [
        ethernet(ipv4(udp(b"a" * 16), offset=0, more=True)),
        ethernet(b"no ip at all......", 0x0806),
        ethernet(ipv6(udp(b"six"))),
        ethernet(ipv4(b"b" * 8, offset=24, src=CLIENT)),
        ethernet(ipv4(udp(b"last"))),
    ]
    whole = packets(frames)
    assert whole.number.tolist() == [2, 3, 4]
    assert payloads(whole) == [b"six", b"a" * 16 + b"b" * 8, b"last"]
    assert whole.ts.tolist() == [(START + i) * 10**9 + i * 1000 for i in (2, 3, 4)]
    for size in (1, 2, 3):
        monkeypatch.setattr(blocks, "SIZE", size)
        pieces = packets(frames)
        assert payloads(pieces) == payloads(whole)
        assert [pieces.addresses[i] for i in pieces.src] == [whole.addresses[i] for i in whole.src]


def test_the_clock_never_goes_back() -> None:
    frames = [ethernet(GOOD), ethernet(GOOD, 0x0806), ethernet(GOOD)]
    data = memoryview(pcap(frames, step=-5))
    found = decode(index(data), data)
    assert found.clock.tolist() == [found.ts[0], found.ts[0]]
    data = memoryview(pcap([b"", *frames], step=-5))
    assert decode(index(data), data).clock.tolist() == [(START - 5) * 10**9 + 1000] * 2


def test_nothing_at_all() -> None:
    found = packets([])
    assert len(found) == 0
    assert found.addresses == []


def decoded(data: bytes) -> Packets | None:
    try:
        return decode(index(memoryview(data)), memoryview(data))
    except OpenError:
        return None


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([0, 1, 12, 113, 228]))
def test_any_bytes_behind_a_header(data: bytes, link: int) -> None:
    assert decoded(pcap([], link=link) + data) is not None
    decoded(data)


SEEDS = [
    ethernet(ipv4(tcp(b"data"), 6), tags=[0x8100]),
    ethernet(ipv6(b"\x3c\0\1\4\0\0\0\0\x2c\0\1\4\0\0\0\0" + fragment6(udp(b"x" * 8), 0, more=False), 0)),
    ethernet(ipv4(udp(b"x" * 16), more=True)),
    ethernet(ipv4(b"x" * 8, offset=16)),
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(SEEDS), st.integers(12, 90), st.binary(max_size=4)), max_size=6))
def test_any_change_of_good_frames(changes: list[tuple[bytes, int, bytes]]) -> None:
    frames = [frame[:at] + new + frame[at + len(new) :] for frame, at, new in changes]
    found = decoded(pcap(frames))
    assert found is not None
    edge = len(found.data)
    inside = np.where(found.offset < edge, found.offset + found.captured <= edge, True)
    assert inside.all()
    assert [len(payload) for payload in payloads(found)] == found.captured.tolist()
