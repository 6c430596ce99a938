"""Rows of JSON as Arrow's parser reads them, all columns at once, where they are as those before them were."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parsers import limits
from parsers.schema import ARROW_TYPES, FAR_TIME, is_inferred
from parsers.zeek.json_lines import arrow, picked, spelling, times
from parsers.zeek.json_lines.cells import CELLS, EXACT
from parsers.zeek.json_lines.lines import Lines
from parsers.zeek.json_lines.objects import Way
from parsers.zeek.json_lines.shape import Shape
from parsers.zeek.json_lines.strings import Escapes
from parsers.zeek.values import SECONDS

# Arrow's names of what whole numbers of times may count.
_UNITS = {times.SECOND: "s", 1_000_000: "ms", 1000: "us", 1: "ns"}


class OtherwiseError(Exception):
    """Some row is not as those before it: all are to be looked at one by one."""


def table(lines: Lines, shape: Shape, escapes: Escapes, only: Collection[str]) -> pa.Table:
    """The rows, in which all columns but some `only` may be unset. Raises OtherwiseError."""
    ways = _ways(shape)
    some = {name: ways[name] for name in only}
    found = _found(lines, shape, some, is_all=False) if len(some) < len(ways) else None
    if found is None or not all(_is_whole(found[name], name, way, lines) for name, (way, _) in some.items()):
        found = _found(lines, shape, ways, is_all=True)
    if found is None:
        raise OtherwiseError
    arrays = {}
    for name in some:
        column = found[name]
        if column.null_count < len(column):
            arrays[name] = _made(column, shape.fields[name].type, shape.step, escapes)
            if is_inferred(shape.fields[name]):
                _refuse_inexact(arrays[name])
    return shape.table(arrays, len(next(iter(found.values()))))


def _found(
    lines: Lines, shape: Shape, ways: Mapping[str, tuple[Way, str]], *, is_all: bool
) -> dict[str, pa.Array] | None:
    """What stands at these ways in each line, by the names of the columns; None where a line is otherwise.

    They may be all that there are. Raises OtherwiseError.
    """
    kinds = {way: _parsed_type(shape.fields[name].type, spelt, shape.step) for name, (way, spelt) in ways.items()}
    if not is_all and len(ways) <= picked.MOST:
        columns = picked.columns(lines, kinds)
        if columns is not None:
            return dict(zip(ways, columns, strict=True))
    batch = arrow.structs(lines, kinds, "error" if is_all else "ignore")
    return None if batch is None else {name: pc.struct_field(batch, list(way)) for name, (way, _) in ways.items()}


def _is_whole(column: pa.Array, name: str, way: Way, lines: Lines) -> bool:
    """Whether no other way may lead to more of a column: to names with points there are some (`Shape.name`)."""
    if "." not in name or not column.null_count:
        return True
    end, key = (text.encode("utf-8", "surrogatepass") for text in (name[name.rindex(".") + 1 :], way[0]))
    return len(way) == 1 and lines.data.count(end + b'"') == lines.data.count(b'"' + key + b'"')


def _refuse_inexact(column: pa.Array) -> None:
    """Raises OtherwiseError where a number of a column whose type only values have told may have been a longer one."""
    if pa.types.is_list(column.type):
        _refuse_inexact(column.flatten())
    elif pa.types.is_floating(column.type) and not pc.all(pc.less(pc.abs(column), EXACT)).as_py():
        raise OtherwiseError


def _ways(shape: Shape) -> dict[str, tuple[Way, str]]:
    """Where each column stands and how it is spelled there; one that was not met yet stands where Zeek writes it."""
    ways: dict[str, tuple[Way, str]] = {}
    for way, spelt in shape.spellings.items():
        if ways.setdefault(shape.name(way), (way, spelt))[0] != way:
            raise OtherwiseError
    return ways | {name: ((name,), spelling.NOTHING) for name in shape.fields if name not in ways}


def _parsed_type(kind: pa.DataType, spelt: str, step: int) -> pa.DataType:
    """The type as which Arrow's parser reads a column that becomes `kind`. Raises OtherwiseError."""
    if pa.types.is_list(kind) and (not spelt or spelt.startswith("[")):
        return pa.list_(_parsed_type(kind.value_type, spelt[1:-1], step))
    is_time, is_double = pa.types.is_timestamp(kind), pa.types.is_duration(kind) or pa.types.is_floating(kind)
    match spelt or _usual(kind):
        case spelling.TEXT:
            return pa.string()
        case spelling.BOOL if pa.types.is_boolean(kind):
            return kind
        case spelling.INTEGER if is_time and step != times.SECOND:
            return pa.int64()
        case spelling.INTEGER | spelling.NUMBER if is_time or is_double:
            return SECONDS if is_time else pa.float64()
        case spelling.INTEGER if pa.types.is_integer(kind):
            return kind
    raise OtherwiseError


