"""Folders of Zeek's logs, and logs alone: the first rows of each log at once, then all the rest."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from parsers import limits
from parsers.query.need import Asked
from parsers.updates import Batch, NoSuchLog, OpenError, Progress, Trouble, Update
from parsers.zeek.batches import gathered
from parsers.zeek.bundles import bundles
from parsers.zeek.columns import Columns
from parsers.zeek.discovery import Discovery
from parsers.zeek.growth import is_written
from parsers.zeek.jobs import OpenEnd
from parsers.zeek.names import is_of_zeekctl, shown
from parsers.zeek.parts import Part, in_order
from parsers.zeek.reader import read
from parsers.zeek.rotation import rotated

# About so many times as many bytes are there once a log is unpacked.
_PACKED = 4


def read_folder(
    paths: Path | Sequence[Path], only: frozenset[str] | None = None, asked: Asked | None = None
) -> Iterator[Update]:
    """What the logs in folders and files hold, all of them as one set; or only those logs that are named.

    conn comes first; of each other log its first rows; then what is left of them, small logs before large ones. Of a
    log in several files (rotated ones, one a day) the files follow each other in time. What is not `asked` may be left
    out: columns, and rows where a file lets them be skipped. A log that cannot be read is told as Trouble beside others
    that can. OpenError when there is no log, or none that can be read.
    """
    return Folder([paths] if isinstance(paths, Path) else paths, only, asked).updates()


class Folder:
    """The logs in folders and files while they are read; `total` bytes of them are to be read.

    The parameters are those of `read_folder`. OpenError when there is no log.
    """

    def __init__(self, paths: Sequence[Path], only: frozenset[str] | None = None, asked: Asked | None = None) -> None:
        found = Discovery(paths)
        self._where = shown(paths[0])
        self._only = only
        self._asked = asked
        # Logs that are there and not among those that are named.
        self._others: set[str] = set()
        self._left_out = found.left_out
        self._sizes = found.sizes
        self._done = 0
        self._batches = 0
        self._parts: dict[str, list[Part]] = {}
        for part in map(Part, self._sizes):
            if self._only is None or part.may_hold(self._only):
                self._parts.setdefault(part.log, []).append(part)
            else:
                self._others.add(part.log)
        self.sizes = {name: sum(self._sizes[part.path] for part in parts) for name, parts in self._parts.items()}
        self.total = sum(self.sizes.values())

    @property
    def names(self) -> list[str]:
        """The logs, small ones first."""
        return sorted(self.sizes, key=lambda name: self.sizes[name])

    @property
    def first_names(self) -> list[str]:
        """The logs whose first rows are read before the rest of any: conn's, and those of as many as may be open."""
        return sorted(self.names, key=lambda name: name != "conn")[: limits.OPEN_LOGS]

    @property
    def unpacked(self) -> int:
        """About how many bytes there are once they are unpacked."""
        return sum(size * (_PACKED if rotated(path.name).packed else 1) for path, size in self._sizes.items())

    def updates(self) -> Iterator[Update]:
        """Everything there is to tell of the logs."""
        # One log's batches are gathered, and of one type a column, over all files that hold rows of it.
        return gathered(fitted(self._updates()))

    def _updates(self) -> Iterator[Update]:
        readings = {name: self.log(name, self._asked) for name in self.names}
        with ExitStack() as stack:
            for name in self.first_names:
                stack.enter_context(closing(readings[name]))
                yield from until_rows(readings[name])
            for reading in readings.values():
                yield from reading
        yield from self.end()

    def end(self) -> Iterator[Trouble]:
        """What is said when all is read. OpenError when nothing could be."""
        if not self._batches:
            raise self._nothing()
        yield from self._left_out[: limits.LOG_FAULTS]
        if len(self._left_out) > limits.LOG_FAULTS:
            yield Trouble(f"{self._where}: {len(self._left_out) - limits.LOG_FAULTS} more files are left out")

    def log(self, name: str, asked: Asked | None = None) -> Generator[Update]:
        """The files of one log."""
        for some, batches in bundles(in_order(self._parts[name]), self._sizes, asked):
            if not batches:
                for part in some:
                    yield from self._part(part, asked)
                continue
            yield from filter(self._is_wanted, batches)
            self._done += sum(self._sizes[part.path] for part in some)
            yield self._progress()

    def _part(self, part: Part, asked: Asked | None) -> Iterator[Update]:
        file, size, done = part.path, self._sizes[part.path], 0
        try:
            for update in read(file, asked):
                if isinstance(update, Progress):
                    self._done += update.done - done
                    done = update.done
                    yield self._progress()
                elif isinstance(update, OpenEnd) and is_written(file, size):
                    yield Trouble(f"{update.text}; Zeek is still writing it", harmless=True)
                elif not isinstance(update, Batch) or self._is_wanted(update):
                    yield update
        except OpenError as error:
            if is_of_zeekctl(file):
                self._left_out.append(Trouble(f"{shown(file)}: no log, it comes from zeekctl; left out", harmless=True))
            else:
                self._left_out.append(Trouble(str(error), harmless=not size))

    def _progress(self) -> Progress:
        return Progress("bytes", self._done, max(self.total, self._done))

    def _is_wanted(self, batch: Batch) -> bool:
        wanted = self._only is None or batch.log in self._only
        self._batches += wanted
        if not wanted:
            self._others.add(batch.log)
        return wanted

    def _nothing(self) -> OpenError:
        """Why there is no row."""
        if not self._others or not all(trouble.harmless for trouble in self._left_out):
            return OpenError(_joined(sorted(self._left_out, key=lambda trouble: trouble.harmless)))
        wanted, there = ", ".join(sorted(self._only or ())), ", ".join(sorted(self._others))
        return NoSuchLog(f"{self._where}: no log is called {wanted}; there are {there}")


def fitted(updates: Iterable[Update]) -> Iterator[Update]:
    """The same with one type a column."""
    columns = Columns()
    for update in updates:
        if isinstance(update, Batch):
            batch, troubles = columns.fitted(update)
            yield from troubles
            yield batch
        else:
            yield update


def until_rows(updates: Iterator[Update]) -> Iterator[Update]:
    """What is told up to the first rows."""
    for update in updates:
        yield update
        if isinstance(update, Batch):
            return


def _joined(troubles: list[Trouble]) -> str:
    more = f" (and {len(troubles) - 1} more that cannot be read)" if len(troubles) > 1 else ""
    return troubles[0].text + more
