"""The command: `python -m tests.benchmarks [NAME ...]`."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.bench import Bench, Line, SkippedError
from tests.benchmarks.machine import QUIET, Others, machine
from tests.benchmarks.measuring import FailedError, run
from tests.benchmarks.registry import BENCHMARKS
from tests.benchmarks.results import RESULTS, keep, told
from tests.processes import PROGRAM, run_as_installed


def main(arguments: list[str] | None = None) -> int:
    """Measure what is asked for, all of it by default; the exit status is 1 when something failed."""
    asked = _options(arguments)
    run_as_installed()
    where = machine()
    Bench.say(where)
    if os.getloadavg()[0] >= QUIET:
        Bench.say(f"warning: the load is {QUIET} or more: these are no figures; run it again on a quiet machine")
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="zeektui-bench-", dir=asked.scratch) as folder:
        bench = Bench(asked.inputs or Path(folder), Path(folder), asked.scale, asked.runs, asked.profile)
        # Once for nothing, so that Python's bytecode is there.
        run([PROGRAM, "--demo", "--write", bench.empty("demo")])
        lines = list(_measured(bench, asked.names or list(BENCHMARKS), failed))
    if asked.keep and lines:
        keep(RESULTS, where, lines)
    return 1 if failed else 0


def _measured(bench: Bench, names: list[str], failed: list[str]) -> Iterator[tuple[Line, float]]:
    """Each figure as soon as it is there, and how many processors others kept busy since its benchmark began."""
    for name in names:
        others = Others()
        try:
            for line in BENCHMARKS[name](bench):
                busy = others.busy()
                bench.say(told(line, busy))
                yield line, busy
        except SkippedError as error:
            bench.say(f"{name}: skipped, {error}")
        except FailedError as error:
            bench.say(f"{name}: failed, {error}")
            failed.append(name)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.benchmarks", description="Measure zeektui beside yardsticks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all by default")
    parser.add_argument("--scale", type=float, default=1.0, help="how large inputs are; 1 is the usual size")
    parser.add_argument("--runs", type=int, default=3, help="how often each command is run; medians count")
    parser.add_argument("--inputs", type=Path, metavar="DIR", help="keep inputs in DIR, and use those that are there")
    parser.add_argument("--scratch", type=Path, metavar="DIR", help="where to work, in place of the system's folder")
    parser.add_argument("--profile", action="store_true", help="of captures, the ten modules that take most time too")
    parser.add_argument("--keep", action="store_true", help=f"put the figures into {RESULTS.name}")
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark is called {unknown[0]}; there are {', '.join(BENCHMARKS)}")
    return asked


if __name__ == "__main__":
    sys.exit(main())
