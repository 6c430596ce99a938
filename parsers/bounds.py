"""Where Zeek cuts what it logs: long strings, and sets and vectors of many elements.

Source: Zeek, src/logging/Manager.cc (ValToLogVal), scripts/base/init-bare.zeek (Log::default_max_*).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from parsers import escape, limits
from parsers.lists import relisted
from parsers.schema import element_type, zeek_type

_Ints: TypeAlias = npt.NDArray[np.int64]
# Told of the rows in which something was cut: which kind of field it was, and their places.
_Tell: TypeAlias = Callable[[str, npt.NDArray[np.integer]], None]

STRING, CONTAINER = "string", "container"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Those of one log: bytes of a string, elements of a set or vector, and of all in a row."""

    string: int = limits.FIELD_BYTES
    elements: int = limits.CONTAINER_ELEMENTS
    row_elements: int = limits.ROW_ELEMENTS
    row_string: int = limits.ROW_STRING_BYTES

    @classmethod
    def of(cls, log: str) -> "Bounds":
        """Those of a log; http and x509 have their own (Zeek: their main.zeek)."""
        if log == "http":
            return cls(string=limits.ROW_STRING_BYTES)
        if log == "x509":
            return cls(elements=limits.CERTIFICATE_ELEMENTS, row_elements=limits.CERTIFICATE_ROW_ELEMENTS)
        return cls()


def bounded(batch: pa.RecordBatch, bounds: Bounds) -> pa.RecordBatch:
    """The same rows within the bounds."""
    return pa.RecordBatch.from_arrays(_bounded(batch, bounds, lambda *_: None), schema=batch.schema)


def beyond(batch: pa.RecordBatch, bounds: Bounds) -> dict[str, list[int]]:
    """The rows that are not within the bounds, in their order, for each kind of field that is cut there."""
    found: dict[str, set[int]] = {}
    _bounded(batch, bounds, lambda kind, rows: found.setdefault(kind, set()).update(rows.tolist()))
    return {kind: sorted(rows) for kind, rows in found.items() if rows}


def _bounded(batch: pa.RecordBatch, bounds: Bounds, tell: _Tell) -> list[pa.Array]:
    if _are_surely(batch, bounds):
        return list(batch.columns)
    columns = [_strings(column, bounds.string, tell) for column in _containers(batch, bounds, tell)]
    texts = [place for place, field in enumerate(batch.schema) if _holds_text(field)]
    if sum(_most_of(columns[place]) for place in texts) <= bounds.row_string:
        return columns
    total = sum((_bytes_of(columns[place]) for place in texts), np.zeros(batch.num_rows, np.int64))
    over = np.flatnonzero(total > bounds.row_string)
    if len(over):
        cut = _rows_cut([columns[place] for place in texts], over, bounds.row_string, tell)
        for place, column in zip(texts, cut, strict=True):
            columns[place] = column
    return columns


def _are_surely(batch: pa.RecordBatch, bounds: Bounds) -> bool:
    """Whether the longest cells of all columns were within the bounds even in one row: nearly always, quick to find."""
    elements = size = 0
    for column in batch.columns:
        kind, many = column.type, 1
        if pa.types.is_list(kind):
            many = _longest_cell(column)
            if many > bounds.elements:
                return False
            elements += many
            column, kind = column.values, kind.value_type  # noqa: PLW2901
        elif pa.types.is_dictionary(kind):
            column, kind = column.dictionary, kind.value_type  # noqa: PLW2901
        if pa.types.is_string(kind):
            size += many * _longest_cell(column)
    return elements <= bounds.row_elements and size <= bounds.string


def _longest_cell(column: pa.Array) -> int:
    """The bytes of the longest string of a column, or the elements of its longest list; not less than they are."""
    if not len(column):
        return 0
    places = np.frombuffer(column.buffers()[1], np.int32, len(column) + 1, column.offset * 4)
    return int((places[1:] - places[:-1]).max())


def _holds_text(field: pa.Field) -> bool:
    """Whether a column is of strings; addresses and enumerations are text here too, and no strings in Zeek."""
    kind, arrow = zeek_type(field), field.type
    inner = arrow.value_type if pa.types.is_list(arrow) or pa.types.is_dictionary(arrow) else arrow
    return (element_type(kind) or kind) == "string" and bool(pa.types.is_string(inner))


def _containers(batch: pa.RecordBatch, bounds: Bounds, tell: _Tell) -> Iterator[pa.Array]:
    used = np.zeros(batch.num_rows, np.int64)
    for column in batch.columns:
        if not pa.types.is_list(column.type):
            yield column
            continue
        lengths = _lengths(column)
        allowed = np.minimum(np.minimum(lengths, bounds.elements), bounds.row_elements - used)
        used += allowed
        rows = np.flatnonzero(allowed < lengths)
        tell(CONTAINER, rows)
        yield _first(column, allowed) if len(rows) else column


