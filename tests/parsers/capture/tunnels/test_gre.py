import struct

import pytest

from parsers.capture.tunnels.gre import PROTOCOL
from parsers.capture.tunnels.reading import ETHERNET, IEEE802_11, RAW
from tests.parsers.capture.build import ethernet
from tests.parsers.capture.tunnels.build import gre, only, packet, packet6, pptp

FRAME = ethernet(packet())
CUT = "truncated_GRE"


@pytest.mark.parametrize(
    ("flags", "size"), [(0, 4), (0x8000, 8), (0x2000, 8), (0x1000, 8), (0xB000, 16), (0x0080, 8), (0xB080, 20)]
)
def test_optional_fields(flags: int, size: int) -> None:
    assert only(PROTOCOL, gre(packet(), flags=flags, fields=bytes(size - 4)), 47) == (size, RAW)


@pytest.mark.parametrize("kind", [0x0800, 0x86DD, 0x1234])
def test_whatever_follows_is_looked_at_as_ip(kind: int) -> None:
    assert only(PROTOCOL, gre(packet(), kind), 47) == (4, RAW)


def test_frames() -> None:
    assert only(PROTOCOL, gre(FRAME, 0x6558), 47) == (4, ETHERNET)
    # NVGRE has a key.
    assert only(PROTOCOL, gre(FRAME, 0x6558, flags=0x2000, fields=b"\0\0\7\1"), 47) == (8, ETHERNET)


def test_mirrored_frames() -> None:
    assert only(PROTOCOL, gre(FRAME, 0x88BE), 47) == (4, ETHERNET)
    assert only(PROTOCOL, gre(FRAME, 0x88BE, flags=0x1000, fields=bytes(4) + b"\x10\0\0\1\0\0\0\2"), 47) == (
        16,
        ETHERNET,
    )
    third = bytes(4) + b"\x20" + bytes(10)
    assert only(PROTOCOL, gre(FRAME, 0x22EB, flags=0x1000, fields=third + b"\0"), 47) == (20, ETHERNET)
    assert only(PROTOCOL, gre(FRAME, 0x22EB, flags=0x1000, fields=third + b"\1" + bytes(8)), 47) == (28, ETHERNET)


@pytest.mark.parametrize("kind", [0x8200, 0x8270, 0x8310, 0x9000])
def test_wireless_frames_of_access_points(kind: int) -> None:
    assert only(PROTOCOL, gre(b"\x08\2" + bytes(40), kind), 47) == (4, IEEE802_11)
    assert only(PROTOCOL, gre(b"", kind), 47) == CUT


def test_ppp_of_pptp() -> None:
    assert only(PROTOCOL, pptp(packet()), 47) == (16, RAW)
    assert only(PROTOCOL, pptp(packet6(), 0x0057), 47) == (16, RAW)
    assert only(PROTOCOL, pptp(packet(), 0xC021), 47) == "non_ip_packet_in_encap"
    assert only(PROTOCOL, pptp(packet() + b"x"), 47) == "inner_IP_payload_length_mismatch"
    assert only(PROTOCOL, pptp(packet(bytes(40)), 0x0057), 47) == "invalid_inner_IP_version"
    # An acknowledgement alone.
    assert only(PROTOCOL, struct.pack(">HHHHI", 0x2081, 0x880B, 0, 5, 1), 47) == CUT
    assert only(PROTOCOL, gre(packet(), 0x0800, flags=1), 47) == "egre_protocol_type"


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b"", CUT),
        (b"\0\0\x08", CUT),
        (gre(b"", flags=0xB000, fields=bytes(11)), CUT),
        (gre(packet(), flags=0x4000), "gre_routing"),
        (gre(packet(), flags=0x0008), "unknown_gre_flags"),
        (gre(packet(), flags=2), "unknown_gre_version"),
        (gre(bytes(14), 0x6558), CUT),
        (gre(bytes(14), 0x88BE), CUT),
        (gre(bytes(21), 0x88BE, flags=0x1000, fields=bytes(4)), CUT),
        (gre(bytes(26), 0x22EB), CUT),
        (gre(bytes(11) + b"\1" + bytes(22), 0x22EB), CUT),
    ],
)
def test_refused(payload: bytes, why: str) -> None:
    assert only(PROTOCOL, payload, 47) == why
