"""Blocks of a log parsed at the same time and told in their order, whatever the format."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

import pyarrow as pa

from parsers import limits
from parsers.updates import Batch, Progress, Trouble, Update
from parsers.zeek.lines import Block
from parsers.zeek.names import shown
from parsers.zeek.places import Placed, Stretch

# One block is told while others are parsed; with more of them the disk and the telling are what is waited for.
_THREADS = min(4, max(2, os.cpu_count() or 1))
Parsed = TypeVar("Parsed")


@dataclass(frozen=True, slots=True)
class Job(Generic[Parsed]):
    """Rows of one log in one block, and what parses them."""

    block: Block
    log: str
    parse: Callable[[], Parsed]


def in_order(jobs: Iterable[Trouble | Job[Parsed]]) -> Iterator[Trouble | tuple[Job[Parsed], Parsed]]:
    """Each job with what it parsed, in their order; troubles pass at once."""
    coming = iter(jobs)
    # The first is parsed here: most rotated files are one block, for which threads would only be waited for.
    for job in coming:
        if not isinstance(job, Trouble):
            yield job, job.parse()
            break
        yield job
    waiting: deque[tuple[Job[Parsed], Future[Parsed]]] = deque()
    with ThreadPoolExecutor(_THREADS) as pool:
        for job in coming:
            if isinstance(job, Trouble):
                yield job
                continue
            waiting.append((job, pool.submit(job.parse)))
            while len(waiting) > _THREADS or (waiting and waiting[0][1].done()):
                done, parsed = waiting.popleft()
                yield done, parsed.result()
        for done, parsed in waiting:
            yield done, parsed.result()


class OpenEnd(Trouble):
    """The last line of a file is not finished: the file was cut off, or is being written."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that is left out or has lost a cell: its line and what is wrong there."""

    line: int
    text: str


@dataclass
class Faults:
    """The first faults of some rows, and how many there are."""

    first: list[Fault] = field(default_factory=list)
    count: int = 0

    def tell(self, line: int, text: str) -> None:
        """One more fault."""
        self.count += 1
        if len(self.first) < limits.LOG_FAULTS:
            self.first.append(Fault(line, text))


@dataclass
class Report:
    """What is told of one file of `size` bytes."""

    path: Path
    size: int
    faults: int = 0

    @property
    def label(self) -> str:
        """What the file is called."""
        return shown(Path(self.path.name))

    def rows(self, job: Job[Parsed], rows: pa.Table, faults: Faults) -> Iterator[Update]:
        """A job's rows and what is wrong with them; of an open end that is one thing, said by the format."""
        if not job.block.open_end:
            for fault in faults.first[: max(0, limits.LOG_FAULTS - self.faults)]:
                yield Trouble(f"{self.label}:{fault.line}: {fault.text}")
            self.faults += faults.count
        block = job.block
        place = Stretch(self.path, block.start, block.size, block.line)
        yield Placed(job.log, rows, place=place) if block.size else Batch(job.log, rows)
        yield Progress("bytes", job.block.done, max(job.block.done, self.size))

    def open_end(self, block: Block, lost: str) -> OpenEnd:
        """That the file ends in the middle of the block's line."""
        return OpenEnd(f"{self.label}:{block.line}: the file ends in the middle of this line; {lost}")

    def rest(self) -> Iterator[Update]:
        """What is said of the whole at its end."""
        if self.faults > limits.LOG_FAULTS:
            yield Trouble(f"{self.label}: {self.faults - limits.LOG_FAULTS} more faults like these")
