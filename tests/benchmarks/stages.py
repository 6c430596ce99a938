"""zeektui, with a word about where its time goes: `python -m tests.benchmarks.stages BEGUN [--profile] ARGUMENTS`.

BEGUN is the monotonic clock's time at which this was started. What it tells goes to standard output, in JSON. With
--profile it is alone on one processor, without processes of its own, and tells of modules, not of stages.
"""

import cProfile
import inspect
import json
import os
import pstats
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import wraps
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeAlias

from tests.benchmarks.machine import ROOT

# Each stage, and the functions that it consists of, where they are looked up. They do not contain each other.
STAGES = {
    "index": ("parsers.capture.pipeline:open_captures", "parsers.capture.pipeline:timeline"),
    "decode": ("parsers.capture.decoding:decode",),
    "group": ("parsers.capture.decoded:group",),
    "shards": ("parsers.capture.workers:share_out",),
    "settling": ("parsers.source:LogSet.settle",),
    "writing": ("tui.batch:_write",),
}
_MODULES = 10

# Seconds by stage, or by module.
Spent: TypeAlias = defaultdict[str, float]


def main(arguments: list[str]) -> int:
    begun, *rest = arguments
    if rest[0] == "--profile":
        return _profiled(rest[1:])
    return _timed(float(begun), rest)


def _timed(begun: float, arguments: list[str]) -> int:
    spent: Spent = defaultdict(float)
    for stage, functions in STAGES.items():
        for function in functions:
            _watch(stage, function, spent)
    spent["start"] = time.monotonic() - begun
    status = _run(arguments)
    spent["rest"] = time.monotonic() - begun - sum(spent.values())
    sys.stdout.write(json.dumps(spent))
    return status


def _run(arguments: list[str]) -> int:
    from tui.cli import main as program

    return program(arguments)


def place_of(function: str) -> tuple[Any, str]:
    """What holds a function, and its name there. Raises AttributeError where there is none."""
    module, _, path = function.partition(":")
    *holders, name = path.split(".")
    holder = attrgetter(".".join(holders))(import_module(module)) if holders else import_module(module)
    getattr(holder, name)
    return holder, name


def _watch(stage: str, function: str, spent: Spent) -> None:
    """From now on the time that is spent in a function counts for a stage."""
    holder, name = place_of(function)
    watched: Callable[..., Any] = getattr(holder, name)

    @wraps(watched)
    def call(*given: Any, **named: Any) -> Any:
        start = time.monotonic()
        made = watched(*given, **named)
        spent[stage] += time.monotonic() - start
        return _steps(stage, made, spent) if inspect.isgenerator(made) else made

    setattr(holder, name, call)


def _steps(stage: str, steps: Iterator[Any], spent: Spent) -> Iterator[Any]:
    """The same steps; the time between them is not theirs."""
    while True:
        start = time.monotonic()
        try:
            step = next(steps)
        except StopIteration:
            return
        finally:
            spent[stage] += time.monotonic() - start
        yield step


def _profiled(arguments: list[str]) -> int:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    profile = cProfile.Profile()
    status: int = profile.runcall(_run, arguments)
    by_module: Spent = defaultdict(float)
    # The stubs do not know what pstats holds: (file, line, name) to (calls, calls without recursion, own time, …).
    functions: dict[tuple[str, int, str], tuple[int, int, float]] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    for (file, _, name), (_, _, own, *_) in functions.items():
        by_module[_module(file, name)] += own
    sys.stdout.write(json.dumps(dict(sorted(by_module.items(), key=lambda item: -item[1])[:_MODULES])))
    return status


def _module(file: str, name: str) -> str:
    path = Path(file)
    if path.is_relative_to(ROOT):
        return str(path.relative_to(ROOT))
    return path.name if path.suffix else name


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
