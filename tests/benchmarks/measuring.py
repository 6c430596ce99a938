"""How long a command takes, and what it takes for that."""

import os
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# How often memory is looked at: what is held for less may be missed.
_GLANCE = 0.05


class FailedError(Exception):
    """A command that was to be measured did not do its work."""


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds on the clock and of all processors, the most memory that its processes held of their own, its output.

    Memory is in MB (10^6 bytes): RssAnon of all processes together; mapped files do not count.
    """

    wall: float
    cpu: float
    memory: float
    output: bytes


def run(command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> Run:
    """Run a command to its end. Raises FailedError when its status is not 0."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as complaints:
        start = time.perf_counter()
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=complaints, env={**environment(), **(env or {})}
        )
        with _Watch(child.pid) as watch:
            _, status, usage = os.wait4(child.pid, 0)
            wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        complaints.seek(0)
        if child.returncode:
            said = complaints.read().decode(errors="replace").strip()
            raise FailedError(f"{' '.join(map(str, command))}: status {child.returncode}: {said[-500:]}")
        return Run(wall, usage.ru_utime + usage.ru_stime, watch.peak, out.read())


def environment() -> dict[str, str]:
    """That of somebody who has set nothing about Python: without its caches of bytecode every start takes longer."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def median(runs: Sequence[Run]) -> Run:
    """The medians of several runs of one command, the most memory of any of them."""
    return Run(
        statistics.median(each.wall for each in runs),
        statistics.median(each.cpu for each in runs),
        max(each.memory for each in runs),
        runs[-1].output,
    )


class _Watch:
    """The most memory that a process and those below it hold, for as long as this is open."""

    def __init__(self, pid: int) -> None:
        self.peak = 0.0
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "_Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_GLANCE):
            self.peak = max(self.peak, own_memory(self._pid))


def own_memory(root: int) -> float:
    """MB of anonymous memory of a process and all below it."""
    kilobytes = 0
    for place in family(root):
        with suppress(FileNotFoundError, ProcessLookupError):
            told = (place / "status").read_text().splitlines()
            kilobytes += sum(int(row.split()[1]) for row in told if row.startswith("RssAnon"))
    return kilobytes * 1024 / 1e6


def family(root: int) -> Iterator[Path]:
    """The folders in /proc of a process and all below it."""
    todo = [root]
    while todo:
        place = Path("/proc") / str(todo.pop())
        yield place
        # It may have ended since it was named.
        with suppress(FileNotFoundError, ProcessLookupError):
            for task in (place / "task").iterdir():
                todo += map(int, (task / "children").read_text().split())
