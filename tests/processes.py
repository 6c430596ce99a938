"""Processes of the program, as a shell would start them, and those that they start."""

import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROGRAM = Path(sysconfig.get_path("scripts")) / "zeektui"


def run_as_installed() -> None:
    """What is started from now on runs as a user's would, with what was compiled of it: for measurements, no test."""
    os.environ.pop("ZEEKTUI_COMPILED", None)


def start(*arguments: str | Path, **options: Any) -> "subprocess.Popen[str]":
    """The installed program, in a session of its own; its output and complaints come by pipes."""
    pipe = subprocess.PIPE
    places: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": pipe, "stderr": pipe, **options}
    return subprocess.Popen([PROGRAM, *arguments], text=True, start_new_session=True, **places)


def finish(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """The exit status, the output, the complaints."""
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def run_program(*arguments: str | Path, **options: Any) -> tuple[int, str, str]:
    """The same of a whole run."""
    return finish(start(*arguments, **options))


def run_python(code: str, *arguments: str | Path, **options: Any) -> tuple[int, str, str]:
    """A few lines of Python in a fresh interpreter."""
    command = [sys.executable, "-P", "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **options)
    return done.returncode, done.stdout, done.stderr


def children(pid: int) -> list[int]:
    """The processes that a process has started and that have not ended."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and was not asked after does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def wait_until(holds: Callable[[], object], seconds: float = 30) -> None:
    """Look again and again until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it does not happen"
        os.sched_yield()
