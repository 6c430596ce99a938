import struct

import pytest

from parsers import limits
from tests.parsers.capture.build import ethernet, ipv6, packets, udp
from tests.parsers.capture.links.frames import (
    ARP,
    BACKBONE,
    FABRIC_PATH,
    INNER,
    INNER6,
    IP,
    MACS,
    MPLS,
    PPPOE,
    SAID,
    SERVICE,
    VLAN,
    VNTAG,
    llc,
    mpls,
    pppoe,
    said,
    snap,
)


@pytest.mark.parametrize(
    "frame",
    [
        # The IP header's version counts, not the EtherType.
        ethernet(INNER6, IP),
        ethernet(mpls(INNER, limits.LINK_HEADERS - 1), MPLS),
        ethernet(pppoe(INNER), PPPOE, tags=[VLAN]),
        ethernet(b"\0\0\0\1" + snap(INNER), BACKBONE),
        ethernet(b"\0\0\0\1" + ethernet(pppoe(INNER), PPPOE), BACKBONE),
        MACS + struct.pack(">HH", FABRIC_PATH, 1) + ethernet(INNER, tags=[SERVICE, VLAN]),
        MACS + struct.pack(">HHHHI", VLAN, 7, VNTAG, 0, VLAN) + b"\0\7" + ethernet(INNER)[12:],
        snap(INNER) + bytes(20),
    ],
)
def test_headers_within_headers(frame: bytes) -> None:
    assert said(packets([frame])) == [SAID]


@pytest.mark.parametrize(
    "frame",
    [
        ethernet(INNER, ARP),
        ethernet(INNER, SERVICE, tags=[VLAN]),
        ethernet(INNER, 1501),
        ethernet(mpls(b"", 3)[:-1] + b"\x40", MPLS),
        ethernet(b"\x42\x42\3" + INNER, 60),
        ethernet(b"\xff\xff" + INNER, 60),
        snap(INNER, kind=ARP),
        snap(INNER, organisation=b"\0\0\1"),
        ethernet(llc(INNER), 8),
        MACS + struct.pack(">HI", VNTAG, 0x80010001) + ethernet(INNER)[12:],
        ethernet(INNER, tags=[VLAN] * (limits.LINK_HEADERS * 2)),
        ethernet(mpls(INNER, limits.LINK_HEADERS * 2), MPLS),
    ],
)
def test_a_frame_without_an_ip_packet_is_left_out(frame: bytes) -> None:
    assert len(packets([frame])) == 0


def test_a_length_ends_the_packet() -> None:
    body = llc(INNER)
    assert said(packets([MACS + struct.pack(">H", len(body) - 2) + body])) == [SAID[:3]]


@pytest.mark.parametrize("packet", [INNER, ipv6(udp(SAID))])
def test_padding_and_a_check_sequence_are_no_payload(packet: bytes) -> None:
    kind = IP if packet == INNER else 0x86DD
    assert said(packets([ethernet(packet, kind).ljust(90, b"\0") + b"\1\2\3\4"])) == [SAID]
