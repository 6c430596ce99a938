"""What a benchmark is given, and what it gives back."""

import json
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.inputs.made import Made
from tests.benchmarks.measuring import Run, median, run


class SkippedError(Exception):
    """A benchmark cannot be run here; the text tells why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: what took how long, and beside it what a yardstick took in the same run."""

    name: str
    wall: float
    cpu: float | None = None
    memory: float | None = None
    yardstick: str | None = None
    its_wall: float | None = None
    rows: int | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return None if self.its_wall is None else self.wall / self.its_wall


def line(name: str, ours: Run, yardstick: str, its: Run, rows: int | None = None, note: str = "") -> Line:
    """The figure that two runs give."""
    return Line(name, ours.wall, ours.cpu, ours.memory, yardstick, its.wall, rows, note)


@dataclass(frozen=True, slots=True)
class Bench:
    """Where inputs lie and where to work, how large inputs are (1 is the usual size), how often a command is run."""

    inputs: Path
    scratch: Path
    scale: float = 1.0
    runs: int = 3
    profile: bool = False

    def sized(self, usual: int) -> int:
        """A number of things, at this scale."""
        return max(round(usual * self.scale), 1)

    def input(self, name: str, make: Callable[[Path], object]) -> Path:
        """An input of this name, made where it is not there from before; it appears only once it is whole."""
        path = self.inputs / name
        if not path.exists():
            self.inputs.mkdir(parents=True, exist_ok=True)
            self.say(f"  making {name}")
            unfinished = self.inputs / f"unfinished-{name}"
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            unfinished.rename(path)
        return path

    def capture(self, name: str, make: Callable[[], Made]) -> tuple[Path, Counter[str]]:
        """A capture, and how many rows logs have to hold of it."""
        told = self.inputs / f"{name}.rows"

        def write(path: Path) -> None:
            made = make()
            told.write_text(json.dumps(made.rows))
            path.write_bytes(made.capture)

        path = self.input(f"{name}.pcap", write)
        return path, Counter(json.loads(told.read_text()))

    def empty(self, name: str) -> Path:
        """A folder that nothing is in yet, under a name that was not used before."""
        number = sum(path.name.startswith(f"{name}-") for path in self.scratch.iterdir())
        path = self.scratch / f"{name}-{number}"
        path.mkdir()
        return path

    def beside(self, ours: Callable[[], Run], its: Callable[[], Run]) -> tuple[Run, Run]:
        """The medians of two commands that run in turn, so that a machine that changes its pace changes it for both."""
        pairs = [(ours(), its()) for _ in range(self.runs)]
        return median([pair[0] for pair in pairs]), median([pair[1] for pair in pairs])

    @staticmethod
    def say(text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


__all__ = ["Bench", "Line", "Run", "SkippedError", "line", "run"]
