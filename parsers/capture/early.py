"""All of conn.log, told before it is complete, with what is known of each shard by then."""

import time
from collections.abc import Iterator

import pyarrow as pa

from parsers import schema
from parsers.cache import ordering
from parsers.capture.flows import Shard
from parsers.protocols import conn
from parsers.updates import Batch

# Telling all of it again takes one part of the time, the work that it tells of so many.
_PARTS = 20
_LEAST_SECONDS = 0.5


class Early:
    """The rows of each shard: those that come later take the place of those that came before."""

    def __init__(self) -> None:
        self._parts: dict[int, pa.Table] = {}
        self._due = 0.0

    def put(self, shard: Shard, table: pa.Table) -> None:
        """Take the rows of a shard."""
        self._parts[shard.first] = table

    def when_due(self) -> Iterator[Batch]:
        """All rows, where telling them again is worth its time by now."""
        if time.monotonic() >= self._due:
            yield from self.batches()

    def batches(self) -> Iterator[Batch]:
        """All rows, in the place of those that were told before."""
        if not self._parts:
            return
        start = time.monotonic()
        rows = schema.joined([self._parts[first] for first in sorted(self._parts)])
        yield Batch(conn.RECORD.name, ordering.in_order(rows.unify_dictionaries()), replaces=True)
        now = time.monotonic()
        self._due = now + max(_LEAST_SECONDS, _PARTS * (now - start))
