"""How soon something is there."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from parsers.cache.manifest import NAME
from tests.benchmarks import yardsticks
from tests.benchmarks.bench import Bench, Line, SkippedError, line, run
from tests.benchmarks.captures import connections_capture, mixed_capture
from tests.benchmarks.screen import Screen
from tests.processes import PROGRAM

# What takes next to nothing varies the more for it.
_TIMES = 3
# The time in a row; those in the title are without a fraction.
ROW = rb"\d\d:\d\d:\d\d\.\d{3}"


def start(bench: Bench) -> Iterator[Line]:
    """The program's start: its version, its demonstration, the first rows of a capture."""
    often = replace(bench, runs=_TIMES * bench.runs)
    ours, its = often.beside(lambda: run([PROGRAM, "--version"]), yardsticks.python)
    yield line("start: --version", ours, yardsticks.PYTHON, its)
    yield _painted(bench, "start: --demo", [PROGRAM, "--demo"], "its first row")
    command = [PROGRAM, capture(bench)]
    yield _painted(bench, "start: capture", command, "its first connection")
    kept = {"XDG_CACHE_HOME": str(_filled(command, bench.empty("cache")))}
    yield _painted(bench, "start: the same capture again", command, "its first row, from the cache,", kept)


def capture(bench: Bench) -> Path:
    """The mixed capture, or where that cannot be made the one of many connections."""
    try:
        return mixed_capture(bench)
    except SkippedError:
        return connections_capture(bench)[0]


def _filled(command: Sequence[str | Path], cache: Path) -> Path:
    """A cache that the command's rows are kept in."""
    with Screen(command, env={"XDG_CACHE_HOME": str(cache)}) as screen:
        screen.wait_for(rb"warning")
        # Once they are kept, the last has happened that takes time.
        while not any(cache.rglob(NAME)):
            screen.settle(0.1)
    return cache


def _painted(
    bench: Bench, name: str, command: Sequence[str | Path], what: str, env: Mapping[str, str] | None = None
) -> Line:
    """The time until a row is painted, beside a program that paints a word."""
    pairs = [(_until(command, ROW, env), _until(yardsticks.textual(), rb"painted")) for _ in range(bench.runs)]
    ours, its = (statistics.median(column) for column in zip(*pairs, strict=True))
    return Line(name, ours, yardstick=yardsticks.TEXTUAL, its_wall=its, note=f"until {what} is painted")


def _until(command: Sequence[str | Path], pattern: bytes, env: Mapping[str, str] | None = None) -> float:
    with Screen(command, env=env) as screen:
        return screen.wait_for(pattern)
