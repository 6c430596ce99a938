"""What is opened: a set of logs that grows while it is read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from parsers import limits, schema
from parsers.updates import Batch, Facts, Progress, Trouble, Update

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

    Only a capture has `facts`.
    """

    facts: Facts | None = None
    progress: Progress | None = None
    troubles: list[Trouble] = field(default_factory=list)
    complete: bool = False
    _parts: dict[str, list[pa.Table]] = field(default_factory=dict)
    _frames: dict[str, "pd.DataFrame"] = field(default_factory=dict)

    def apply(self, update: Update) -> None:
        """Take what a reader told."""
        match update:
            case Batch(log, table, replaces):
                parts = [] if replaces else self._parts.get(log, [])
                self._parts[log] = [*parts, table]
                self._frames.pop(log, None)
            case Trouble():
                self.troubles.append(update)
            case Progress():
                self.progress = update
            case Facts():
                self.facts = update

    def read(self, updates: Iterable[Update]) -> None:
        """Take everything that a reader has to tell, to the end."""
        for update in updates:
            self.apply(update)
        self.settle()

    def settle(self) -> None:
        """The reading has ended: one dictionary a column, and rows in order of time.

        Logs on disk keep the order that Zeek gave them; a capture's rows come in whatever order its shards end.
        """
        for log in self._parts:
            table = self.table(log).unify_dictionaries()
            if self.facts is not None and "ts" in table.column_names:
                # The second column tells apart what came at the same time, so that the order is always the same; a set
                # (in dhcp.log) or an address (in software.log) cannot, and is only in logs that come as one.
                first = table.column_names[:2]
                keys = [(name, "ascending") for name in first if _is_sortable(table.schema.field(name).type)]
                table = table.take(pc.sort_indices(table, keys))
            self._parts[log] = [table]
            self._frames.pop(log, None)
        self.complete = True
        self.progress = None

    @property
    def names(self) -> list[str]:
        """The logs in the order of their tabs."""
        return in_order(self._parts)

    def table(self, log: str) -> pa.Table:
        """The log's rows so far; columns that only some parts have are unset in the others."""
        parts = self._parts[log]
        if len(parts) > 1:
            self._parts[log] = parts = [_in_large_pieces(schema.joined(parts))]
        return parts[0]

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


def _in_large_pieces(table: pa.Table) -> pa.Table:
    """The same rows, the small pieces at the end as one: a log that is followed grows by some rows at a time."""
    lengths = [len(piece) for piece in table.column(0).chunks] if table.num_columns else []
    small = rows = 0
    for length in reversed(lengths):
        if rows + length > limits.LOG_BATCH_ROWS:
            break
        small += 1
        rows += length
    if small < 2:
        return table
    large = len(table) - rows
    end = table.slice(large).combine_chunks()
    return pa.concat_tables([table.slice(0, large), end]) if large else end


def _is_sortable(kind: pa.DataType) -> bool:
    return not (pa.types.is_list(kind) or pa.types.is_dictionary(kind))