def _usual(kind: pa.DataType) -> str:
    """How Zeek writes a column that becomes `kind`."""
    if pa.types.is_boolean(kind):
        return spelling.BOOL
    if pa.types.is_integer(kind):
        return spelling.INTEGER
    return spelling.TEXT if pa.types.is_dictionary(kind) or pa.types.is_string(kind) else spelling.NUMBER


def _made(column: pa.Array, kind: pa.DataType, step: int, escapes: Escapes) -> pa.Array:
    """A column that Arrow parsed as one of a frame. Raises OtherwiseError."""
    if pa.types.is_list(kind):
        elements = _made(column.flatten(), kind.value_type, step, escapes)
        lengths = pc.list_value_length(column).fill_null(0).to_numpy()
        offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32))
        return pa.ListArray.from_arrays(offsets, elements, type=kind, mask=column.is_null())
    if pa.types.is_timestamp(kind):
        return _times(column, kind, step)
    if pa.types.is_duration(kind):
        return _intervals(column)
    if not pa.types.is_string(column.type):
        return column
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind):
        return escapes.column(column).cast(kind)
    return _fitting(column, kind)


def _fitting(column: pa.Array, kind: pa.DataType) -> pa.Array:
    made, wrong = CELLS.column(column, kind)
    if wrong.any():
        raise OtherwiseError
    return made


def _times(column: pa.Array, kind: pa.DataType, step: int) -> pa.Array:
    if column.type == SECONDS:
        made = _exact(column, kind)
    elif pa.types.is_string(column.type):
        made = _iso(column, kind)
    else:
        made = _first(column.cast(pa.timestamp(_UNITS[step], "UTC")), (kind, FAR_TIME))
    if made.type == FAR_TIME and pc.max(pc.abs(made.cast(pa.int64()))).as_py() > times.LAST * 1_000_000:
        raise OtherwiseError
    return made


def _exact(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """Times of decimals of seconds."""
    made = _fitting(column, kind)
    if made.type != kind:
        # What has more than six decimals would be cut, not rounded.
        raise OtherwiseError
    if kind == FAR_TIME:
        return made
    numbers = made.cast(pa.int64()).fill_null(0).to_numpy()
    rounded = times.rounded(numbers)
    if rounded is numbers:
        return made
    return pc.if_else(made.is_valid(), pa.array(rounded), None).cast(kind)


def _iso(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """Times of ISO 8601; without a zone they are UTC."""
    try:
        return _first(column, (kind, FAR_TIME))
    except OtherwiseError:
        return pc.assume_timezone(_first(column, (pa.timestamp(kind.unit),)), "UTC")


def _first(column: pa.Array, kinds: Iterable[pa.DataType]) -> pa.Array:
    """The column as the first type that it can be cast to."""
    for kind in kinds:
        with suppress(pa.ArrowInvalid):
            return column.cast(kind)
    raise OtherwiseError


def _intervals(column: pa.Array) -> pa.Array:
    """Intervals as Zeek writes them, with six decimals."""
    seconds = _first(column, (pa.float64(),)).fill_null(0.0).to_numpy()
    if not (np.abs(seconds) < limits.INT64_MAX // times.SECOND).all():
        raise OtherwiseError
    whole = np.floor(seconds)
    steps = whole.astype(np.int64) * times.SECOND + np.rint((seconds - whole) * 1e6).astype(np.int64) * 1000
    return pc.if_else(column.is_valid(), pa.array(steps), None).cast(ARROW_TYPES["interval"])
