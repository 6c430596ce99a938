"""Ten million rows of conn: filtered, sorted and paged in a process, then on a screen."""

import json
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from parsers.export import parquet
from parsers.protocols.conn import RECORD
from tests.benchmarks.bench import Bench, Line, run
from tests.benchmarks.inputs.conn_rows import conn_rows
from tests.benchmarks.measuring import own_memory
from tests.benchmarks.screen import Screen
from tests.processes import PROGRAM

_ROWS = 10_000_000
# What is pressed in turn: to the last row there is only one way from the first.
_KEYS = (("down",), ("up",), ("pagedown",), ("pageup",), ("G", "gg"))
_TIMES = 12
# A filter or a sort of that many rows takes its time, and something is painted before and after.
_WORK = 6.0


def in_process(bench: Bench) -> Iterator[Line]:
    """Filters, sorts and pages of ten million rows, without a screen."""
    rows = bench.sized(_ROWS)
    done = run([sys.executable, "-m", "tests.benchmarks.row_work", str(rows)])
    for name, seconds, yardstick, its, found in json.loads(done.output):
        yield Line(name, seconds, None, done.memory, yardstick, its, found)


def on_screen(bench: Bench) -> Iterator[Line]:
    """From a key to what it paints, with ten million rows open."""
    rows = bench.sized(_ROWS)
    folder = bench.input(f"parquet-{rows}", lambda path: _write(path, rows))
    with Screen([PROGRAM, folder]) as screen:
        yield Line("keys: first rows", screen.wait_for(rb"\d\d:\d\d:\d\d\.\d{3}"), rows=rows)
        # So the title says once all is read.
        yield Line("keys: all rows read", screen.wait_for(rb"no warn"), rows=rows)
        screen.settle(2.0)
        yield from _keys(screen, "panel open", rows)
        screen.press("p")
        yield from _keys(screen, "panel closed", rows)
        answer = screen.press("/id.resp_p == 22\r", _WORK)
        yield Line("keys: filter", answer.seconds, rows=rows, note=f"typed, and painted; {answer.size} bytes")
        answer = screen.press("]", _WORK)
        yield Line("keys: sort", answer.seconds, None, own_memory(screen.pid), rows=rows, note=f"{answer.size} bytes")


def _keys(screen: Screen, panel: str, rows: int) -> Iterator[Line]:
    for keys in _KEYS:
        answers = [screen.press(keys[number % len(keys)]) for number in range(_TIMES)]
        seconds = [answer.seconds for answer in answers]
        size = statistics.median(answer.size for answer in answers)
        note = f"the worst of {_TIMES}; median {1000 * statistics.median(seconds):.0f} ms, {size:.0f} bytes"
        yield Line(f"keys: {', '.join(keys)}, {panel}", max(seconds), rows=rows, note=note)


def _write(folder: Path, rows: int) -> None:
    folder.mkdir()
    with (folder / f"{RECORD.name}.parquet").open("wb") as file:
        parquet.write(file, RECORD.name, conn_rows(rows), whole=True)
