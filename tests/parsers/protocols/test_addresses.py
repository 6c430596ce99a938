"""Addresses in messages."""

import pytest

from parsers.protocols.addresses import address


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"\xc0\0\2\7", "192.0.2.7"),
        (b"\x20\x01\x0d\xb8" + bytes(11) + b"\1", "2001:db8::1"),
        (bytes(10) + b"\xff\xff\xc0\0\2\7", "192.0.2.7"),
        (bytes(12) + b"\xc0\0\2\7", "::192.0.2.7"),
    ],
)
def test_addresses(raw: bytes, shown: str) -> None:
    assert address(raw) == shown
