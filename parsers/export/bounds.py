"""Where Zeek cuts what it logs: long strings, and sets and vectors of many elements.

Source: Zeek, src/logging/Manager.cc (ValToLogVal), scripts/base/init-bare.zeek (Log::default_max_*).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from parsers import escape, limits
from parsers.zeek.cells import relisted


@dataclass(frozen=True, slots=True)
class Bounds:
    """Those of one log: bytes of a string, elements of a set or vector, and of all in a row."""

    string: int = limits.FIELD_BYTES
    elements: int = limits.CONTAINER_ELEMENTS
    row_elements: int = limits.ROW_ELEMENTS

    @classmethod
    def of(cls, log: str) -> "Bounds":
        """Those of a log; http and x509 have their own (Zeek: their main.zeek)."""
        if log == "http":
            return cls(string=limits.ROW_STRING_BYTES)
        if log == "x509":
            return cls(elements=limits.ROW_ELEMENTS)
        return cls()


def bounded(batch: pa.RecordBatch, bounds: Bounds) -> pa.RecordBatch:
    """The same rows within the bounds."""
    columns = [_strings(column, bounds.string) for column in _containers(batch, bounds)]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _containers(batch: pa.RecordBatch, bounds: Bounds) -> Iterator[pa.Array]:
    used = np.zeros(batch.num_rows, np.int64)
    for column in batch.columns:
        if not pa.types.is_list(column.type):
            yield column
            continue
        lengths = pc.list_value_length(column).fill_null(0).to_numpy().astype(np.int64)
        allowed = np.minimum(np.minimum(lengths, bounds.elements), bounds.row_elements - used)
        used += allowed
        yield _first(column, allowed) if (allowed < lengths).any() else column


def _first(column: pa.Array, allowed: npt.NDArray[np.int64]) -> pa.Array:
    """Lists of which the first `allowed[row]` elements remain."""
    ends = np.cumsum(allowed)
    starts = column.offsets.to_numpy()[:-1] - (ends - allowed)
    kept = column.values.take(pa.array(np.repeat(starts, allowed) + np.arange(ends[-1] if len(ends) else 0)))
    offsets = np.concatenate([[0], ends]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), kept, type=column.type, mask=column.is_null())


def _strings(column: pa.Array, longest: int) -> pa.Array:
    """A column of which no string has more bytes than `longest`."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        values = column.dictionary
        kept = _strings(values, longest)
        # Two that are the same once they are cut are one.
        return column if kept is values else kept.take(column.indices).dictionary_encode()
    if pa.types.is_list(kind):
        elements = column.flatten()
        kept = _strings(elements, longest)
        return column if kept is elements else relisted(column, kept)
    if not pa.types.is_string(kind):
        return column
    long = pc.greater(pc.binary_length(column), longest).fill_null(False)
    if not long.true_count:
        return column
    cut = [escape.text(escape.raw(text)[:longest]) for text in column.filter(long).to_pylist()]
    return pc.replace_with_mask(column, long, pa.array(cut, pa.string()))
