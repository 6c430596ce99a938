"""The first run after an installation, as somebody meets it who has just fetched the program."""

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import yardsticks
from tests.benchmarks.bench import Bench, Line, Run, SkippedError, line, run
from tests.benchmarks.captures import written
from tests.benchmarks.machine import ROOT
from tests.benchmarks.measuring import FailedError
from tests.benchmarks.start import capture


def first_run(bench: Bench) -> Iterator[Line]:
    """A fresh environment, `pip install .`, and a capture the first time and the second."""
    path = capture(bench)
    environment = bench.empty("installed")
    installed = _installed(environment)
    yield Line("first run: pip install", installed.wall, installed.cpu, installed.memory, note="and python -m venv")
    program = environment / "bin" / "zeektui"
    first, _ = written(bench, program, path)
    yardstick = yardsticks.dpkt_loop(path)
    second, _ = written(bench, program, path)
    note = f"the second run: {second.wall:.2f} s"
    yield line("first run: capture", first, yardsticks.DPKT, yardstick, note=note)


def _installed(environment: Path) -> Run:
    """The program in an environment of its own. Raises SkippedError where pip cannot get what it needs."""
    made = run([sys.executable, "-m", "venv", environment])
    try:
        filled = run([environment / "bin" / "pip", "install", "--quiet", ROOT])
    except FailedError as error:
        raise SkippedError(f"pip could not install it: {error}") from error
    return Run(made.wall + filled.wall, made.cpu + filled.cpu, filled.memory, b"")
