"""What Zeek's generated parsers do with bytes that do not fit their grammar: they give up, with these words.

Source: binpac, lib/binpac_exception.h; Zeek, src/binpac-lib.pac.
"""

import re
from typing import Final

from parsers import escape
from parsers.limits import INT64_MAX

_NUMBER: Final = re.compile(rb"[ \t-\r]*([+-]?)0*([0-9]*)")
_INT64_DIGITS: Final = 19


class BinpacError(Exception):
    """A message does not fit; the text is what analyzer.log says of it where the protocol was sure before."""

    def __init__(self, what: str) -> None:
        super().__init__(f"Binpac exception: binpac exception: {what}")


def out_of_bound(where: str, needed: int, given: int) -> BinpacError:
    """`where` (type and field) would end behind the `given` bytes."""
    return BinpacError(f"out_of_bound: {where}: {needed} > {given}")


def past_capacity(size: int, most: int) -> BinpacError:
    """A message that is waited for is longer than what is kept of one."""
    return BinpacError(f"flowbuffer allocation failed: expand past max capacity {size}/{most}")


def invalid_length(where: str, length: int) -> BinpacError:
    """`where` (a file of grammar and a line) would have a negative length."""
    return BinpacError(f"invalid length string: {where}: {length}")


def not_enforced(where: str) -> BinpacError:
    """`where` (type and field) has a value that it must not have."""
    return BinpacError(f"&enforce violation : {where}")


def invalid_case(where: str, index: int) -> BinpacError:
    """Nothing in `where` (a type) has this number."""
    return BinpacError(f"invalid index for case: {where}: {index}")


def mismatch(where: str, pattern: str, actual: bytes) -> BinpacError:
    """`where` (a file of grammar and a line) has other bytes than its pattern says; what is shown ends at a zero."""
    shown = escape.text(actual.partition(b"\0")[0])
    return BinpacError(f'string mismatch at {where}: \nexpected pattern: "{pattern}"\nactual data: "{shown}"')


def to_int(text: bytes) -> int:
    """The decimal number at the start of a text as a 32-bit integer with sign, 0 where there is none.

    What 64 bits do not hold becomes their last number first, as C's strtol does it.
    """
    found = _NUMBER.match(text)
    if found is None or not found[2]:
        return 0
    number = int(found[2]) if len(found[2]) <= _INT64_DIGITS else INT64_MAX
    number = max(-number, -INT64_MAX - 1) if found[1] == b"-" else min(number, INT64_MAX)
    return (number + (1 << 31)) % (1 << 32) - (1 << 31)
