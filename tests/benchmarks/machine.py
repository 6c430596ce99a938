"""What it is measured on, and who else works there meanwhile."""

import os
import platform
import subprocess
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.measuring import family

ROOT = Path(__file__).resolve().parents[2]
# So much of others' work at the same time spoils a figure: processors kept busy.
QUIET = 0.3
# Idle and waiting for a disk, among the times in /proc/stat; guests are counted in user already.
_IDLE, _WAITING, _COUNTED = 3, 4, 8
# What a process took, and those of its children that have ended (proc_pid_stat(5): utime to cstime).
_OWN = slice(11, 15)


def machine() -> str:
    """The date, the commit, the processors, the Python, the load, in one line."""
    cores = len(os.sched_getaffinity(0))
    told = f"{cores} cores, {platform.machine()}, Python {platform.python_version()}, load {os.getloadavg()[0]:.2f}"
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_commit()}, {told}"


def _commit() -> str:
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--exclude=*"],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
    except (OSError, subprocess.CalledProcessError):
        return "no commit"
    return f"commit {described.stdout.strip()}"


class Others:
    """How many processors were kept busy by processes that are not ours, from now on."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._busy, self._own = _busy(), _own()

    def busy(self) -> float:
        """The average since then."""
        others = (_busy() - self._busy) - (_own() - self._own)
        return max(others / (time.monotonic() - self._begun), 0.0)


def _busy() -> float:
    """Seconds of all processors so far."""
    times = [int(cell) for cell in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]][:_COUNTED]
    return (sum(times) - times[_IDLE] - times[_WAITING]) / os.sysconf("SC_CLK_TCK")


def _own() -> float:
    """Seconds that our processes took of that, those that have ended and those that are at work."""
    total = 0
    for place in family(os.getpid()):
        with suppress(FileNotFoundError, ProcessLookupError):
            cells = (place / "stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, cells[_OWN]))
    return total / os.sysconf("SC_CLK_TCK")
