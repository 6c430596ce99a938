import pytest

from parsers.capture.tunnels.ayiya import PROTOCOL, detect
from parsers.capture.tunnels.reading import RAW
from tests.parsers.capture.tunnels.build import ayiya, is_detected, only, packet, packet6, read


@pytest.mark.parametrize(("inner", "following"), [(packet(), 4), (packet6(), 41)])
def test_the_packet_follows_the_signature(inner: bytes, following: int) -> None:
    assert only(PROTOCOL, ayiya(inner, following)) == (44, RAW)


def test_a_long_identity() -> None:
    assert only(PROTOCOL, b"\xf0\0\1\4" + bytes(4 + (1 << 15)) + packet()) == (8 + (1 << 15), RAW)


@pytest.mark.parametrize(
    ("payload", "why", "violates", "confirms"),
    [
        (ayiya(b"")[:7], "Truncated AYIYA", True, False),
        (ayiya(b"")[:43], "Truncated AYIYA", True, False),
        (ayiya(b""), "ayiya_empty_packet", False, True),
        (ayiya(b"beat", operation=0), "", False, False),
        (ayiya(b"tcp?", 6), "", False, True),
    ],
)
def test_refused(payload: bytes, why: str, *, violates: bool, confirms: bool) -> None:
    assert only(PROTOCOL, payload) == why
    reading = read(PROTOCOL, payload)
    assert (reading.violates[0], reading.confirms[0]) == (violates, confirms)


@pytest.mark.parametrize(("payload", "found"), [(ayiya(b""), True), (b"\x44\x52", False), (b"\x44\x52\x12", False)])
def test_known_by_its_content(payload: bytes, *, found: bool) -> None:
    assert is_detected(detect, payload) is found
