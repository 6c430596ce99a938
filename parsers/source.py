"""What is opened: a set of logs that grows while it is read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from parsers import budget, schema
from parsers.cache import place
from parsers.cache.growing import GrowingLog
from parsers.cancelling import CalledOffError, Cancelled, never
from parsers.capture.abreast import abreast
from parsers.capture.shared import give_back
from parsers.counted import CountedLog, Known
from parsers.updates import Batch, Counted, Facts, MadeOf, OpenError, Progress, Trouble, Update, Waiting, Whole

if TYPE_CHECKING:
    import pandas as pd

# Tabs stand in the order of the story; logs that are not named follow by name, and last what is known of the network.
ORDER = ("pe", "files", "http", "conn", "dns", "ssl", "x509")
LAST = ("software", "known_hosts", "known_services", "known_certs")


def in_order(logs: Iterable[str]) -> list[str]:
    """The logs in the order of the story."""
    places = {log: place for place, log in enumerate((*ORDER, None, *LAST))}
    return sorted(logs, key=lambda log: (places.get(log, places[None]), log))


@dataclass
class LogSet:
    """The logs of a capture or of a folder, each one immutable table at a time that a newer one replaces.

    Only a capture has `facts`. `waiting` are logs of which more rows are to come. What is more than memory may hold is
    in files, and looks the same.
    """

    facts: Facts | None = None
    progress: Progress | None = None
    troubles: list[Trouble] = field(default_factory=list)
    complete: bool = False
    waiting: tuple[str, ...] = ()
    _logs: dict[str, GrowingLog] = field(default_factory=dict)
    _counted: dict[str, CountedLog] = field(default_factory=dict)
    # Those that have got more rows since they were settled.
    _unsettled: set[str] = field(default_factory=set)
    _frames: dict[str, "pd.DataFrame"] = field(default_factory=dict)
    # How many bytes of memory rows may take before they are put elsewhere: a view or a search that looks at them holds
    # as many for a while after that. None once there was no room for them elsewhere.
    _most: int | None = field(default_factory=lambda: budget.for_rows() // 4)
    _origin: MadeOf | None = None

    def apply(self, update: Update) -> None:
        """Take what a reader told."""
        match update:
            case Batch(log, table, replaces, settled):
                if replaces or log not in self._logs:
                    # Logs on a disk keep the order that Zeek gave them; a capture's rows come in whatever order its
                    # shards end.
                    self._logs[log] = GrowingLog(in_order=self.facts is not None, settled=settled)
                self._logs[log].add(table)
                self._unsettled.add(log)
                self._frames.pop(log, None)
                self._make_room()
            case Counted():
                self._counted.setdefault(update.log, CountedLog()).add(update)
                self._make_room()
            case Waiting(logs):
                self.waiting = logs
            case Trouble():
                self.troubles.append(update)
            case Progress():
                self.progress = update
            case Facts():
                self.facts = update
            case Whole(origin):
                self._origin = origin

    def read(self, updates: Iterable[Update]) -> None:
        """Take everything that a reader has to tell, to the end."""
        for update in updates:
            self.apply(update)
        self.settle()

    def settle(self) -> None:
        """The reading has ended: one dictionary a column, and the rows of a capture in order of time."""
        unsettled = [self._logs[log] for log in sorted(self._unsettled)]
        abreast(GrowingLog.settle_in_memory, (each for each in unsettled if each.is_in_memory))
        for each in unsettled:
            try:
                each.settle(place.for_files())
            except (OSError, OpenError) as error:
                self._go_on_in_memory(error)
                each.settle_in_memory()
        self._unsettled.clear()
        self._frames.clear()
        _give_back()
        self.complete = True
        self.progress = None

    def keep(self, cancelled: Cancelled = never) -> None:
        """Keep the rows for the next time, where all there is was read.

        Of logs that were counted only those are kept that were read whole too.
        """
        origin = self._origin
        lasting = [trouble for trouble in self.troubles if not trouble.passing]
        if origin is None or cancelled() or any(each.passing and not each.harmless for each in self.troubles):
            return
        if not origin.is_unchanged:
            return
        from parsers.cache.keeping import keep

        logs = {log: self._logs[log] for log in self.names if self._is_whole(log)}
        there = {*self._logs, *self._counted}
        whole = there == set(logs)
        if not whole and there != origin.logs:
            # Rows of one log may be in the files of another.
            return
        try:
            keep(origin, self.facts, lasting, logs, cancelled, whole=whole)
        except CalledOffError:
            pass
        except OSError as error:
            why = f"the rows cannot be kept there for the next time ({error.strerror or error})"
            self.troubles.append(Trouble(f"{place.folder()}: {why}", harmless=True, passing=True))

    @property
    def names(self) -> list[str]:
        """The logs in the order of their tabs."""
        return in_order(self._logs)

    def table(self, log: str) -> pa.Table:
        """The log's rows so far; columns that only some parts have are unset in the others."""
        return self._logs[log].table()

    def frame(self, log: str) -> "pd.DataFrame":
        """The same rows as a DataFrame of Arrow-backed columns."""
        made = self._frames.get(log)
        if made is None:
            made = self._frames[log] = schema.frame(self.table(log))
        return made

    @property
    def tables(self) -> dict[str, pa.Table]:
        """Every log's rows so far."""
        return {log: self.table(log) for log in self.names}

    @property
    def known(self) -> dict[str, Known]:
        """What is known of the rows of logs that were counted; some of them may be among the tables too."""
        return {log: counted.known() for log, counted in self._counted.items()}

    def _is_whole(self, log: str) -> bool:
        """Whether all rows of a log were read."""
        counted = self._counted.get(log)
        return log not in self.waiting and (counted is None or len(self.table(log)) >= counted.rows)

    def _make_room(self) -> None:
        """Put rows into files when memory holds more than it may: of the largest logs first, until half is free."""
        logs = [*self._logs.values(), *(counted.keys for counted in self._counted.values())]
        held = sum(each.size for each in logs)
        if self._most is None or held <= self._most:
            return
        try:
            for each in sorted(logs, key=lambda each: -each.size):
                if held > self._most // 2:
                    held -= each.size
                    each.shelve(place.for_files())
        except OSError as error:
            self._go_on_in_memory(error)
        _give_back()

    def _go_on_in_memory(self, error: OSError | OpenError) -> None:
        if self._most is not None:
            self._most = None
            told = (error.strerror if isinstance(error, OSError) else None) or str(error)
            why = f"what does not fit into memory has no room there ({told}); going on in memory"
            self.troubles.append(Trouble(f"{place.for_files()}: {why}", harmless=True, passing=True))


def _give_back() -> None:
    """Hand what was freed to the system."""
    pa.default_memory_pool().release_unused()
    give_back()
