"""Numbers in HTTP's headers, read as leniently as Zeek reads them: lengths, sizes of chunks, parts of a file.

Source: Zeek, src/analyzer/protocol/http/HTTP.cc (HTTP_Entity::SubmitHeader), src/util.cc (atoi_n).
"""

import re
from typing import Final, NamedTuple

from parsers.limits import INT64_MAX
from parsers.protocols.fields import token

_DECIMAL: Final = re.compile(rb"-?[0-9]+")
_HEXADECIMAL: Final = re.compile(rb"-?[0-9A-Fa-f]+")
# Longer numbers are none that 64 bits hold, and take Python long to read.
_DIGITS: Final = 400


class Range(NamedTuple):
    """Which part of a file a body is: its first byte and its last, how long the whole is, as bytes."""

    first: int
    last: int
    whole: bytes


class RangeError(Exception):
    """A Content-Range that says nothing of use; Zeek's name for what is weird in it, and what was said."""

    def __init__(self, name: str, said: bytes = b"") -> None:
        super().__init__(name)
        self.name = name
        self.said = said


def decimal(digits: bytes) -> int | None:
    """The number that a text begins with; None when it begins with none, or with one that no 64 bits hold."""
    return _number(_DECIMAL, digits, 10)


def hexadecimal(digits: bytes) -> int | None:
    """The same with hexadecimal digits."""
    return _number(_HEXADECIMAL, digits, 16)


def _number(pattern: re.Pattern[bytes], digits: bytes, base: int) -> int | None:
    match = pattern.match(digits)
    if match is None or len(match[0]) > _DIGITS:
        return None
    number = int(match[0], base)
    return number if -INT64_MAX - 1 <= number <= INT64_MAX else None


def content_range(value: bytes) -> tuple[Range, bytes]:
    """What a Content-Range says, and its text without the unit. Raises RangeError."""
    unit = token(value)
    if unit is None or unit[0] != b"bytes":
        raise RangeError("HTTP_content_range_unknown_byte_unit")
    said = value[unit[1] :].replace(b" ", b"")
    places, slash, whole = said.partition(b"/")
    from_place, dash, to_place = places.partition(b"-")
    if not (slash and dash):
        raise RangeError("HTTP_content_range_cannot_parse")
    first, last = decimal(from_place), decimal(to_place)
    if first is None or last is None:
        raise RangeError("HTTP_content_range_cannot_parse", said)
    if first < 0 or last < 0:
        raise RangeError("HTTP_content_range_invalid", said)
    if last < first:
        raise RangeError("HTTP_non_positive_content_range", said)
    if last - first >= INT64_MAX:
        raise RangeError("HTTP_content_range_overflow", said)
    return Range(first, last, whole), said
