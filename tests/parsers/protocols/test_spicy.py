"""Reading as Zeek's Spicy parsers do: waiting for bytes, fields with a size, what is cut off."""

from collections.abc import Iterable
from typing import TypeVar

import pytest

from parsers.protocols.spicy import Input, Read, SpicyError

T = TypeVar("T")


def read(stream: Input, reading: Read[T], pieces: Iterable[bytes] = ()) -> T:
    """What is read when these pieces come one after the other, and then no more."""
    coming = iter(pieces)
    while True:
        try:
            next(reading)
        except StopIteration as done:
            found: T = done.value
            return found
        piece = next(coming, None)
        if piece is None:
            stream.is_closed = True
        else:
            stream.feed(piece)


def test_bytes_are_waited_for() -> None:
    stream = Input()
    assert read(stream, stream.octets(3), [b"a", b"b", b"cd"]) == b"abc"
    assert (stream.offset, len(stream), stream.peek(9), stream.rest()) == (3, 1, b"d", b"d")
    assert not read(stream, stream.has_more())
    with pytest.raises(SpicyError):
        read(stream, stream.octets(1))


def test_an_end_may_come_in_pieces() -> None:
    stream = Input()
    assert read(stream, stream.until(b"\r\n", 9), [b"ab\r", b"\ncd"]) == b"ab"
    assert stream.peek(2) == b"cd"
    with pytest.raises(SpicyError, match="max-size"):
        read(stream, stream.until(b"\r\n", 4), [b"ef"])
    with pytest.raises(SpicyError, match="until"):
        read(stream, stream.until(b"\r\n", 9))


def test_a_field_of_a_size_is_read_to_its_end() -> None:
    stream = Input(b"\0\1abcd", is_closed=True)
    assert read(stream, stream.sized(2, stream.number(2))) == 1
    with pytest.raises(SpicyError, match="expected 3 bytes, got 2"):
        read(stream, stream.sized(2, stream.octets(3)))
    with pytest.raises(SpicyError, match="not consumed: expected 2 bytes, got 1"):
        read(stream, stream.sized(2, stream.octets(1)))


def test_what_is_passed_over_is_not_kept() -> None:
    stream = Input()
    read(stream, stream.skip(3000), [b"x" * 1000] * 3)
    assert (stream.offset, len(stream)) == (3000, 0)
    read(stream, stream.sized(4, stream.skip_field()), [b"wxyz"])
    with pytest.raises(SpicyError):
        read(stream, stream.skip(1))
