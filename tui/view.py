"""A log as the reader sees it: an immutable table, which of its rows in which order, and where the cursor stands."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parsers.cancelling import never
from parsers.places import Places, kind, pieces
from tui.columns import Column, columns

if TYPE_CHECKING:
    from parsers.schema import Record
Rows: TypeAlias = Places


@dataclass(frozen=True, slots=True)
class Sort:
    """The column that the rows are in the order of."""

    column: str
    descending: bool = False


@dataclass(eq=False)
class View:
    """One log's table, the choice of its rows and columns, and the place of the cursor.

    `rows` holds the indices into the table that are shown, in order; None stands for all of them as they come.
    `cursor` is a place in `rows`, `column` one among the columns that are not hidden; `top` is the first row on the
    screen, `left` the first cell.
    """

    log: str
    table: pa.Table
    record: "Record | None"
    columns: tuple[Column, ...]
    rows: Rows | None = None
    filter: str = ""
    sort: Sort | None = None
    cursor: int = 0
    column: int = 0
    top: int = 0
    left: int = 0

    @classmethod
    def of(cls, log: str, table: pa.Table, record: "Record | None", day: int | None = None) -> "View":
        """The view of a log that is opened: all rows, the cursor on the first one."""
        return cls(log, table, record, columns(table, record, day))

    def renewed(self, table: pa.Table, rows: Rows | None, day: int | None = None) -> "View":
        """The same view of a newer table: the filter, the sort, the columns and the reader's row stay."""
        row = self.row
        return self.on(table, rows, None if row is None else same_row(self.table, row, table), day)

    def on(self, table: pa.Table, rows: Rows | None, row: int | None, day: int | None = None) -> "View":
        """The same, where it is known which row of the newer table is the reader's."""
        view = replace(self, table=table, columns=columns(table, self.record, day, self.columns), rows=rows)
        view.hold(row, self.cursor - self.top)
        return view

    def chosen(self, rows: Rows | None, text: str, sort: Sort | None) -> "View":
        """The same table with another choice of rows; the cursor stays on its row where that is still shown."""
        row = self.row
        view = replace(self, rows=rows, filter=text, sort=sort)
        view.hold(row, self.cursor - self.top)
        return view

    def hold(self, row: int | None, height: int) -> None:
        """Put the cursor on a row of the table, so many lines below the top; where it is not shown, leave it near."""
        place = None if row is None else self.place(row)
        self.cursor = min(self.cursor, max(len(self) - 1, 0)) if place is None else place
        self.top = max(self.cursor - height, 0)

    def __len__(self) -> int:
        return len(self.table) if self.rows is None else len(self.rows)

    def at(self, place: int) -> int:
        """The table's row that stands at a place of the view."""
        return place if self.rows is None else int(self.rows[place])

    @property
    def row(self) -> int | None:
        """The table's row under the cursor; None where no row is shown."""
        return self.at(self.cursor) if self.cursor < len(self) else None

    def place(self, row: int) -> int | None:
        """Where a row of the table stands in the view; None where it is not shown."""
        if self.rows is None:
            return row if row < len(self.table) else None
        if self.sort is None:
            found = int(np.searchsorted(self.rows, row))
            return found if found < len(self.rows) and self.rows[found] == row else None
        for start, stop in pieces(len(self.rows), never):
            places = np.flatnonzero(self.rows[start:stop] == row)
            if len(places):
                return start + int(places[0])
        return None

    @property
    def shown(self) -> list[Column]:
        """The columns that are not hidden, from left to right."""
        return [column for column in self.columns if not column.hidden]

    @property
    def current(self) -> Column | None:
        """The column under the cursor."""
        shown = self.shown
        return shown[min(self.column, len(shown) - 1)] if shown else None

    def text(self) -> str | None:
        """The cell under the cursor."""
        row, column = self.row, self.current
        return None if row is None or column is None else column.text(row)


_KEYS = ("ts", "uid", "fuid", "id", "fingerprint")


def same_row(old: pa.Table, row: int, new: pa.Table) -> int | None:
    """Where a row of an older table stands in a newer one of the same log: that with the same time and ids.

    Of several of them it is the one with as many before it, for rows of one connection keep their order.
    """
    if stays(old, row, new):
        return row
    keys = [key for key in _KEYS if key in _common(old, new)]
    if not keys:
        return row if row < len(new) else None
    values = {key: old.column(key)[row] for key in keys}
    before = len(_rows_with(old.slice(0, row), values))
    places = _rows_with(new, values)
    return int(places[min(before, len(places) - 1)]) if len(places) else None


def stays(old: pa.Table, row: int, new: pa.Table) -> bool:
    """Whether a row is where it was: logs on a disk only grow, and millions of other rows need not be looked at."""
    return row < len(new) and all(_same(old.column(name)[row], new.column(name)[row]) for name in _common(old, new))


def _common(one: pa.Table, other: pa.Table) -> list[str]:
    return [name for name in one.column_names if name in other.column_names]


def _same(one: "pa.Scalar", other: "pa.Scalar") -> bool:
    """Whether two cells hold the same; a dictionary of theirs may have grown."""
    if pa.types.is_dictionary(one.type) and one.type == other.type:
        return bool(one.as_py() == other.as_py())
    return bool(one.equals(other))


def _rows_with(table: pa.Table, values: "dict[str, pa.Scalar]") -> Rows:
    """The rows that have these values in these columns."""
    found = None
    for key, value in values.items():
        column = table.column(key)
        mask = pc.equal(column, value) if value.is_valid else pc.is_null(column)
        found = mask if found is None else pc.and_(found, mask)
    places: Rows = pc.indices_nonzero(found).to_numpy().astype(kind(len(table)))
    return places
