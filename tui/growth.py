"""What stays the same of a log that grows: rows that lie where they lay need not be looked at again."""

from itertools import takewhile
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from parsers import schema

# A first and a last time, in nanoseconds.
Span: TypeAlias = tuple[int, int]


def kept(old: pa.ChunkedArray, new: pa.ChunkedArray) -> int:
    """How many rows from the first on are the very same memory in a column and in a newer one."""
    if old is new:
        return len(new)
    if old.type != new.type:
        return 0
    same = takewhile(lambda pair: _memory(pair[0]) == _memory(pair[1]), zip(old.chunks, new.chunks, strict=False))
    return sum(len(chunk) for chunk, _ in same)


def kept_rows(old: pa.Table, new: pa.Table) -> int:
    """How many rows from the first on are the same in a table and in a newer one, whatever columns came to it."""
    if old is new:
        return len(new)
    if not set(old.column_names) <= set(new.column_names):
        return 0
    return min((kept(old.column(name), new.column(name)) for name in old.column_names), default=0)


def bounds(times: pa.ChunkedArray, before: pa.ChunkedArray | None = None, known: Span | None = None) -> Span | None:
    """The first and the last time of a column, None where there is none; `known` are those of it as it was before."""
    if not pa.types.is_timestamp(times.type):
        return None
    start = kept(before, times) if before is not None else 0
    found = pc.min_max(times.slice(start))
    ends = [schema.nanoseconds(found[end]) for end in ("min", "max") if found[end].is_valid]
    if start and known is not None:
        ends += known
    return (min(ends), max(ends)) if ends else None


def _memory(array: pa.Array) -> list[int | None]:
    """What tells a part of memory from every other: where it lies, and how much of it is meant."""
    where = [None if buffer is None else buffer.address for buffer in array.buffers()]
    codes_mean = _memory(array.dictionary) if pa.types.is_dictionary(array.type) else []
    return [len(array), array.offset, *where, *codes_mean]
