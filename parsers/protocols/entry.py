"""What a line of the registry says, and the records behind the lines, each loaded when somebody asks for it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module

from parsers.protocols.analyzer import Protocol
from parsers.schema import Record


@dataclass(frozen=True, slots=True)
class Entry:
    """A module, the names of its protocols, and the logs that it writes.

    A module whose log is written without an analyser on a connection's bytes names the record in place of protocols.
    """

    module: str
    names: Sequence[str]
    logs: Sequence[str]
    package: str = "parsers.protocols"

    def load(self) -> tuple[list[Protocol], dict[str, Record]]:
        """The module's protocols, and its records by log."""
        module = import_module(f"{self.package}.{self.module}")
        found: list[Protocol | Record] = [getattr(module, name) for name in self.names]
        protocols = [thing for thing in found if isinstance(thing, Protocol)]
        records = [thing for thing in found if isinstance(thing, Record)]
        records += [record for protocol in protocols for record in protocol.records]
        return protocols, {record.name: record for record in records}


class Records(Mapping[str, Record]):
    """The record of each log; names are known from the lines alone, a module is loaded for a record of its own."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = {log: entry for entry in entries for log in entry.logs}
        self._loaded: dict[str, Record] = {}

    def __getitem__(self, log: str) -> Record:
        if log not in self._loaded:
            self._loaded |= self._entries[log].load()[1]
        return self._loaded[log]

    def __contains__(self, log: object) -> bool:
        return log in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
