"""How messages of TLS are laid out: numbers and what opens with its own length.

Source: RFC 8446, section 3.
"""

from parsers.protocols.binpac import BinpacError, out_of_bound
from parsers.protocols.grammar import Reading


class MessageError(BinpacError):
    """The bytes are not what they should be; never leaves the package. The text is for analyzer.log."""

    def __init__(self, reason: str = "Binpac exception: a message does not have the length that it says") -> None:
        Exception.__init__(self, reason)


def u16(data: bytes, place: int, end: int) -> int:
    """Two octets as a number."""
    if place + 2 > end:
        raise MessageError
    return data[place] << 8 | data[place + 1]


def u24(data: bytes, place: int, end: int) -> int:
    """Three octets as a number."""
    if place + 3 > end:
        raise MessageError
    return data[place] << 16 | data[place + 1] << 8 | data[place + 2]


def enclosed(reading: Reading, record: str, octets: int) -> Reading:
    """What a record encloses that opens with its length in so many octets; `reading` goes on behind it."""
    inner = reading.inner()
    length = int.from_bytes(inner.octets(f"{record}:length", octets), "big")
    if length > inner.left:
        raise out_of_bound(record, octets + length, inner.end - inner.begin)
    reading.place = inner.end = inner.place + length
    return inner


def sized(reading: Reading, octets: int, length: str, content: str) -> bytes:
    """What follows its length in so many octets; both are named as fields of records."""
    return reading.octets(content, int.from_bytes(reading.octets(length, octets), "big"))


def sender(*, is_orig: bool) -> str:
    """A side of the connection in words."""
    return "originator" if is_orig else "responder"
