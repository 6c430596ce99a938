"""Rows of JSON looked at one by one: what their columns are, and what is wrong with each of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from parsers import escape, limits
from parsers.schema import inferred_field, is_inferred, wider, zeek_type
from parsers.zeek.jobs import Faults
from parsers.zeek.json_lines import spelling, times
from parsers.zeek.json_lines.cells import Values, inferred
from parsers.zeek.json_lines.lines import Lines
from parsers.zeek.json_lines.objects import NoObjectError, Number, Way, decoded, leaves
from parsers.zeek.json_lines.shape import Shape
from parsers.zeek.json_lines.strings import Escapes
from parsers.zeek.values import Mask

Parsed: TypeAlias = tuple[pa.Table, Faults, Shape]
_SHOWN = 40
# So many cells of a field, all of another type than Zeek 8 gives it, are no damage: another Zeek wrote them.
_SEVERAL = 3


def parsed(lines: Lines, shape: Shape, escapes: Escapes) -> Parsed:
    """The rows, what is wrong with some of them, and the shape of the log after them.

    What is no object is left out; a cell that is not of the type that Zeek's log has there is unset.
    """
    rows = _Rows(shape)
    for number, line in lines:
        try:
            rows.add(number, leaves(decoded(line.decode())))
        except NoObjectError as why:
            rows.faults.tell(number, f"{why}; the row is left out")
    return _table(rows, escapes)


@dataclass
class _Cells:
    """What stands at one place in rows: in which of them, and what."""

    rows: list[int] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)


class _Rows:
    """Rows as they come, by the ways to their cells."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.faults = Faults()
        self.numbers: list[int] = []
        self.cells: dict[Way, _Cells] = {}

    def add(self, number: int, found: Iterable[tuple[Way, Any]]) -> None:
        """The row of a line: what stands where in its object."""
        row = len(self.numbers)
        self.numbers.append(number)
        for way, value in found:
            cells = self.cells.get(way)
            if cells is None:
                if len(self.cells) >= limits.JSON_COLUMNS or not self.shape.has_room_for(way):
                    self.faults.tell(number, f"more than {limits.JSON_COLUMNS} different keys; a new one is left out")
                    continue
                cells = self.cells[way] = _Cells()
            cells.rows.append(row)
            cells.values.append(value)

    def columns(self) -> dict[str, _Cells]:
        """The cells by column; where two ways lead to one, the second fills what the first has left unset."""
        columns: dict[str, _Cells] = {}
        for way, cells in self.cells.items():
            name = self.shape.name(way)
            columns[name] = self._both(name, columns[name], cells) if name in columns else cells
        return columns

    def _both(self, name: str, one: _Cells, other: _Cells) -> _Cells:
        values = dict(zip(one.rows, one.values, strict=True))
        for row, value in zip(other.rows, other.values, strict=True):
            if row in values:
                self.faults.tell(self.numbers[row], f"{escape.cell(name)} stands in it twice; the second is left out")
            values.setdefault(row, value)
        rows = sorted(values)
        return _Cells(rows, [values[row] for row in rows])


def _table(rows: _Rows, escapes: Escapes) -> Parsed:
    columns = rows.columns()
    before = rows.shape.begun(columns)
    unit = before.unit or _unit(before, columns)
    values = Values(escapes, unit or times.SECOND)
    fields, arrays = {}, {}
    for name, column in columns.items():
        made, fields[name], wrong = _made(before, name, column.values, values)
        arrays[name] = _spread(made, column.rows, len(rows.numbers))
        for place in np.flatnonzero(wrong).tolist():
            shown = escape.cell(str(values.text(column.values[place], pa.string()))[:_SHOWN])
            what = f"'{shown}' in {escape.cell(name)} is no {zeek_type(fields[name])}; shown as unset"
            rows.faults.tell(rows.numbers[column.rows[place]], what)
    rows.faults.first.sort(key=lambda fault: fault.line)
    spellings = {way: spelling.of(cells.values) for way, cells in rows.cells.items()}
    shape = before.after(fields, spellings, unit)
    return shape.table(arrays, len(rows.numbers)), rows.faults, shape


def _unit(shape: Shape, columns: Mapping[str, _Cells]) -> int | None:
    """What times count that are whole numbers: `ts` tells, or else the first column of times."""
    for name in sorted(columns, key=lambda name: name != "ts"):
        named = shape.presumed(name)
        if named is not None and pa.types.is_timestamp(named.type):
            unit = times.unit_of(value for value in columns[name].values if isinstance(value, Number))
            if unit is not None:
                return unit
    return None


def _made(shape: Shape, name: str, cells: Sequence[Any], values: Values) -> tuple[pa.Array, pa.Field, Mask]:
    """A column, as what, and where its cells are not of that type."""
    named = shape.presumed(name)
    if named is not None and not is_inferred(named):
        made, wrong = values.column(cells, named.type)
        may_differ = name not in shape.fields or (
            not shape.spellings and len(cells) >= _SEVERAL and not pa.types.is_timestamp(named.type)
        )
        if not (wrong.all() and may_differ):
            return made, named, wrong
        named = None
    named = inferred_field(name, inferred(cells) if named is None else _wider(named, cells))
    made, wrong = values.column(cells, named.type)
    return made, named, wrong


def _wider(named: pa.Field, cells: Sequence[Any]) -> str:
    """The Zeek type that holds the values of an inferred column and more of them."""
    kind = zeek_type(named)
    if pa.types.is_list(named.type) and spelling.of(cells) == spelling.EMPTY:
        # Lists of nothing may be lists of anything.
        return kind
    # Whole numbers must fit a double where there are others.
    return wider(kind, inferred([*cells, Number("0.5")] if kind == "double" else cells))


def _spread(made: pa.Array, rows: list[int], count: int) -> pa.Array:
    """The cells of some rows among all rows."""
    if len(rows) == count:
        return made
    places = np.zeros(count, np.int32)
    unset = np.ones(count, bool)
    places[rows] = np.arange(len(rows))
    unset[rows] = False
    return made.take(pa.array(places, mask=unset))
