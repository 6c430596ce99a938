"""The rows of one log while they come: in memory, and what was put on a shelf when there was too little of that."""

from pathlib import Path

import pyarrow as pa

from parsers import limits, schema
from parsers.cache import ordering
from parsers.cache.shelf import Shelf, slices


class GrowingLog:
    """One log; `size` is about how many bytes of memory its rows take.

    With `in_order` rows are put in the order of time in the end; what is `settled` lies in files already.
    """

    def __init__(self, *, in_order: bool = False, settled: bool = False) -> None:
        self.size = 0
        self._in_order = in_order
        self._settled = self._is_in_files = settled
        self._shelf: Shelf | None = None
        self._parts: list[pa.Table] = []
        self._table: pa.Table | None = None

    def add(self, table: pa.Table) -> None:
        """Some more rows."""
        self._parts.append(table)
        self._table = None
        if not self._is_in_files:
            # A capture's rows come in tables of their own; of those that may be a part of others, it takes longer.
            self.size += table.get_total_buffer_size() if self._in_order else table.nbytes
            # More may come once those are there that a log is shown with at first.
            self._settled = False

    @property
    def is_in_memory(self) -> bool:
        """Whether none of the rows are on the shelf."""
        return self._shelf is None

    @property
    def bytes(self) -> int:
        """About how many bytes the rows take, wherever they are."""
        return (0 if self._shelf is None else self._shelf.bytes) + sum(int(part.nbytes) for part in self._parts)

    def table(self) -> pa.Table:
        """The rows so far; columns that only some parts have are unset in the others."""
        if self._table is None:
            if len(self._parts) > 1:
                self._parts = [_in_large_pieces(schema.joined(self._parts))]
            shelved = [] if self._shelf is None else self._shelf.tables()
            some = [*shelved, *self._parts]
            self._table = some[0] if len(some) == 1 else schema.joined(some)
        return self._table

    def shelve(self, folder: Path) -> None:
        """Put what is in memory on the shelf, which is in this folder. Raises OSError; it stays in memory then."""
        if not self._parts:
            return
        shelf = Shelf(folder) if self._shelf is None else self._shelf
        columns = schema.joined([part.slice(0, 0) for part in self._parts]).schema
        shelf.put(columns, [schema.joined(self._parts)])
        self._shelf = shelf
        self._parts.clear()
        self._table = None
        self.size = 0

    def settle(self, folder: Path) -> None:
        """No more rows come: one dictionary a column, and with `in_order` the order of time.

        Raises OSError where the folder has no room for that; `settle_in_memory` does without.
        """
        if self._shelf is None or self._settled:
            self.settle_in_memory()
            return
        self.shelve(folder)
        tables = self._shelf.tables()
        columns = schema.joined([table.slice(0, 0) for table in tables]).schema
        if self._in_order and ordering.is_timed(columns):
            made = Shelf(folder)
            made.put(columns, ordering.joined(tables, self._shelf.piece_rows))
        elif any(not table.schema.equals(columns, check_metadata=True) for table in tables):
            made = Shelf(folder)
            made.put(columns, (_with(columns, part) for table in tables for part in slices(table)))
        else:
            made = self._shelf
        made.seal()
        self._shelf = made
        self._settled = True
        self._table = None

    def shelf(self, folder: Path) -> Shelf:
        """The shelf that all rows are on once they are settled, one of its own where they are in memory."""
        if self._shelf is not None:
            return self._shelf
        table = self.table()
        shelf = Shelf(folder)
        shelf.put(table.schema, [table])
        shelf.seal()
        return shelf

    def settle_in_memory(self) -> None:
        """The same, whatever memory it takes."""
        if self._settled:
            return
        self._settled = True
        table = self.table().unify_dictionaries()
        timed = self._in_order and ordering.is_timed(table.schema)
        self._parts = [ordering.in_order(table) if timed else table]
        self._shelf = self._table = None


def _with(columns: pa.Schema, table: pa.Table) -> pa.Table:
    """The same rows with these columns."""
    return schema.joined([columns.empty_table(), table])


def _in_large_pieces(table: pa.Table) -> pa.Table:
    """The same rows, the small pieces at the end as one: a log that is followed grows by some rows at a time."""
    lengths = [len(piece) for piece in table.column(0).chunks] if table.num_columns else []
    small = rows = 0
    for length in reversed(lengths):
        if rows + length > limits.LOG_BATCH_ROWS:
            break
        small += 1
        rows += length
    if small < 2:
        return table
    large = len(table) - rows
    end = table.slice(large).combine_chunks()
    return pa.concat_tables([table.slice(0, large), end]) if large else end
