"""Replies, RESP 2 and 3 ("Redis serialization protocol specification"), as text.

Source: Zeek, src/analyzer/protocol/redis/{resp,redis}.spicy.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from parsers.limits import FIELD_BYTES, REDIS_DEPTH, REDIS_ELEMENTS, REDIS_STRING_BYTES
from parsers.protocols.spicy import Input, Read, SpicyError

_LINE_END: Final = b"\r\n"
_INT: Final = re.compile(rb"[+-]?[0-9]{1,19}\Z")
_LINES: Final = b"+-:,("
_STRINGS: Final = b"$!="
_ERRORS: Final = b"-!"
_LISTS: Final = {ord("*"): (b"[", b"]"), ord(">"): (b"[", b"]"), ord("~"): (b"(", b")")}
_NULL, _BOOLEAN, _MAP, _ATTRIBUTES, _PUSH = b"_#%|>"
# The types that RESP 2 does not have.
_NEW: Final = b"_#,(!=%~>"


class Kind(Enum):
    """What a reply is to its command."""

    REPLY = auto()
    ERROR = auto()
    PUSH = auto()


@dataclass(slots=True)
class Reply:
    """One reply; `is_new` says that it is one of RESP 3."""

    kind: Kind
    value: bytes
    is_new: bool


def line(stream: Input) -> Read[bytes]:
    """What stands before the next CR LF."""
    return stream.until(_LINE_END, REDIS_STRING_BYTES)


def number(stream: Input) -> Read[int]:
    """A line that is a number."""
    text = yield from line(stream)
    if _INT.match(text) is None:
        raise SpicyError("cannot parse bytes as signed integer")
    return int(text)


def string(stream: Input) -> Read[bytes | None]:
    """A string with its length before it, without the line's end behind it; None for one that is null."""
    length = yield from number(stream)
    if length > REDIS_STRING_BYTES:
        raise SpicyError("&requires failed")
    return (yield from stream.octets(length)) if length >= 0 else None


class Elements:
    """How many elements of lists and maps there have been in one message, and how deep they lie in one another."""

    def __init__(self) -> None:
        self._count = 0
        self._depth = 0

    def count(self, stream: Input, least: int = -1) -> Read[int]:
        """A line that says how many elements follow."""
        found = yield from number(stream)
        if found < least:
            raise SpicyError("&requires failed")
        found = max(found, 0)
        if found > REDIS_ELEMENTS - self._count:
            raise SpicyError(f"too many elements {self._count + found} > {REDIS_ELEMENTS}")
        self._count += found
        return found

    def reply(self, stream: Input) -> Read[Reply]:
        """One whole reply."""
        kind, value, has_attributes = yield from self._data(stream)
        meaning = Kind.ERROR if kind in _ERRORS else Kind.PUSH if kind == _PUSH else Kind.REPLY
        return Reply(meaning, value, has_attributes or kind in _NEW)

    def _data(self, stream: Input) -> Read[tuple[int, bytes, bool]]:
        """The type of a value, the value as text, whether attributes stand before it."""
        self._depth += 1
        if self._depth > REDIS_DEPTH:
            raise SpicyError("exceeded max recursion depth")
        (kind,) = yield from stream.octets(1)
        has_attributes = kind == _ATTRIBUTES
        if has_attributes:
            yield from self._map(stream)
            (kind,) = yield from stream.octets(1)
        value = yield from self._value(kind, stream)
        self._depth -= 1
        return kind, value, has_attributes

    def _value(self, kind: int, stream: Input) -> Read[bytes]:
        if kind in _LINES:
            return (yield from line(stream))
        if kind in _STRINGS:
            found = yield from string(stream)
            if found is not None:
                yield from line(stream)
            return found or b""
        if kind in _LISTS:
            before, after = _LISTS[kind]
            count = yield from self.count(stream, 0 if kind == ord("~") else -1)
            return before + b", ".join((yield from self._all(stream, count))) + after
        if kind == _MAP:
            return (yield from self._map(stream))
        if kind == _NULL:
            yield from line(stream)
            return b"null"
        if kind == _BOOLEAN:
            truth = yield from stream.octets(1)
            yield from line(stream)
            return b"T" if truth == b"t" else b"F"
        raise SpicyError("no matching case in switch statement")

    def _map(self, stream: Input) -> Read[bytes]:
        count = yield from self.count(stream, 0)
        cells = yield from self._all(stream, 2 * count)
        return b"{" + b", ".join(b": ".join(pair) for pair in zip(cells[::2], cells[1::2], strict=False)) + b"}"

    def _all(self, stream: Input, count: int) -> Read[list[bytes]]:
        """So many values; those that nobody will see, for a row ends before them, are not kept."""
        values: list[bytes] = []
        size = 0
        for _ in range(count):
            _, value, _ = yield from self._data(stream)
            if size <= FIELD_BYTES:
                values.append(value)
                size += len(value)
        return values
