"""Small batches put together: a log in thousands of parts is passed on in some dozens."""

from collections.abc import Iterable, Iterator

import pyarrow as pa

from parsers import limits
from parsers.updates import Batch, Update


def gathered(updates: Iterable[Update]) -> Iterator[Update]:
    """The same rows in the same order, in fewer batches; the first of each log, and what is no batch, is not held."""
    seen: set[str] = set()
    held: list[Batch] = []
    rows = 0
    for update in updates:
        if not isinstance(update, Batch):
            yield update
            continue
        if held and not _alike(held[0], update):
            yield _joined(held)
            held, rows = [], 0
        held.append(update)
        rows += update.table.num_rows
        if rows >= limits.LOG_BATCH_ROWS or update.log not in seen:
            seen.add(update.log)
            yield _joined(held)
            held, rows = [], 0
    if held:
        yield _joined(held)


def _alike(one: Batch, other: Batch) -> bool:
    return one.log == other.log and not other.replaces and one.table.schema.equals(other.table.schema)


def _joined(batches: list[Batch]) -> Batch:
    if len(batches) == 1:
        return batches[0]
    table = pa.concat_tables([batch.table for batch in batches]).combine_chunks()
    return Batch(batches[0].log, table, batches[0].replaces)
