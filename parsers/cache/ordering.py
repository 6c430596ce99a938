"""Rows put in the order of time, however many there are: runs that are in order each, joined piece by piece."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_TIME = "ts"
# One of so many times of a run tells well enough where the others lie.
_SAMPLED = 64
_LATEST = np.iinfo(np.int64).max


def is_timed(columns: pa.Schema) -> bool:
    """Whether rows of these columns have an order of time."""
    return _TIME in columns.names


def in_order(table: pa.Table) -> pa.Table:
    """The rows in the order of time, unset ones last.

    The second column tells apart what came at the same time, so that the order is always the same; a set (in dhcp.log)
    or an address (in software.log) cannot, and is only in logs that come as one.
    """
    first = table.column_names[:2]
    keys = [(name, "ascending") for name in first if _is_sortable(table.schema.field(name).type)]
    return table.take(pc.sort_indices(table, keys))


def joined(runs: Sequence[pa.Table], rows: int) -> Iterator[pa.Table]:
    """The rows of all runs in order, a stretch of time of about so many at a time; each batch of a run is in order.

    Rows that `in_order` does not tell apart stay in the order of their runs.
    """
    batches = [batch for run in runs for batch in run.to_batches() if len(batch)]
    times = [_times(batch) for batch in batches]
    begin = [0] * len(batches)
    for bound in [*_bounds(times, rows), None]:
        end = [len(some) if bound is None else int(np.searchsorted(some, bound)) for some in times]
        places = zip(batches, begin, end, strict=True)
        parts = [batch.slice(low, high - low) for batch, low, high in places if low < high]
        if parts:
            yield in_order(pa.Table.from_batches(parts).combine_chunks())
        begin = end


def _times(batch: pa.RecordBatch) -> npt.NDArray[np.int64]:
    """The times of a batch; unset ones, which are its last, are later than any other."""
    column = batch.column(_TIME)
    cells = np.frombuffer(column.buffers()[1], np.int64)[column.offset : column.offset + len(column)]
    if column.null_count:
        cells = cells.copy()
        cells[len(cells) - column.null_count :] = _LATEST
    return cells


def _bounds(times: Sequence[npt.NDArray[np.int64]], rows: int) -> npt.NDArray[np.int64]:
    """Times between which about so many rows lie."""
    sample = np.sort(np.concatenate([np.empty(0, np.int64), *(some[::_SAMPLED] for some in times)]))
    step = max(rows // _SAMPLED, 1)
    return np.unique(sample[step::step])


def _is_sortable(kind: pa.DataType) -> bool:
    return not (pa.types.is_list(kind) or pa.types.is_dictionary(kind))
