"""The rows of one log that memory does not hold: pieces in a file, mapped where somebody looks at them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakSet

import pyarrow as pa

from parsers import budget, limits
from parsers.cache import stream
from parsers.cache.codes import Codes, coded
from parsers.cache.nameless import Nameless
from parsers.cache.stream import Stretch

if TYPE_CHECKING:
    from parsers.cache.mapping import Mapping

# Of the memory for rows, the values of one log that repeat may take one part of so many.
_DICTIONARIES = 8


@dataclass(slots=True)
class Series:
    """Pieces of rows whose codes stand for the same: the latest has all values of the ones before.

    The codes are written once no more rows come, which is when `values` says where they lie.
    """

    codes: Codes = field(default_factory=Codes)
    stretches: list[Stretch] = field(default_factory=list)
    tables: list[pa.Table] = field(default_factory=list)
    values: Stretch | None = None

    @property
    def is_full(self) -> bool:
        """Whether others are better kept apart: values are written already, or so many that each piece would cost."""
        return self.values is not None or self.codes.size > _most()

    def coded(self, parts: Iterator[pa.Table]) -> Iterator[pa.Table]:
        """The next parts, with codes in place of values, until it is full."""
        for part in parts:
            yield self.codes.coded(part)
            if self.is_full:
                return

    def decoded(self) -> list[pa.Table]:
        """The rows of each piece."""
        return [self.codes.decoded(table) for table in self.tables]


class Shelf:
    """Rows in the order in which they are put there; the folder is where the file is, which has no name."""

    def __init__(self, folder: Path) -> None:
        self.file = Nameless(folder)
        self.series: list[Series] = []
        self.mappings: WeakSet[Mapping] = WeakSet()
        self._end = 0

    def put(self, columns: pa.Schema, tables: Iterable[pa.Table]) -> None:
        """Add rows of these columns, each table held only while it is written. Raises OSError."""
        parts = (part.combine_chunks() for table in tables for part in slices(table))
        for first in chain([columns.empty_table()], parts):
            if len(first) or not self.series:
                latest = self._latest()
                stretch = self._write(coded(columns), latest.coded(chain([first], parts)))
                latest.stretches.append(stretch)
                latest.tables.append(stream.mapped(self.file.reader, stretch, self.mappings))

    def _latest(self) -> Series:
        """The series that more rows go to."""
        if not self.series or self.series[-1].is_full:
            self.seal()
            self.series.append(Series())
        return self.series[-1]

    def seal(self) -> None:
        """No more rows are added to what is there: what its codes stand for is in the file too. Raises OSError."""
        for each in self.series[-1:]:
            if each.values is None:
                table = each.codes.table()
                each.values = self._write(table.schema, [table])
                each.codes = Codes.of(stream.mapped(self.file.reader, each.values, self.mappings))

    def tables(self) -> list[pa.Table]:
        """The rows of each piece, mapped."""
        return [table for each in self.series for table in each.decoded()]

    @property
    def bytes(self) -> int:
        """How many bytes of the file there are."""
        return self._end

    @property
    def piece_rows(self) -> int:
        """How many rows make a piece that is worth a batch of its own and small enough to be copied."""
        rows = sum(len(table) for each in self.series for table in each.tables)
        size = sum(stretch.size for each in self.series for stretch in each.stretches)
        return _rows(rows, size)

    def _write(self, columns: pa.Schema, tables: Iterable[pa.Table]) -> Stretch:
        stretch = stream.write(self.file.writer, self._end, columns, tables)
        self._end = stretch.end
        return stretch


def slices(table: pa.Table) -> Iterator[pa.Table]:
    """A table in such pieces."""
    rows = _rows(len(table), table.nbytes)
    for start in range(0, len(table), rows):
        yield table.slice(start, rows)


def _rows(count: int, size: int) -> int:
    return min(max(count * limits.PIECE_BYTES // max(size, 1), 1), limits.PIECE_ROWS)


def _most() -> int:
    """How much memory the values of one log may take that repeat."""
    return min(limits.DICTIONARY_BYTES, budget.for_rows() // _DICTIONARIES)
