"""A record of Zeek's grammars (binpac) while its fields are read in order, with the words that a short one is told in.

Fields of fixed size that follow one another are looked at together: the last of them names what is missing.
Source: binpac, src/pac_record.cc, src/pac_dataptr.cc, src/pac_array.cc.
"""

from struct import Struct
from typing import Any, Final

from parsers.protocols.binpac import out_of_bound

# The layouts that were met: struct's own functions look each of them up twice.
_LAYOUTS: Final[dict[str, Struct]] = {}


class Reading:
    """One record in `data` from `begin` on, read up to `place`; nothing of it may lie behind `end`."""

    __slots__ = ("begin", "data", "end", "place")

    def __init__(self, data: bytes, begin: int = 0, end: int | None = None) -> None:
        self.data = data
        self.begin = self.place = begin
        self.end = len(data) if end is None else end

    @property
    def offset(self) -> int:
        """How much of the record has been read."""
        return self.place - self.begin

    @property
    def left(self) -> int:
        """The bytes that follow."""
        return self.end - self.place

    def inner(self) -> "Reading":
        """A record that begins here; when it is read, `place` must be set behind it."""
        return Reading(self.data, self.place, self.end)

    def numbers(self, where: str, layout: str) -> tuple[Any, ...]:
        """Fields of fixed size, laid out as `struct` says; `where` is the last of them."""
        fields = _LAYOUTS.get(layout)
        if fields is None:
            fields = _LAYOUTS[layout] = Struct(layout)
        start, stop = self.place, self.place + fields.size
        if stop > self.end:
            raise out_of_bound(where, stop - self.begin, self.end - self.begin)
        self.place = stop
        return fields.unpack_from(self.data, start)

    def octets(self, where: str, length: int) -> bytes:
        """So many bytes."""
        length = int32(length)
        stop = self.place + length
        if stop > self.end or length < 0:
            raise out_of_bound(where, stop - self.begin, self.end - self.begin)
        start, self.place = self.place, stop
        return self.data[start:stop]

    def array(self, where: str, count: int, size: int) -> bytes:
        """So many elements of a fixed size."""
        count = int32(count)
        if count < 0:
            raise out_of_bound(where, count, self.end - self.begin)
        if count > self.left // size:
            raise out_of_bound(where, count, self.left)
        start, self.place = self.place, self.place + count * size
        return self.data[start : self.place]

    def pad(self, where: str, length: int) -> None:
        """Pass over so many bytes."""
        stop = self.place + length
        if stop > self.end:
            raise out_of_bound(where, length, self.end - stop)
        self.place = stop

    def pad_to(self, where: str, offset: int) -> None:
        """Go on at this place of the record, unless more has been read already."""
        stop = self.begin + offset
        if stop > self.end:
            raise out_of_bound(where, int32(offset), int32(self.end - stop))
        self.place = max(self.place, stop)

    def rest(self) -> bytes:
        """All bytes that follow."""
        start, self.place = self.place, self.end
        return self.data[start : self.end]


def int32(number: int) -> int:
    """A number as 32 bits with a sign hold it."""
    return (number + (1 << 31)) % (1 << 32) - (1 << 31)
