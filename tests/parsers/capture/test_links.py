import struct

import pytest

from parsers import limits
from parsers.capture import links
from parsers.capture.formats.registry import index
from parsers.capture.packets import Packets
from parsers.updates import OpenError
from tests.parsers.capture.build import (
    CLIENT,
    CLIENT6,
    SERVER,
    SERVER6,
    ethernet,
    ipv4,
    ipv6,
    packets,
    payloads,
    pcap,
    udp,
)

INNER = ipv4(udp(b"hello"))
VLAN, SERVICE, OLD = 0x8100, 0x88A8, 0x9100
MACS = b"\x02\0\0\0\0\1\x02\0\0\0\0\2"


def said(found: Packets) -> list[bytes]:
    assert all(found.addresses[place] in (CLIENT, CLIENT6) for place in found.src)
    assert all(found.addresses[place] in (SERVER, SERVER6) for place in found.dst)
    return payloads(found)


def pppoe(payload: bytes, protocol: int = 0x21, length: int | None = None) -> bytes:
    length = len(payload) + 2 if length is None else length
    return struct.pack(">BBHHH", 0x11, 0, 1, length, protocol) + payload


def snap(payload: bytes, kind: int = 0x0800, control: bytes = b"\3", organisation: bytes = b"\0\0\0") -> bytes:
    body = b"\xaa\xaa" + control + organisation + struct.pack(">H", kind) + payload
    return MACS + struct.pack(">H", len(body)) + body


@pytest.mark.parametrize(
    "frame",
    [
        ethernet(INNER),
        ethernet(ipv6(udp(b"hello")), 0x86DD),
        # The IP header's version counts, not the EtherType.
        ethernet(ipv6(udp(b"hello")), 0x0800),
        ethernet(INNER, tags=[VLAN]),
        ethernet(INNER, tags=[SERVICE, VLAN]),
        ethernet(INNER, tags=[OLD, VLAN, VLAN, VLAN]),
        ethernet(pppoe(INNER), 0x8864),
        ethernet(pppoe(ipv6(udp(b"hello")), 0x57), 0x8864, tags=[SERVICE, VLAN]),
        ethernet(b"\0\1\0\x40" * 3 + b"\0\0\3\x40" + INNER, 0x8847),
        ethernet(b"\0\0\3\x40" + INNER, 0x8847, tags=[VLAN]),
        MACS + b"\x89\x03\0\1" + ethernet(INNER),
        ethernet(b"\0\0\0\1" + ethernet(INNER, tags=[VLAN]), 0x88E7, tags=[SERVICE]),
        MACS + b"\x89\x26\x80\1\0\1" + ethernet(INNER, tags=[VLAN])[12:],
        snap(INNER),
        snap(INNER, control=b"\0\0"),
        snap(INNER) + bytes(20),
        ethernet(snap(INNER)[14:], len(snap(INNER)) - 14, tags=[VLAN]),
    ],
)
def test_an_ip_packet_is_found_in_its_frame(frame: bytes) -> None:
    assert said(packets([frame])) == [b"hello"]


@pytest.mark.parametrize(
    "frame",
    [
        ethernet(INNER, 0x0806),
        ethernet(INNER, SERVICE, tags=[VLAN]),
        ethernet(INNER, 1501),
        ethernet(pppoe(INNER, 0xC021), 0x8864),
        ethernet(b"\0\1\0\x40" * 3, 0x8847),
        ethernet(b"\x42\x42\3" + INNER, 60),
        snap(INNER, kind=0x0806),
        snap(INNER, organisation=b"\0\0\1"),
        MACS + b"\x89\x26\x80\1\0\1" + ethernet(INNER)[12:],
        ethernet(b"", tags=[VLAN] * (limits.LINK_HEADERS * 2)) + snap(INNER)[12:],
    ],
)
def test_a_frame_without_an_ip_packet_is_left_out(frame: bytes) -> None:
    assert len(packets([frame])) == 0


def test_every_cut_of_every_frame_is_survived() -> None:
    for frame in (ethernet(pppoe(INNER), 0x8864, tags=[VLAN]), snap(INNER), ethernet(b"\0\0\3\x40" + INNER, 0x8847)):
        found = packets([frame[:cut] for cut in range(1, len(frame))], wire=len(frame))
        assert all(len(payload) < 5 for payload in payloads(found))


def test_pppoe_ends_where_it_says() -> None:
    frame = ethernet(pppoe(INNER[:-2], length=len(INNER)) + b"..", 0x8864)
    assert said(packets([frame])) == [b"hel"]


@pytest.mark.parametrize(
    ("link", "frame"),
    [
        (12, INNER),
        (14, INNER),
        (101, INNER),
        (101, ipv6(udp(b"hello"))),
        (228, INNER),
        (229, ipv6(udp(b"hello"))),
        (113, struct.pack(">HHH8sH", 0, 1, 6, b"", 0x0800) + INNER),
        (113, struct.pack(">HHH8sH", 0, 1, 6, b"", 0x86DD) + ipv6(udp(b"hello"))),
        (276, struct.pack(">HHIHBB8s", 0x0800, 0, 3, 1, 0, 6, b"") + INNER),
        (276, struct.pack(">HHIHBB8s", 0x86DD, 0, 3, 1, 0, 6, b"") + ipv6(udp(b"hello"))),
        (0, struct.pack("<I", 2) + INNER),
        (0, struct.pack(">I", 2) + INNER),
        (0, struct.pack("<I", 30) + ipv6(udp(b"hello"))),
        (108, struct.pack(">I", 24) + ipv6(udp(b"hello"))),
    ],
)
def test_other_link_types(link: int, frame: bytes) -> None:
    assert said(packets([frame], link=link)) == [b"hello"]


@pytest.mark.parametrize(
    ("link", "frame"), [(113, struct.pack(">HHH8sH", 0, 1, 6, b"", 0x0806) + INNER), (0, struct.pack("<I", 7) + INNER)]
)
def test_other_link_types_with_something_else(link: int, frame: bytes) -> None:
    assert len(packets([frame], link=link)) == 0


@pytest.mark.parametrize(("link", "named"), [(147, r"link type 147 \(USER0\)"), (9999, "link type 9999")])
def test_a_capture_of_no_link_type_that_is_read_is_refused(link: int, named: str) -> None:
    with pytest.raises(OpenError, match=f"packets of {named} are not read"):
        links.troubles(index(memoryview(pcap([], link=link))))
