"""The identifier of a connection: looks like Zeek's, and is the same each time the same capture is opened."""

from hashlib import blake2b

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PAIRS = [first + second for first in _DIGITS for second in _DIGITS]
# Eight pairs and one digit of base 62 hold 101 bits.
_BYTES = 13


def uid(*facts: object) -> str:
    """`C` and 17 base-62 digits from what makes the connection unlike any other (endpoints, time, place)."""
    number = int.from_bytes(blake2b(repr(facts).encode(), digest_size=_BYTES).digest(), "little")
    parts = ["C"]
    for _ in range(8):
        number, pair = divmod(number, 3844)
        parts.append(_PAIRS[pair])
    parts.append(_DIGITS[number % 62])
    return "".join(parts)
