"""The identifier of a connection: looks like Zeek's, and is the same each time the same capture is opened."""

from hashlib import blake2b

_DIGITS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# The digit that stands for a byte; that some come a little more often than others does no harm.
_DIGIT_OF = bytes(_DIGITS[byte % len(_DIGITS)] for byte in range(256))
_LENGTH = 17


def uid(*facts: object) -> str:
    """`C` and 17 base-62 digits from what makes the connection unlike any other (endpoints, time, place)."""
    digest = blake2b(repr(facts).encode(), digest_size=_LENGTH).digest()
    return "C" + digest.translate(_DIGIT_OF).decode("ascii")
