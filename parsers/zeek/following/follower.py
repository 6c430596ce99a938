"""All logs that are followed."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from parsers import limits
from parsers.updates import Batch, NoSuchLog, Progress, Trouble, Update
from parsers.zeek import known as known_logs
from parsers.zeek.columns import Columns
from parsers.zeek.following.finished import Finished
from parsers.zeek.following.known import Known
from parsers.zeek.following.places import Places
from parsers.zeek.following.tails import Tails
from parsers.zeek.names import shown
from parsers.zeek.parts import Part


class Follower:
    """Logs in folders and files while they are written; `step` looks at all of them and tells what is new.

    Only those logs are read that are named in `only`, where that is given. No row is told twice, whatever becomes of
    the names of files: a log that was renamed is read to its end, one that was cut to nothing begins anew, and of a
    copy only that is read which was not read before.
    """

    def __init__(self, paths: Sequence[Path], only: frozenset[str] | None = None) -> None:
        known = Known()
        self._where = shown(paths[0])
        self._only = only
        self._places = Places(paths)
        self._tails = Tails(known, only)
        self._finished = Finished(self._places, known, only)
        self._columns = Columns()
        self._troubles = 0

    def begin(self) -> Iterator[Update]:
        """All that is there: finished logs, then those that are written.

        Raises NoSuchLog as `read_folder` does, but not for a log of Zeek's: it may be still to come.
        """
        self._places.look()
        yield from self._told(self._places.left_out)
        yield from self._told(self._finished.before(), shows_progress=True)
        yield from self._told(self._tails.turn_to(self._places.growing))
        # Every log's first rows come before the rest of the first log.
        for most in (limits.LOG_FIRST_BYTES, None):
            for update in self._told(self._tails.rows(most)):
                yield update
                yield self._tails.progress()
        self._check()

    def _check(self) -> None:
        """Raise NoSuchLog where a log is asked for that is not there, and that nobody knows."""
        parts = [Part(path) for path in (*self._places.growing, *self._places.finished)]
        only = self._only
        if only is None or any(known_logs.columns(log) for log in only) or any(part.may_hold(only) for part in parts):
            return
        there = ", ".join(sorted({part.log for part in parts})) or "none yet"
        raise NoSuchLog(f"{self._where}: no log is called {', '.join(sorted(only))}; there are {there}")

    def step(self) -> Iterator[Update]:
        """What has come since the last step."""
        self._places.look()
        yield from self._told(self._tails.turn_to(self._places.growing))
        yield from self._told(self._tails.rows())
        yield from self._told(self._tails.leave())
        yield from self._told(self._finished.since(self._tails))

    def close(self) -> None:
        """Let go of all files."""
        self._tails.close()

    def _told(self, updates: Iterable[Update], *, shows_progress: bool = False) -> Iterator[Update]:
        """Rows with one type a column, only of the logs that are wanted; faults, but not forever."""
        for update in updates:
            if isinstance(update, Trouble):
                yield from self._bounded([update])
            elif isinstance(update, Progress):
                if shows_progress:
                    yield update
            elif isinstance(update, Batch) and (self._only is None or update.log in self._only):
                batch, troubles = self._columns.fitted(update)
                yield from self._bounded(troubles)
                yield batch

    def _bounded(self, troubles: Iterable[Trouble]) -> Iterator[Trouble]:
        for trouble in troubles:
            self._troubles += 1
            if self._troubles <= limits.FOLLOWED_TROUBLES:
                yield trouble
            elif self._troubles == limits.FOLLOWED_TROUBLES + 1:
                yield Trouble(f"{self._where}: more is wrong; nothing more is told of that")
