"""Rows as lines of text, made of whole columns at a time."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from parsers import limits
from parsers.bounds import Bounds, bounded

# Rows that are formatted at once: the strings of so many stay in the processor's cache.
_ROWS = 1 << 15


def write(file: BinaryIO, table: pa.Table, bounds: Bounds | None, lines: Callable[[pa.RecordBatch], pa.Array]) -> None:
    """Write a table's rows as `lines` makes them: one string a row, its end included; nothing is cut without bounds."""

    def made(batch: pa.RecordBatch) -> memoryview:
        return _bytes(lines(batch if bounds is None else bounded(batch, bounds)))

    with ThreadPoolExecutor(limits.WRITING_THREADS) as pool:
        waiting: deque[Future[memoryview]] = deque()
        for batch in table.to_batches(max_chunksize=_ROWS):
            waiting.append(pool.submit(made, batch))
            if len(waiting) > limits.WRITING_THREADS:
                file.write(waiting.popleft().result())
        file.writelines(each.result() for each in waiting)


def _bytes(texts: pa.Array) -> memoryview:
    """All texts one after the other, nothing copied."""
    _, offsets, data = texts.buffers()
    places = np.frombuffer(offsets, np.int32)
    return memoryview(data)[places[texts.offset] : places[texts.offset + len(texts)]]
