"""Logs of which only those are read whole that somebody looks at; of the others the rows are counted meanwhile.

What is counted is known by its identifiers: which rows belong together can be told of all logs, and those rows are read
once more where they are shown.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import Lock

from parsers import limits
from parsers.evidence.identifiers import leading
from parsers.query.need import Need
from parsers.source import in_order
from parsers.updates import Batch, Counted, Trouble, Update, Waiting
from parsers.zeek import again
from parsers.zeek.batches import gathered
from parsers.zeek.folder import Folder, fitted, until_rows
from parsers.zeek.places import Placed


class Browsing:
    """The logs in folders and files, for a screen, but for those that are known. OpenError when there is no log."""

    def __init__(self, paths: Sequence[Path], known: frozenset[str] = frozenset()) -> None:
        self._folder = Folder(paths)
        self._lock = Lock()
        # What has been begun to be read whole and may be gone on with; the logs that are read whole by now, or will be.
        self._begun: dict[str, Generator[Update]] = {}
        self._whole = set(known)
        # Under which names rows of a log were found: a file may hold those of several.
        self._found: dict[str, set[str]] = {}
        self._counted: set[str] = set()
        # The names of which not all is known yet.
        self._waiting: list[str] = []
        self._told: set[str] = set()

    def updates(self) -> Iterator[Update]:
        """The first rows of each log; then all rows, of small logs, and of large ones how many and which there are.

        What is not much as a whole is read whole. Raises OpenError when nothing can be read.
        """
        folder = self._folder
        if folder.unpacked <= limits.LOG_WHOLE_BYTES:
            self._whole.update(folder.names)
            yield from folder.updates()
            return
        unknown = [name for name in folder.names if name not in self._whole]
        for name in filter(unknown.__contains__, folder.first_names):
            reading = self._reading(name)
            yield from self._new(until_rows(reading))
            self._begun[name] = reading
        self._waiting = unknown
        yield Waiting(tuple(self._waiting))
        # The first log of the story is what a screen opens with: it need not be counted if it is looked at by its turn.
        opened = in_order(folder.names)[0]
        for name in sorted(unknown, key=lambda name: name == opened):
            if folder.sizes[name] <= limits.LOG_SMALL_BYTES:
                yield from self._rest(name)
            elif self._is_to_be_counted(name):
                yield from self._new(self._counting(name))
                yield self._through(name)
        yield from folder.end() if unknown else ()

    def whole(self, log: str) -> Iterator[Update]:
        """What is left to read of a log; nothing where that is done already. May be taken in a thread of its own."""
        for name in sorted(self._found.get(log, {log})):
            yield from self._rest(name)

    def _rest(self, name: str) -> Iterator[Update]:
        folder = self._folder
        with self._lock:
            if name in self._whole or name not in folder.sizes:
                return
            self._whole.add(name)
            folder.total += folder.sizes[name] * (name in self._counted)
        yield from self._new(self._begun.pop(name) if name in self._begun else self._reading(name))
        yield self._through(name)

    def _is_to_be_counted(self, name: str) -> bool:
        """Whether nobody reads the log whole; it is counted then."""
        with self._lock:
            self._counted |= {name} - self._whole
            return name in self._counted

    def _through(self, name: str) -> Waiting:
        with self._lock:
            self._waiting = [other for other in self._waiting if other != name]
            return Waiting(tuple(self._waiting))

    def _reading(self, name: str) -> Generator[Update]:
        yield from gathered(fitted(self._folder.log(name)))

    def _counting(self, name: str) -> Iterator[Update]:
        for update in fitted(self._folder.log(name, _leading)):
            if isinstance(update, Placed) and update.place is not None:
                self._found.setdefault(update.log, set()).add(name)
                yield Counted(update.log, update.table, partial(again.rows, update.place, update.log))
            elif not isinstance(update, Batch):
                yield update

    def _new(self, updates: Iterator[Update]) -> Iterator[Update]:
        """The same without what was told before: what is counted is read twice."""
        for update in updates:
            if isinstance(update, Trouble):
                if update.text in self._told:
                    continue
                self._told.add(update.text)
            yield update


def _leading(types: Mapping[str, str]) -> Need:
    return Need(leading(types))
