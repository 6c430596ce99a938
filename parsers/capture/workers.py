"""Work for forked processes, which see the packets by shared memory and send their results back.

Forking is safe here: the only other threads are those of OpenBLAS (numpy) and of jemalloc and Arrow (pyarrow), which
are all prepared for it (pthread_atfork). Whoever has work for them has no thread of its own at that time.
"""

import gc
import os
import signal
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, cast

from parsers.capture import shared
from parsers.capture.room import Packed, Room
from parsers.limits import WORKERS

if TYPE_CHECKING:
    from multiprocessing.context import ForkProcess

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Lost:
    """What stands for the result of a task that has none; `why` is half a line."""

    why: str


class Crew(Protocol):
    """Who does tasks: `share_out`, and whatever may stand in its place."""

    def __call__(self, work: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[tuple[Task, Result | Lost]]:
        """The result of each task, in any order."""


def share_out(
    work: Callable[[Task], Result], tasks: Sequence[Task], *, alone: bool = False
) -> Generator[tuple[Task, Result | Lost]]:
    """The result of each task, in the order in which they are ready; `alone` does without processes.

    A task is Lost when it fails, or when its process ends before its answer (out of memory, or killed).
    """
    count = min(len(os.sched_getaffinity(0)), WORKERS, len(tasks))
    shared.give_back()
    if alone or count < 2:
        for task in tasks:
            yield task, outcome(work, task)
        return
    with closing(_Crew(work, tasks)) as crew:
        crew.begin(count)
        yield from crew.results()


@contextmanager
def aside(
    work: Callable[[], Result], *, alone: bool = False, room: Room | None = None
) -> Iterator[Callable[[], Result]]:
    """What hands over the result of work that another process does meanwhile, its columns in the room that is given.

    It is done here, when it is asked for, with `alone` or on a single processor, and where it fails there: as if there
    were no other process.
    """
    if alone or len(os.sched_getaffinity(0)) < 2:
        yield work
        return

    with closing(_Crew(lambda _: work() if room is None else room.packed(work()), (None,))) as crew:
        crew.begin(1)

        def result() -> Result:
            ((_, made),) = crew.results()
            if isinstance(made, Lost):
                return work()
            # What was packed is the work's result again.
            return cast(Result, made if room is None else room.unpacked(cast(Packed, made)))

        yield result


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Signals that end the program wait: what a handler raises during a fork would be lost, or raised in both."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def outcome(work: Callable[[Task], Result], task: Task) -> Result | Lost:
    """The result of a task; Lost when it fails."""
    # Whatever is wrong with one task's work, the others' results are worth having.
    try:
        return work(task)
    except Exception as error:  # noqa: BLE001
        return Lost(f"the analysis failed: {error!r}; please report it")


class _Crew(Generic[Task, Result]):
    """The processes at work, each at the other end of a pipe on which task numbers go and results come."""

    def __init__(self, work: Callable[[Task], Result], tasks: Sequence[Task]) -> None:
        self._work = work
        self._tasks = tasks
        self._todo = iter(range(len(tasks)))
        self._context = get_context("fork")
        self._processes: dict[Connection, ForkProcess] = {}
        self._busy: dict[Connection, int] = {}

    def begin(self, count: int) -> None:
        """Set so many processes to work."""
        for _ in range(count):
            self._hire()

    def results(self) -> Iterator[tuple[Task, Result | Lost]]:
        """What they come to, until all is done."""
        while self._busy:
            for pipe in wait(list(self._busy)):
                assert isinstance(pipe, Connection)
                task = self._tasks[self._busy.pop(pipe)]
                try:
                    result = pipe.recv()
                except (EOFError, OSError):
                    # Also the end of the process in the middle of its answer.
                    self._dismiss(pipe)
                    self._hire()
                    yield task, Lost("a worker process ended early; is memory short?")
                else:
                    self._give(pipe)
                    yield task, result

    def _hire(self) -> None:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=self._serve, args=(theirs, [ours, *self._processes]), daemon=True)
        with warnings.catch_warnings(), _undisturbed():
            # Python 3.12 counts threads, and cannot know that these are prepared.
            warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
            process.start()
        theirs.close()
        self._processes[ours] = process
        self._give(ours)

    def _give(self, pipe: Connection) -> None:
        place = next(self._todo, None)
        if place is not None:
            self._busy[pipe] = place
            # A process that has ended since its last answer is found out when the next one is read.
            with suppress(ConnectionError):
                pipe.send(place)

    def _dismiss(self, pipe: Connection) -> None:
        process = self._processes.pop(pipe)
        pipe.close()
        process.terminate()
        process.join()

    def close(self) -> None:
        for pipe in list(self._processes):
            self._dismiss(pipe)

    def _serve(self, pipe: Connection, others: Sequence[Connection]) -> None:
        # An end of a pipe left open here would keep a sibling from noticing that the parent is gone.
        for other in others:
            other.close()
        # Ctrl-C in a terminal is sent to every process; it is the parent that ends the others, and it does so at once.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        gc.disable()
        try:
            while True:
                pipe.send(outcome(self._work, self._tasks[pipe.recv()]))
                # What hangs together in circles is freed once a task: all that came before the fork is not looked at.
                gc.collect(0)
        except (EOFError, ConnectionError):
            return
