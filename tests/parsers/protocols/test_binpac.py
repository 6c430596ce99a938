"""What generated parsers do with what does not fit."""

import pytest

from parsers.protocols.binpac import mismatch, to_int


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (b"", 0),
        (b"x1", 0),
        (b"-", 0),
        (b" \t\n42 bytes", 42),
        (b"+7", 7),
        (b"-7", -7),
        (b"007", 7),
        (b"2147483648", -(1 << 31)),
        (b"9223372036854775807", -1),
        (b"9223372036854775808", -1),
        (b"-9223372036854775809", 0),
        (b"9" * 5000, -1),
    ],
)
def test_numbers_are_those_of_c(text: bytes, number: int) -> None:
    assert to_int(text) == number


def test_bytes_that_are_shown_end_at_a_zero() -> None:
    words = "Binpac exception: binpac exception: string mismatch at x.pac:1: \n"
    assert str(mismatch("x.pac:1", "SIP/", b"SI\xff\0P")) == words + 'expected pattern: "SIP/"\nactual data: "SI\\xff"'
