"""Captures that are still coming: what has come of them so far is analysed again and again.

Identifiers of connections and files are made of what is in the capture, so that rows can be found again in the tables
that take the place of earlier ones.
"""

import gc
import os
import select
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from parsers.capture import pipeline
from parsers.capture.foreign import ZIPS
from parsers.capture.formats.registry import recognise
from parsers.request import Request
from parsers.source import LogSet
from parsers.updates import LIVE, Batch, OpenError, PasswordNeeded, Progress, Trouble, Update

if TYPE_CHECKING:
    import pyarrow as pa

_ROUND_SECONDS = 1.0
_LOOK_SECONDS = 0.1
# So many bytes tell what a file is.
_FIRST_BYTES = 64
# What of so many bytes cannot be read will not be read when there are more.
_HOPELESS_BYTES = 1 << 20


def updates(asked: Request) -> Iterator[Update]:
    """Read captures of which some are still coming.

    Each round replaces the tables of the round before; the rows of the first one are told as they are found. A round
    begins when there is more, a second after the one before at the earliest, and not before as long has passed as that
    one took. What is wrong with the captures is told after the last one: that the last packet is not all there is no
    damage until then. Raises OpenError when nothing can be read, PasswordNeeded as `pipeline.updates` does.
    """
    rounds = _Rounds(asked)
    coming = _Coming(asked.paths, asked.ends)
    while True:
        ended, size = coming.have_ended(0), coming.size()
        started = time.monotonic()
        try:
            yield from rounds.run(last=ended)
        except PasswordNeeded:
            raise
        except OpenError:
            if ended or size > _HOPELESS_BYTES or not any(map(_may_become_capture, asked.paths)):
                raise
        if ended:
            yield from rounds.logs.troubles
            return
        yield Progress(LIVE, 0, 0)
        took = time.monotonic() - started
        coming.wait_for_more(size, max(took, _ROUND_SECONDS))


def _may_become_capture(path: Path) -> bool:
    """Whether a file begins as a capture does, as far as that can be seen yet."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        first = file.read(_FIRST_BYTES)
    return len(first) < _FIRST_BYTES or first.startswith(ZIPS) or recognise(first) is not None


class _Coming:
    """The files while they grow."""

    def __init__(self, paths: Sequence[Path], ends: Sequence[int]) -> None:
        self._paths = paths
        self._ends = set(ends)
        self._parent = os.getppid()

    def size(self) -> int:
        """How many bytes there are."""
        return sum(path.stat().st_size for path in self._paths if path.exists())

    def have_ended(self, seconds: float) -> bool:
        """Whether all has come, or nobody is left to be told; waits so long for that."""
        ready, _, _ = select.select(self._ends, [], [], seconds)
        self._ends.difference_update(ready)
        return not self._ends or os.getppid() != self._parent

    def wait_for_more(self, size: int, seconds: float) -> None:
        """Wait so long, and until there is more than `size`; not when all has come."""
        if self.have_ended(seconds):
            return
        while self.size() == size and not self.have_ended(_LOOK_SECONDS):
            pass


class _Rounds:
    """The rounds of the analysis; `logs` are those of the last one."""

    def __init__(self, asked: Request) -> None:
        self._asked = asked
        self._told: dict[str, pa.Table] = {}
        self.logs = LogSet()

    def run(self, *, last: bool) -> Iterator[Update]:
        """One more round; the first one and the last one tell how far they are."""
        # What the round before kept from the collector may go.
        gc.unfreeze()
        self.logs = LogSet()
        asked = self._asked
        for update in pipeline.updates(asked.paths, asked.password, asked.names, checksums=asked.checksums):
            self.logs.apply(update)
            is_first = not self._told and not isinstance(update, Trouble)
            if is_first or (last and isinstance(update, Progress)):
                yield update
        self.logs.settle()
        if self.logs.facts is not None:
            yield self.logs.facts
        tables = self.logs.tables
        for log, table in self._told.items():
            if log not in tables:
                tables[log] = table.slice(0, 0)
        # The story's first logs come last: whoever sees a file's row finds its connection too.
        for log, table in reversed(tables.items()):
            if log not in self._told or not table.equals(self._told[log]):
                yield Batch(log, table, replaces=True)
        self._told = tables
