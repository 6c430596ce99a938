"""What is measured is measured right, and kept."""

import sys
from pathlib import Path

import pytest

from tests.benchmarks.bench import Line
from tests.benchmarks.measuring import FailedError, Run, median, run
from tests.benchmarks.results import duration, keep
from tests.benchmarks.screen import Screen
from tests.benchmarks.stages import STAGES, place_of


@pytest.mark.parametrize("function", [function for functions in STAGES.values() for function in functions])
def test_each_stage_is_still_there(function: str) -> None:
    holder, name = place_of(function)
    assert callable(getattr(holder, name))


def test_a_run_tells_its_time_its_memory_and_its_output() -> None:
    held = "kept = b'x' * 80_000_000; import time\n"
    made = run([sys.executable, "-c", f"{held}while time.process_time() < 0.4: pass\nprint('done')"])
    assert made.output == b"done\n"
    assert made.cpu >= 0.4
    assert made.wall > 0
    assert 80 < made.memory < 120


def test_a_run_that_fails_is_no_figure() -> None:
    with pytest.raises(FailedError, match="status 3: no such thing"):
        run([sys.executable, "-c", "import sys; print('no such thing', file=sys.stderr); sys.exit(3)"])


def test_medians_are_of_each_figure() -> None:
    runs = [Run(wall, cpu, memory, b"") for wall, cpu, memory in ((1, 9, 5), (2, 7, 6), (9, 8, 4))]
    assert median(runs) == Run(2, 8, 6, b"")


def test_keys_are_answered_on_a_screen() -> None:
    told = "import os, tty\ntty.setraw(0)\nprint('ready', *os.get_terminal_size(), flush=True)\n"
    code = f"{told}while key := os.read(0, 9): os.write(1, b'<%b>' % key[-1:])"
    with Screen([sys.executable, "-c", code], 70, 20) as screen:
        assert screen.wait_for(rb"ready 70 20") > 0
        screen.settle(0.1)
        answer = screen.press("down", 0.1)
        assert answer.size == 3
        assert 0 < answer.first <= answer.seconds < 60
        screen.wait_for(b"<B>")


def test_figures_are_kept_the_newest_first(tmp_path: Path) -> None:
    path = tmp_path / "results.md"
    keep(path, "one day", [(Line("dns", 2, 3, 40, "bare dpkt loop", 4, 1234, "read | written"), 0)])
    keep(path, "another day", [(Line("start", 0.0123), 0.4)])
    first, _, others = path.read_text().partition("## another day")
    newest, _, oldest = others.partition("## one day")
    assert first.startswith("# What was measured")
    assert "| start | 12 ms | - | - | - | - | - | - | 0.4 | - |\n" in newest
    assert "| dns | 2.00 s | 3.00 s | 40 | bare dpkt loop | 4.00 s | 0.50 | 1,234 | 0.0 | read / written |\n" in oldest


def test_short_times_are_in_milliseconds() -> None:
    assert [duration(seconds) for seconds in (None, 1.5, 0.25, 0.00123)] == ["-", "1.50 s", "250 ms", "1.23 ms"]
