"""A command whose processes may each have so much memory of their own, as `ulimit -d` says, and what they took.

`python -m tests.benchmarks.memory.limited BYTES COMMAND...` becomes that command under its limit.
"""

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.measuring import FailedError, environment, family

_GLANCE = 0.05


@dataclass
class Peak:
    """The most memory in MB: of all processes together, their own and what they share, and of a single one its own."""

    own: float = 0.0
    shared: float = 0.0
    single: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)

    def watch(self, pid: int) -> Callable[[], None]:
        """Look at a process and all below it from now on, until what this gives is called."""
        thread = threading.Thread(target=self._look, args=(pid,))
        thread.start()

        def end() -> None:
            self._over.set()
            thread.join()

        return end

    def _look(self, pid: int) -> None:
        while not self._over.wait(_GLANCE):
            own, shared = [], 0.0
            for place in family(pid):
                # It may have ended since it was named.
                with suppress(FileNotFoundError, ProcessLookupError):
                    told = dict(row.split(":", 1) for row in (place / "status").read_text().splitlines())
                    own.append(_megabytes(told.get("RssAnon", "0 kB")))
                    shared = max(shared, _megabytes(told.get("RssShmem", "0 kB")))
            self.own, self.shared = max(self.own, sum(own)), max(self.shared, shared)
            self.single = max(self.single, *own, 0.0)


def _megabytes(cell: str) -> float:
    return int(cell.split(maxsplit=1)[0]) * 1024 / 1e6


def limited(limit: int, command: Sequence[str | Path]) -> list[str | Path]:
    """The same command under a limit in bytes."""
    return [sys.executable, "-m", __name__, str(limit), *command]


@dataclass(frozen=True, slots=True)
class Run:
    """What a command said, how long it took, what memory."""

    output: bytes
    seconds: float
    peak: Peak


def run(limit: int, command: Sequence[str | Path]) -> Run:
    """Run a command under the limit. Raises FailedError when its status is not 0."""
    begun = time.monotonic()
    peak = Peak()
    with subprocess.Popen(
        limited(limit, command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as child:
        end = peak.watch(child.pid)
        try:
            output, complaints = child.communicate()
        finally:
            end()
    if child.returncode:
        said = complaints.decode(errors="replace").strip()
        raise FailedError(f"{' '.join(map(str, command))}: status {child.returncode}: {said[-500:]}")
    return Run(output, time.monotonic() - begun, peak)


if __name__ == "__main__":
    _bytes = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_DATA, (_bytes, _bytes))
    os.execv(sys.argv[2], sys.argv[2:])
