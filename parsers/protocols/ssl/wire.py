"""How messages of TLS are laid out: numbers and what opens with its own length.

Source: RFC 8446, section 3.
"""

from parsers.protocols.binpac import BinpacError


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


def vector(data: bytes, place: int, end: int, octets: int) -> tuple[int, int]:
    """Where the contents begin and end of what opens with its length in so many octets."""
    start = place + octets
    stop = start + int.from_bytes(data[place:start], "big")
    if start > end or stop > end:
        raise MessageError
    return start, stop


def sender(*, is_orig: bool) -> str:
    """A side of the connection in words."""
    return "originator" if is_orig else "responder"
