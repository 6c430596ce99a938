"""Rows as Arrow's stream in a stretch of a file: written piece by piece, and mapped."""

import io
import mmap
import os
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from parsers.cache.mapping import Mapping

if TYPE_CHECKING:
    from weakref import WeakSet


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where a stream lies in a file, from a page's boundary on, and the checksum of its bytes."""

    offset: int
    size: int
    checksum: int

    @property
    def end(self) -> int:
        """Where the next one may begin."""
        return -(-(self.offset + self.size) // mmap.PAGESIZE) * mmap.PAGESIZE


def write(descriptor: int, offset: int, columns: pa.Schema, tables: Iterable[pa.Table]) -> Stretch:
    """Write tables of these columns at a place in a file. Raises OSError."""
    out = _Out(descriptor, offset)
    with pa.ipc.new_stream(pa.PythonFile(out, "w"), columns) as writer:
        for table in tables:
            writer.write_table(table)
    return Stretch(offset, out.size, out.checksum)


def mapped(descriptor: int, stretch: Stretch, mappings: "WeakSet[Mapping] | None" = None) -> pa.Table:
    """The rows that were written; of memory they take nothing but what says where they lie.

    How they are mapped is added to `mappings`.
    """
    mapping = Mapping(descriptor, stretch.offset, stretch.size)
    if mappings is not None:
        mappings.add(mapping)
    return pa.ipc.open_stream(mapping.buffer).read_all()


class _Out(io.RawIOBase):
    """Writes into a stretch and keeps count; nothing is gathered, for Arrow writes whole columns."""

    def __init__(self, descriptor: int, offset: int) -> None:
        self.size = 0
        self.checksum = 0
        self._descriptor = descriptor
        self._offset = offset

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.size

    def write(self, data: Any) -> int:
        rest = memoryview(data).cast("B")
        written = len(rest)
        self.checksum = zlib.crc32(rest, self.checksum)
        while rest:
            count = os.pwrite(self._descriptor, rest, self._offset + self.size)
            self.size += count
            rest = rest[count:]
        return written
