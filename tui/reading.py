"""What is read, in a thread, and the pictures of it that the screen is handed."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

import pyarrow as pa
import pyarrow.compute as pc

from parsers import schema
from parsers.protocols import packet_filter
from parsers.protocols.registry import RECORDS
from parsers.source import LogSet
from parsers.updates import Batch, Facts, OpenError, Progress, Trouble, Update
from tui.cells import DAY


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The logs at one moment, in the order of their tabs, and what is known of the whole.

    `empty` are logs without rows: their tables are made when somebody looks at one (`table`), for that loads what is
    known of the log.
    """

    tables: dict[str, pa.Table] = field(default_factory=dict)
    facts: Facts | None = None
    progress: Progress | None = None
    troubles: tuple[Trouble, ...] = ()
    complete: bool = False
    empty: tuple[str, ...] = ()

    def with_empty(self, logs: Iterable[str]) -> "Snapshot":
        """The same with those of these logs at the end that have no rows."""
        return replace(self, empty=tuple(log for log in logs if log not in self.tables))

    def table(self, log: str) -> pa.Table:
        """The rows of a log, of one without rows too."""
        return _without_rows(log) if log in self.empty else self.tables[log]

    @property
    def rows(self) -> dict[str, int]:
        """How many rows each log has."""
        return {log: len(table) for log, table in self.tables.items()} | dict.fromkeys(self.empty, 0)

    @cached_property
    def span(self) -> tuple[int, int] | None:
        """The first and the last time, in nanoseconds."""
        if self.facts is not None and self.facts.first is not None and self.facts.last is not None:
            return self.facts.first, self.facts.last
        bounds = [pc.min_max(table.column("ts")) for table in self.tables.values() if _has_times(table)]
        times = [schema.nanoseconds(time) for bound in bounds for time in bound.values() if time.is_valid]
        return (min(times), max(times)) if times else None

    @cached_property
    def day(self) -> int | None:
        """The day that everything happened on, in days since the epoch; None for several."""
        days = {time // DAY for time in self.span or ()}
        return days.pop() if len(days) == 1 else None


@cache
def _without_rows(log: str) -> pa.Table:
    """The same table each time: a view of it stays as it is."""
    return RECORDS[log].table([])


def _has_times(table: pa.Table) -> bool:
    return "ts" in table.column_names and pa.types.is_timestamp(table.schema.field("ts").type)


class Reading:
    """A set of logs that a thread fills while the screen takes snapshots of it.

    `has_rows` says that there are rows worth the first screen: the only one of packet_filter is not.
    """

    def __init__(self, updates: Iterator[Update]) -> None:
        self.logs = LogSet()
        self.has_rows = False
        self._updates = updates
        self._lock = threading.Lock()
        self._stopped = False
        self._latest: Snapshot | None = None

    def stop(self) -> None:
        """Take no more; what has come stays."""
        self._stopped = True

    def steps(self) -> Iterator[None]:
        """Take one update at a time, to the end; for the reading thread."""
        try:
            for update in self._updates:
                with self._lock:
                    self.logs.apply(update)
                if isinstance(update, Batch) and update.log != packet_filter.RECORD.name:
                    self.has_rows = True
                yield
                if self._stopped:
                    break
        except OpenError as error:
            with self._lock:
                self.logs.apply(Trouble(str(error)))
        # Putting millions of rows in order takes seconds: what has come is shown meanwhile.
        self._latest = self._picture()
        yield
        with self._lock:
            self.logs.settle()
        yield

    def snapshot(self) -> Snapshot | None:
        """The logs as they are now, or as they were before the reading thread last needed them for itself."""
        if not self._lock.acquire(blocking=False):
            return self._latest
        try:
            return self._picture()
        finally:
            self._lock.release()

    def _picture(self) -> Snapshot:
        logs = self.logs
        return Snapshot(logs.tables, logs.facts, logs.progress, tuple(logs.troubles), logs.complete)
