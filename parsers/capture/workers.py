"""Work shared out to forked processes, which see the packets by shared memory and send their results back."""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Generic, TypeVar

from parsers.limits import WORKERS

if TYPE_CHECKING:
    from multiprocessing.context import ForkProcess

Task = TypeVar("Task")
Result = TypeVar("Result")


def share_out(
    work: Callable[[Task], Result], tasks: Sequence[Task], *, alone: bool
) -> Iterator[tuple[Task, Result | None]]:
    """The result of each task, in the order in which they are ready; `alone` does without processes.

    None stands for the result of a process that ended before its answer (out of memory, or killed).
    """
    count = min(len(os.sched_getaffinity(0)), WORKERS, len(tasks))
    if alone or count < 2:
        for task in tasks:
            yield task, work(task)
        return
    with closing(_Crew(work, tasks)) as crew:
        yield from crew.run(count)


class _Crew(Generic[Task, Result]):
    """The processes at work, each at the other end of a pipe on which task numbers go and results come."""

    def __init__(self, work: Callable[[Task], Result], tasks: Sequence[Task]) -> None:
        self._work = work
        self._tasks = tasks
        self._todo = iter(range(len(tasks)))
        self._context = get_context("fork")
        self._processes: dict[Connection, ForkProcess] = {}
        self._busy: dict[Connection, int] = {}

    def run(self, count: int) -> Iterator[tuple[Task, Result | None]]:
        for _ in range(count):
            self._hire()
        while self._busy:
            for pipe in wait(list(self._busy)):
                assert isinstance(pipe, Connection)
                task = self._tasks[self._busy.pop(pipe)]
                try:
                    result = pipe.recv()
                except (EOFError, ConnectionResetError):
                    self._dismiss(pipe)
                    self._hire()
                    yield task, None
                else:
                    self._give(pipe)
                    yield task, result

    def _hire(self) -> None:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=self._serve, args=(theirs, [ours, *self._processes]), daemon=True)
        process.start()
        theirs.close()
        self._processes[ours] = process
        self._give(ours)

    def _give(self, pipe: Connection) -> None:
        place = next(self._todo, None)
        if place is not None:
            pipe.send(place)
            self._busy[pipe] = place

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
        gc.disable()
        try:
            while True:
                pipe.send(self._work(self._tasks[pipe.recv()]))
        except (EOFError, BrokenPipeError):
            return
