import pytest

from parsers.capture.tunnels.reading import RAW
from parsers.capture.tunnels.teredo import PROTOCOL, detect
from tests.parsers.capture.build import ipv6
from tests.parsers.capture.tunnels.build import ORIGIN, TEREDO6, authentication, is_detected, only, packet6, read

BUBBLE = ipv6(b"", 59)


@pytest.mark.parametrize("inner", [packet6(), BUBBLE, BUBBLE + b"more"])
@pytest.mark.parametrize("before", [b"", ORIGIN, authentication(), authentication(b"me", b"secret") + ORIGIN])
def test_the_packet_follows_what_stands_before_it(inner: bytes, before: bytes) -> None:
    assert only(PROTOCOL, before + inner) == (len(before), RAW)
    assert read(PROTOCOL, before + inner).confirms[0]


BAD = "Bad Teredo encapsulation"


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b"", BAD),
        (b"\x60", BAD),
        (b"\0\0\0\0\0\0\0", BAD),
        (b"\0\1\0", BAD),
        (authentication(b"x" * 9)[:-1], BAD),
        (ORIGIN + ORIGIN + packet6(), BAD),
        (ORIGIN + authentication() + packet6(), BAD),
        (authentication() * 2 + packet6(), BAD),
        (packet6()[:39], BAD),
        (b"\x40" + packet6()[1:], BAD),
        (packet6()[:-1], "Truncated Teredo or invalid inner IP version"),
        (packet6() + b"more", "Teredo payload length"),
    ],
)
def test_violations(payload: bytes, why: str) -> None:
    assert only(PROTOCOL, payload) == why
    assert read(PROTOCOL, payload).violates[0]


OWN = packet6(src=TEREDO6)


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        (OWN, True),
        (ipv6(b"", 59, dst=TEREDO6), True),
        (ORIGIN + packet6(), True),
        (authentication(b"me", b"secret") + ORIGIN + packet6(), True),
        # Without an origin behind it Zeek does not know it.
        (authentication() + packet6(), False),
        (b"\x61\1" + packet6()[2:], False),
        (packet6(), False),
        (OWN[:39], False),
        (OWN[:7] + b"\n" + OWN[8:], False),
        (ORIGIN + packet6()[:39], False),
        (ORIGIN + b"\x40" + packet6()[1:], False),
        (authentication() + ORIGIN + packet6()[:39], False),
        (authentication(b"x" * 255, b"y" * 255) + ORIGIN + packet6(), True),
        (b"\0\2" + bytes(60), False),
        (b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n" * 2, False),
    ],
)
def test_known_by_its_content(payload: bytes, *, found: bool) -> None:
    assert is_detected(detect, payload) is found