def _lengths(column: pa.Array) -> _Ints:
    """How many elements each list of a column has, none where it is unset."""
    lengths: _Ints = pc.list_value_length(column).fill_null(0).to_numpy().astype(np.int64)
    return lengths


def _first(column: pa.Array, allowed: _Ints) -> pa.Array:
    """Lists of which the first `allowed[row]` elements remain."""
    ends = np.cumsum(allowed)
    starts = column.offsets.to_numpy()[:-1] - (ends - allowed)
    kept = column.values.take(pa.array(np.repeat(starts, allowed) + np.arange(ends[-1] if len(ends) else 0)))
    offsets = np.concatenate([[0], ends]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), kept, type=column.type, mask=column.is_null())


def _strings(column: pa.Array, longest: int, tell: _Tell) -> pa.Array:
    """A column of which no string has more bytes than `longest`."""
    kind = column.type
    if pa.types.is_dictionary(kind) and pa.types.is_string(kind.value_type):
        if _longest(column.dictionary) <= longest:
            return column
        # Two that are the same once they are cut are one.
        return _strings(column.cast(kind.value_type), longest, tell).dictionary_encode()
    if pa.types.is_list(kind) and pa.types.is_string(kind.value_type):
        elements = column.flatten()
        if _longest(elements) <= longest:
            return column
        owners = np.repeat(np.arange(len(column)), _lengths(column))
        kept = _strings(elements, longest, lambda told, places: tell(told, owners[places]))
        return column if kept is elements else relisted(column, kept)
    if not pa.types.is_string(kind) or _longest(column) <= longest:
        return column
    # Bytes that are no text take more than one character.
    long = pc.greater(pc.binary_length(column), longest).fill_null(False)
    places = np.flatnonzero(long.to_numpy(False))
    raw = {place: escape.raw(column[place].as_py()) for place in places.tolist()}
    places = np.array([place for place, told in raw.items() if len(told) > longest], np.int64)
    if not len(places):
        return column
    tell(STRING, places)
    long = np.isin(np.arange(len(column)), places)
    cut = [escape.text(raw[place][:longest]) for place in places.tolist()]
    return pc.replace_with_mask(column, long, pa.array(cut, pa.string()))


def _longest(texts: pa.Array) -> int:
    """The bytes of the longest string, as they are written here."""
    return int(pc.max(pc.binary_length(texts)).as_py() or 0)


def _most_of(column: pa.Array) -> int:
    """What the strings of a column have in a row at most: a bound that is quick to find."""
    if pa.types.is_list(column.type):
        return _longest(column.flatten()) * int(_lengths(column).max(initial=0))
    return _longest(column.dictionary if pa.types.is_dictionary(column.type) else column)


def _bytes_of(column: pa.Array) -> _Ints:
    """The bytes of a column of text in each row, as they are written here: at least as many as they are."""
    kind = column.type
    if pa.types.is_list(kind):
        ends = np.concatenate([[0], np.cumsum(pc.binary_length(column.flatten()).fill_null(0).to_numpy(False))])
        after = np.cumsum(_lengths(column))
        return np.asarray(ends[after] - ends[np.concatenate([[0], after[:-1]])], np.int64)
    if pa.types.is_dictionary(kind):
        sizes = pc.binary_length(column.dictionary).take(column.indices)
    else:
        sizes = pc.binary_length(column)
    return np.asarray(sizes.fill_null(0).to_numpy(False), np.int64)


def _rows_cut(columns: list[pa.Array], rows: npt.NDArray[np.integer], most: int, tell: _Tell) -> list[pa.Array]:
    """Columns of text, those of some rows cut where they come to more bytes than a row may have."""
    left = dict.fromkeys(rows.tolist(), most)
    cut: dict[int, None] = {}

    def within(row: int, text: str | None) -> str | None:
        if text is None:
            return None
        raw = escape.raw(text)
        kept = raw[: left[row]]
        left[row] -= len(kept)
        if len(kept) == len(raw):
            return text
        cut[row] = None
        return escape.text(kept)

    made = []
    for column in columns:
        cells = column.to_pylist()
        for row in left:
            cell = cells[row]
            cells[row] = [within(row, text) for text in cell] if isinstance(cell, list) else within(row, cell)
        made.append(pa.array(cells, column.type))
    tell(STRING, np.array(list(cut), np.int64))
    return made
