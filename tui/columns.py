"""The columns of a table: which there are, in what order, how wide."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import accumulate

import pyarrow as pa

from parsers import schema
from parsers.evidence import values
from parsers.schema import Field, Record
from tui import cells
from tui.growth import Span, bounds

GAP = 2
# Rows that are looked at for the width of a column: of a log that is opened, and of those that have come since.
_SAMPLE = 256
_SAMPLE_OF_MORE = 32
_USUAL = 40
_SMALLEST = 78
_ROOMY_TEXT = 24
_LONG_TEXT = 14
_SHORT_TEXT = 10
_SHORT_NAME = 6


@dataclass(frozen=True, eq=False)
class Column:
    """One column: its cells, what writes them, how wide its content is and how wide it is drawn.

    `times` are the first and the last of a column of times; `first` says that it belongs to the first set; `wide` that
    the reader asked for all of its width.
    """

    name: str
    type: str
    meaning: str
    cells: pa.ChunkedArray = field(repr=False, compare=False)
    writer: values.Writer = field(repr=False, compare=False)
    content: int
    width: int
    times: Span | None = field(default=None, repr=False, compare=False)
    first: bool = False
    right: bool = False
    wide: bool = False
    hidden: bool = False

    @property
    def tail(self) -> bool:
        """Whether the end of a value says more than its beginning: `application/` says little of a file."""
        return "mime_type" in self.name

    def text(self, row: int) -> str:
        """The cell of a row of the log."""
        return self.writer(self.cells[row])

    def full(self, row: int) -> str:
        """All of the value of a row of the log."""
        return values.writer(self.type)(self.cells[row])


def columns(
    table: pa.Table, record: Record | None, day: int | None = None, before: "tuple[Column, ...]" = ()
) -> tuple[Column, ...]:
    """The columns of a log: the first set as its record ranks it, then all others in the order of the log.

    `day` is the one that everything happened on. `before` are the columns of an earlier table of the same log: what the
    reader hid or widened stays so, and no column becomes narrower.
    """
    types = schema.types(table)
    first = [name for name in record.first_columns if name in types] if record else []
    kept = {column.name: column for column in before}
    made = []
    for name in [*first, *(name for name in types if name not in first)]:
        earlier = kept.get(name)
        column = _column(table, name, types[name], record.by_name.get(name) if record else None, day, earlier)
        if earlier is not None:
            content = max(column.content, earlier.content)
            column = replace(column, content=content, wide=earlier.wide, hidden=earlier.hidden)
        made.append(replace(column, first=name in first))
    return tuple(made)


def _column(
    table: pa.Table, name: str, zeek_type: str, known: Field | None, day: int | None, earlier: Column | None
) -> Column:
    values_of = table.column(name)
    rows = len(values_of)
    start = len(earlier.cells) if earlier is not None and len(earlier.cells) < rows else 0
    times = bounds(values_of, earlier.cells, earlier.times) if earlier is not None else bounds(values_of)
    writer = cells.column_writer(name, zeek_type, times, day)
    sample = _sample(start, rows, _SAMPLE if earlier is None else _SAMPLE_OF_MORE)
    texts = [writer(values_of[row]) for row in sample]
    content = min(max(map(cells.width_of, texts), default=1), cells.WIDEST)
    right = zeek_type in cells.NUMBERS
    meaning = known.meaning if known else ""
    return Column(name, zeek_type, meaning, values_of, writer, content, 0, times=times, right=right)


def _sample(start: int, stop: int, most: int) -> list[int]:
    count = min(stop - start, most)
    return [start + number * (stop - start - 1) // max(count - 1, 1) for number in range(count)]


def fitted(all_columns: tuple[Column, ...], width: int) -> tuple[Column, ...]:
    """The columns with their widths for a table of so many cells.

    Of the first set those are squeezed into it that find room in comfort, and in any case those that find room on the
    smallest screen: long texts give way first, then the names of columns, then shorter texts; numbers, times and
    addresses never do.
    """
    widths = {c.name: c.content if c.wide else max(min(c.content, _USUAL), len(c.name)) for c in all_columns}
    first = [c for c in all_columns if c.first and not c.hidden]
    del first[max(_fitting(first, _roomy, width), _fitting(first, _least, min(width, _SMALLEST)), 1) :]
    over = sum(widths[c.name] + GAP for c in first) - GAP - width
    for floor in (_long, _named, _least):
        over = _squeeze(widths, {c.name: floor(c) for c in first}, over)
    return tuple(replace(c, width=widths[c.name]) for c in all_columns)


def _fitting(first: list[Column], floor: Callable[[Column], int], width: int) -> int:
    """How many of the columns fit from the left."""
    ends = accumulate(floor(column) + GAP for column in first)
    return sum(end - GAP <= width for end in ends)


def _needed(column: Column) -> int:
    """The cells without which a value says nothing: all of a number, a time, an address, the beginning of a text."""
    if column.wide:
        return column.content
    text = not column.right and column.type not in ("time", "addr", "bool")
    return min(column.content, _SHORT_TEXT if text else _USUAL)


def _long(column: Column) -> int:
    return max(_needed(column), min(column.content, _LONG_TEXT), len(column.name))


def _roomy(column: Column) -> int:
    return max(_named(column), min(column.content, _ROOMY_TEXT))


def _named(column: Column) -> int:
    return max(_needed(column), min(column.content, _LONG_TEXT), min(len(column.name.removeprefix("id.")), _SHORT_NAME))


def _least(column: Column) -> int:
    return max(_needed(column), min(len(column.name.removeprefix("id.")), _SHORT_NAME))


def _squeeze(widths: dict[str, int], floors: dict[str, int], over: int) -> int:
    """Take cells from the widest columns, none below its floor; how many are still too many."""
    while over > 0:
        name = max(floors, key=lambda name: widths[name] if widths[name] > floors[name] else 0, default=None)
        if name is None or widths[name] <= floors[name]:
            break
        widths[name] -= 1
        over -= 1
    return over
