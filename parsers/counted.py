"""Logs of which the rows were counted and not kept: the columns that lead to other logs, and the way to all others."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock

import pyarrow as pa

from parsers import limits
from parsers.cache.growing import GrowingLog
from parsers.evidence.values import value_of
from parsers.updates import Counted, OpenError


class Places:
    """The places of a log's rows, some after the other, and those rows of it that were read once more last."""

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._again: list[Callable[[], pa.Table]] = []
        self._read: OrderedDict[int, pa.Table] = OrderedDict()
        self._lock = Lock()

    def add(self, first: int, again: Callable[[], pa.Table]) -> None:
        """One more place, by the number of its first row."""
        self._firsts.append(first)
        self._again.append(again)

    def rows(self, row: int) -> tuple[pa.Table, int]:
        """The rows in the place of a row, with all columns, and the number of the first. Raises OpenError."""
        number = bisect_right(self._firsts, row) - 1
        with self._lock:
            if number not in self._read:
                self._read[number] = self._again[number]()
                if len(self._read) > limits.LOG_PLACES_KEPT:
                    self._read.popitem(last=False)
            self._read.move_to_end(number)
            return self._read[number], self._firsts[number]


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of a log's rows at one moment: of each its identifiers, and where all of it stands."""

    table: pa.Table
    places: Places

    def whole(self, row: int) -> tuple[pa.Table, int]:
        """A table with all columns and the place of a row in it; with what is known where it cannot be read."""
        try:
            table, first = self.places.rows(row)
        except OpenError:
            return self.table, row
        found = row - first
        if found >= len(table) or not self._is_same(table, found, row):
            return self.table, row
        return table, found

    def _is_same(self, table: pa.Table, found: int, row: int) -> bool:
        names: Sequence[str] = [name for name in self.table.column_names if name in table.column_names]
        return all(value_of(self.table.column(name), row) == value_of(table.column(name), found) for name in names)


@dataclass
class CountedLog:
    """One log while its rows are counted."""

    keys: GrowingLog = field(default_factory=GrowingLog)
    places: Places = field(default_factory=Places)
    rows: int = 0

    def add(self, counted: Counted) -> None:
        """Some more rows."""
        self.places.add(self.rows, counted.again)
        self.keys.add(counted.table)
        self.rows += len(counted.table)

    def known(self) -> Known:
        """What is known by now."""
        return Known(self.keys.table(), self.places)
