"""The identifier of a connection: looks like Zeek's, and is the same each time the same capture is opened."""

from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parsers.capture.flows import Ends

_DIGITS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# The digit that stands for a byte; that some come a little more often than others does no harm.
_DIGIT_OF = bytes(_DIGITS[byte % len(_DIGITS)] for byte in range(256))
_LENGTH = 17


def uid(*facts: object) -> str:
    """`C` and 17 base-62 digits from what makes the connection unlike any other (endpoints, time, place)."""
    digest = blake2b(repr(facts).encode(), digest_size=_LENGTH).digest()
    return "C" + digest.translate(_DIGIT_OF).decode("ascii")


def connection_uid(ends: "Ends", orig: int, proto: int, start: int, number: int) -> str:
    """The identifier of the connection that the side `orig` began, at `start`, with the packet of this number."""
    orig_h, resp_h = ends.addresses[orig], ends.addresses[1 - orig]
    return uid(orig_h, ends.ports[orig], resp_h, ends.ports[1 - orig], proto, start, number)
