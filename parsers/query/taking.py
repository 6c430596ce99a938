"""Some rows of a log, in any order: taken batch by batch, for Arrow joins all batches of text before it takes any."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from parsers.places import PIECE, Places


class Taking:
    """A log of which rows are taken."""

    def __init__(self, table: pa.Table) -> None:
        self._batches = table.to_batches()
        self._schema = table.schema
        self._ends = np.cumsum([len(batch) for batch in self._batches], dtype=np.int64)

    def rows(self, places: Places) -> pa.Table:
        """The rows of these numbers, in their order."""
        order = np.argsort(places, kind="stable")
        ascending = places[order]
        cuts = np.searchsorted(ascending, self._ends)
        parts, low = [], 0
        for batch, end, high in zip(self._batches, self._ends.tolist(), cuts.tolist(), strict=True):
            if low < high:
                parts.append(batch.take(pa.array(ascending[low:high] - (end - len(batch)))))
            low = high
        found = pa.Table.from_batches(parts, self._schema).unify_dictionaries().combine_chunks()
        if (order[1:] > order[:-1]).all():
            return found
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        return found.take(pa.array(back))

    def pieces(self, places: Places) -> Iterator[pa.Table]:
        """The same, some at a time; one table at least."""
        for start in range(0, max(len(places), 1), PIECE):
            yield self.rows(places[start : start + PIECE])
