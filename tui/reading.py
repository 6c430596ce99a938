"""What is read, in a thread, and the pictures of it that the screen is handed."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

import pyarrow as pa
import pyarrow.compute as pc

from parsers import schema
from parsers.counted import Known
from parsers.protocols import packet_filter
from parsers.protocols.registry import RECORDS
from parsers.source import LogSet, in_order
from parsers.updates import LIVE, Batch, Facts, OpenError, Progress, Trouble, Update
from tui.cells import DAY


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The logs at one moment, in the order of their tabs, and what is known of the whole.

    `empty` are logs without rows: their tables are made when somebody looks at one (`table`), for that loads what is
    known of the log. `counted` are logs of which there may be but the first rows among the tables, `waiting` those of
    which not even the number of rows is sure.
    """

    tables: dict[str, pa.Table] = field(default_factory=dict)
    facts: Facts | None = None
    progress: Progress | None = None
    troubles: tuple[Trouble, ...] = ()
    complete: bool = False
    empty: tuple[str, ...] = ()
    counted: Mapping[str, Known] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()

    def with_empty(self, logs: Iterable[str]) -> "Snapshot":
        """The same with those of these logs at the end that have no rows."""
        return replace(self, empty=tuple(log for log in logs if log not in self.known))

    def table(self, log: str) -> pa.Table:
        """The rows of a log, of one without rows too; of one that was counted, those that were read."""
        if log in self.empty:
            return _without_rows(log)
        return self.tables[log] if log in self.tables else self.counted[log].table

    @cached_property
    def known(self) -> dict[str, pa.Table]:
        """Of each log all rows that are known; where they were counted, with those columns that lead to other logs."""
        counted = {
            log: known.table
            for log, known in self.counted.items()
            if log not in self.tables or len(self.tables[log]) < len(known.table)
        }
        return {
            log: counted[log] if log in counted else self.tables[log] for log in in_order({**self.tables, **counted})
        }

    def whole(self, log: str, row: int) -> tuple[pa.Table, int]:
        """A table with all columns and the place of a row in it; of a log that was counted it may be read for that."""
        if log in self.tables and row < len(self.tables[log]):
            return self.tables[log], row
        return self.counted[log].whole(row)

    @property
    def unfinished(self) -> tuple[str, ...]:
        """The logs of a folder of which more rows may come; of what is live, nobody expects all."""
        is_live = self.progress is not None and self.progress.stage == LIVE
        begun = () if self.complete or is_live or self.facts is not None else tuple(self.tables)
        return self.waiting or begun

    @property
    def rows(self) -> dict[str, int]:
        """How many rows each log has."""
        return {log: len(table) for log, table in self.known.items()} | dict.fromkeys(self.empty, 0)

    @cached_property
    def span(self) -> tuple[int, int] | None:
        """The first and the last time, in nanoseconds."""
        if self.facts is not None and self.facts.first is not None and self.facts.last is not None:
            return self.facts.first, self.facts.last
        bounds = [pc.min_max(table.column("ts")) for table in self.known.values() if _has_times(table)]
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

    `has_rows` says that there are rows worth the first screen: the only one of packet_filter is not. `whole` tells what
    is left to read of a log that is looked at, where not all are read.
    """

    def __init__(self, updates: Iterator[Update], whole: Callable[[str], Iterator[Update]] | None = None) -> None:
        self.logs = LogSet()
        self.has_rows = False
        self._updates = updates
        self._whole = whole
        # How many threads take updates.
        self._takers = 0
        self._lock = threading.Lock()
        self._stopped = False
        self._latest: Snapshot | None = None

    def stop(self) -> None:
        """Take no more; what has come stays."""
        self._stopped = True

    def steps(self) -> Iterator[None]:
        """Take one update at a time, to the end; for the reading thread."""
        return self._taken(self._updates)

    def rest(self, log: str) -> Iterator[None]:
        """Take what is left to read of a log that is looked at, in the same way; for a thread of its own."""
        return self._taken(self._whole(log) if self._whole is not None else iter(()))

    def _taken(self, updates: Iterator[Update]) -> Iterator[None]:
        with self._lock:
            self._takers += 1
        try:
            for update in updates:
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
            self._takers -= 1
            if not self._takers:
                self.logs.settle()
        yield
        self.logs.keep(lambda: self._stopped)

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
        return Snapshot(
            logs.tables,
            logs.facts,
            logs.progress,
            tuple(logs.troubles),
            logs.complete,
            counted=logs.known,
            waiting=logs.waiting,
        )
