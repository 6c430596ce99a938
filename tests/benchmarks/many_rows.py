"""Ten million rows of conn: filtered, sorted and paged in a process, then on a screen."""

import json
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from parsers.export import parquet
from parsers.protocols.conn import RECORD
from tests.benchmarks import yardsticks
from tests.benchmarks.bench import Bench, Line, run
from tests.benchmarks.inputs.conn_rows import conn_rows
from tests.benchmarks.measuring import own_memory
from tests.benchmarks.screen import Answer, Screen
from tests.processes import PROGRAM

_ROWS = 10_000_000
_YARDSTICK = "bare Textual, a page of text"
# What is pressed in turn: to the last row there is only one way from the first.
_KEYS = (
    ("down",),
    ("up",),
    ("pagedown",),
    ("pageup",),
    ("ctrl-d", "ctrl-u"),
    ("G", "gg"),
    ("l", "h"),
    ("$", "0"),
)
_TIMES = 12
# What opens something, and what closes it again: that escape is pressed, and not the beginning of another key, is
# known only a tenth of a second later.
_OPENING = (("/", "escape"), ("t", "escape"), ("enter", "escape"), ("?", "escape"))
_FEW = 4
# A filter or a sort of that many rows takes its time, and something is painted before and after.
_WORK = 6.0
# While rows are read, more is painted all the time: the first that comes after a key is its answer, near enough.
_AT_ONCE = 0.1


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
    its = _page_of_text()
    with Screen([PROGRAM, folder]) as screen:
        yield Line("keys: first rows", screen.wait_for(rb"\d\d:\d\d:\d\d\.\d{3}"), rows=rows)
        found = [screen.press(keys, _AT_ONCE) for keys in ("down", "pagedown") * _TIMES]
        # What is painted later than that is not told apart from what is read.
        answers = [answer for answer in found if answer.size]
        yield _worst("keys: down, pagedown, while rows are read", [answer.first for answer in answers], answers, rows)
        # So the title says once all is read.
        yield Line("keys: all rows read", screen.wait_for(rb"no warn"), rows=rows)
        screen.settle(2.0)
        yield from _keys(screen, "panel open", rows, its, _KEYS, _TIMES)
        screen.press("p")
        yield from _keys(screen, "panel closed", rows, its, _KEYS, _TIMES)
        yield from _keys(screen, "panel closed", rows, its, [("o", "O")], _FEW)
        for opening, closing in _OPENING:
            answers = []
            for _ in range(_FEW):
                answers.append(screen.press(opening))
                screen.press(closing)
            yield _worst(f"keys: {opening}, panel closed", [answer.seconds for answer in answers], answers, rows)
        answer = screen.press("/id.resp_p == 22\r", _WORK)
        yield Line("keys: filter", answer.seconds, rows=rows, note=f"typed, and painted; {answer.size} bytes")
        yield from _keys(screen, "filtered", rows, its, _KEYS[:6:2], _FEW)
        answer = screen.press("]", _WORK)
        yield Line("keys: sort", answer.seconds, None, own_memory(screen.pid), rows=rows, note=f"{answer.size} bytes")
        yield from _keys(screen, "filtered and sorted", rows, its, _KEYS[:6:2], _FEW)


def _keys(
    screen: Screen, state: str, rows: int, its: float, several: Sequence[tuple[str, ...]], times: int
) -> Iterator[Line]:
    for keys in several:
        answers = [screen.press(keys[number % len(keys)]) for number in range(times)]
        made = _worst(f"keys: {', '.join(keys)}, {state}", [answer.seconds for answer in answers], answers, rows)
        yield replace(made, yardstick=_YARDSTICK, its_wall=its)


def _worst(name: str, seconds: Sequence[float], answers: Sequence[Answer], rows: int) -> Line:
    first, last = (1000 * statistics.median(times) for times in ([answer.first for answer in answers], seconds))
    size = statistics.median(answer.size for answer in answers)
    note = f"the worst of {len(answers)}; median {last:.0f} ms, the first of it {first:.0f} ms, {size:.0f} bytes"
    return Line(name, max(seconds), rows=rows, note=note)


def _page_of_text() -> float:
    """The worst time from a key to a screen full of text, of a bare Textual program."""
    with Screen(yardsticks.pages()) as screen:
        screen.wait_for(rb"painted")
        screen.settle(1.0)
        return max(screen.press("down").seconds for _ in range(_TIMES))


def _write(folder: Path, rows: int) -> None:
    folder.mkdir()
    with (folder / f"{RECORD.name}.parquet").open("wb") as file:
        parquet.write(file, RECORD.name, conn_rows(rows), whole=True)
