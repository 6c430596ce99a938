import pytest

from parsers.capture.tunnels.gtpv1 import PROTOCOL
from parsers.capture.tunnels.reading import RAW
from tests.parsers.capture.tunnels.build import gtp, only, packet, packet6, read

OPTIONAL = b"\0\1\2\0"
EXTENSION = b"\1\x08\x68"
SHORT = "Binpac exception: binpac exception: out_of_bound:"


@pytest.mark.parametrize("inner", [packet(), packet6()])
@pytest.mark.parametrize(
    ("flags", "fields"),
    [
        (0x30, b""),
        (0x31, OPTIONAL),
        (0x32, OPTIONAL),
        (0x34, OPTIONAL + EXTENSION + b"\0"),
        (0x36, OPTIONAL + EXTENSION + b"\xc0" + b"\2" + bytes(6) + b"\0"),
    ],
)
def test_the_packet_follows_options_and_extensions(inner: bytes, flags: int, fields: bytes) -> None:
    assert only(PROTOCOL, gtp(inner, flags=flags, fields=fields)) == (8 + len(fields), RAW)


@pytest.mark.parametrize("payload", [gtp(packet(), message=16), gtp(packet(), message=1), gtp(packet(), flags=0x20)])
def test_control_messages_and_gtp_prime_hold_nothing(payload: bytes) -> None:
    assert only(PROTOCOL, payload) == ""
    reading = read(PROTOCOL, payload)
    assert not reading.confirms[0]
    assert not reading.violates[0]


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (gtp(b"")[:7], f"{SHORT} GTPv1_Header:teid: 8 > 7"),
        (gtp(b"", flags=0x32, fields=OPTIONAL[:3]), f"{SHORT} GTPv1_Opt_Header: 4 > 3"),
        (gtp(b"", flags=0x34, fields=OPTIONAL), "Truncated GTPv1"),
        (gtp(b"", flags=0x34, fields=OPTIONAL + EXTENSION + b"\1"), "Truncated GTPv1"),
        (gtp(b"", flags=0x34, fields=OPTIONAL + b"\0\0\0\0"), f"{SHORT} GTPv1_Ext_Header:contents: -1 > 4"),
        (gtp(b"", flags=0x34, fields=OPTIONAL + b"\xff\0\0\0"), f"{SHORT} GTPv1_Ext_Header:contents: 1019 > 4"),
        (gtp(b"", flags=0x34, fields=OPTIONAL + EXTENSION), f"{SHORT} GTPv1_Ext_Header:next_type: 4 > 3"),
        (gtp(packet(), flags=0x50), "GTPv1 bad Version"),
        (gtp(packet()[:19]), "Truncated GTPv1"),
        (gtp(packet6()[:39]), "Truncated GTPv1"),
        (gtp(b"\x55" + packet()[1:]), "non-IP packet in GTPv1"),
        (gtp(packet()[:-1]), "Truncated GTPv1"),
        (gtp(packet() + b"x"), "GTPv1 payload length"),
    ],
)
def test_violations(payload: bytes, why: str) -> None:
    assert only(PROTOCOL, payload) == why
    assert read(PROTOCOL, payload).violates[0]


def test_never_inside_itself() -> None:
    assert only(PROTOCOL, gtp(packet()), nested=True) == "GTP-in-GTP"


def test_a_chain_of_many_extensions() -> None:
    fields = OPTIONAL + (EXTENSION + b"\1") * 5000 + EXTENSION + b"\0"
    assert only(PROTOCOL, gtp(packet(), flags=0x34, fields=fields)) == (8 + len(fields), RAW)
