"""The identifier of a connection: looks like Zeek's, and is the same each time the same capture is opened."""

from hashlib import blake2b
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from parsers.capture.flows import Ends

_DIGITS: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# The digit that stands for a byte; that some come a little more often than others does no harm.
_DIGIT_OF: Final = bytes(_DIGITS[byte % len(_DIGITS)] for byte in range(256))
_BEGUN: Final = blake2b(digest_size=17)


def uid(*facts: object) -> str:
    """`C` and 17 base-62 digits from what makes the connection unlike any other (endpoints, time, place)."""
    return _hashed(repr(facts))


def connection_uid(ends: "Ends", orig: int, proto: int, start: int, number: int) -> str:
    """The identifier of the connection that the side `orig` began, at `start`, with the packet of this number."""
    orig_h, resp_h = ends.addresses[orig], ends.addresses[1 - orig]
    # What `uid` hashes of these facts: written in one go, for there is one for each connection.
    return _hashed(f"('{orig_h}', {ends.ports[orig]}, '{resp_h}', {ends.ports[1 - orig]}, {proto}, {start}, {number})")


def _hashed(facts: str) -> str:
    made = _BEGUN.copy()
    made.update(facts.encode())
    return "C" + made.digest().translate(_DIGIT_OF).decode("ascii")
