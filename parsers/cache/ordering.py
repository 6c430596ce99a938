"""Rows put in the order of time, however many there are: piece by piece, from wherever they lie."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from parsers import budget, scratch

_TIME = "ts"
# One of so many times tells well enough where the others lie.
_SAMPLED = 64
_LATEST = np.iinfo(np.int64).max


def is_timed(columns: pa.Schema) -> bool:
    """Whether rows of these columns have an order of time."""
    return _TIME in columns.names


def in_order(table: pa.Table, columns: pa.Schema | None = None) -> pa.Table:
    """The rows in the order of time, unset ones last.

    The second column tells apart what came at the same time, so that the order is always the same; a set (in dhcp.log)
    or an address (in software.log) cannot, and is only in logs that come as one. `columns` are the table's own where
    it has lost its dictionaries.
    """
    first = list(table.schema if columns is None else columns)[:2]
    keys = [(field.name, "ascending") for field in first if _is_sortable(field.type)]
    return table.take(pc.sort_indices(table, keys))


def joined(tables: Sequence[pa.Table], rows: int) -> Iterator[pa.Table]:
    """The rows of all tables as `in_order` would put them, about so many at a time, and none but these in memory.

    A table's batches are small enough to be looked at as a whole. Raises OpenError where there is no room for the
    places of all rows.
    """
    batches = [batch for table in tables for batch in table.to_batches() if len(batch)]
    columns = batches[0].schema if batches else pa.schema([])
    bounds = _bounds([_times(batch) for batch in batches], rows)
    orders = scratch.array(sum(map(len, batches)), np.int32, budget.for_work() // 2)
    begin, ends = 0, []
    for batch in batches:
        times = _times(batch)
        order = orders[begin : begin + len(batch)]
        order[:] = np.argsort(times, kind="stable")
        ends.append([*np.searchsorted(times[order], bounds), len(batch)])
        begin += len(batch)
    firsts = np.cumsum([0, *map(len, batches)])
    for number in range(len(bounds) + 1):
        parts = []
        for batch, first, end in zip(batches, firsts, ends, strict=False):
            begin = end[number - 1] if number else 0
            if begin < end[number]:
                parts.append(_plain(batch.take(pa.array(orders[first + begin : first + end[number]]))))
        if parts:
            yield _with_dictionaries(in_order(pa.Table.from_batches(parts).combine_chunks(), columns), columns)


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The rows without dictionaries: few rows of many parts would bring all their values along."""
    columns = [
        column.dictionary_decode() if pa.types.is_dictionary(column.type) else column for column in batch.columns
    ]
    fields = [field.with_type(column.type) for field, column in zip(batch.schema, columns, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields))


def _with_dictionaries(table: pa.Table, columns: pa.Schema) -> pa.Table:
    made = [
        column.dictionary_encode() if pa.types.is_dictionary(field.type) else column
        for column, field in zip(table.columns, columns, strict=True)
    ]
    return pa.Table.from_arrays(made, schema=columns)


def _times(batch: pa.RecordBatch) -> npt.NDArray[np.int64]:
    """The times of a batch; unset ones are later than any other."""
    column = batch.column(_TIME)
    return np.asarray(pc.fill_null(column.cast(pa.int64()), _LATEST).to_numpy(zero_copy_only=False), np.int64)


def _bounds(times: Sequence[npt.NDArray[np.int64]], rows: int) -> npt.NDArray[np.int64]:
    """Times between which about so many rows lie."""
    sample = np.sort(np.concatenate([np.empty(0, np.int64), *(some[::_SAMPLED].copy() for some in times)]))
    step = max(rows // _SAMPLED, 1)
    return np.unique(sample[step::step])


def _is_sortable(kind: pa.DataType) -> bool:
    return not (pa.types.is_list(kind) or pa.types.is_dictionary(kind))
