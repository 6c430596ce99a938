"""Figures as text: on the terminal as they come, and kept in results.md."""

from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.bench import Line
from tests.benchmarks.machine import QUIET

RESULTS = Path(__file__).with_name("results.md")
_HEAD = """\
# What was measured

Written by `python -m tests.benchmarks --keep`, the newest first. Times change with the machine; the ratio to a
yardstick that ran in turn with it is the figure to compare. `MB` is memory of its own (RssAnon of all processes); of
filters, sorts and pages it is that of all of them together.
`others` is how many processors other programs kept busy meanwhile: from 0.3 on the line is no figure.
"""
_COLUMNS = ("benchmark", "time", "CPU", "MB", "yardstick", "its time", "ratio", "rows", "others", "of that")


def duration(seconds: float | None) -> str:
    """Seconds, or milliseconds where those are few."""
    if seconds is None:
        return "-"
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.{0 if seconds >= 0.01 else 2}f} ms"


def cells(line: Line, others: float) -> list[str]:
    """One figure as the cells of a table."""
    memory = "-" if line.memory is None else f"{line.memory:.0f}"
    ratio = "-" if line.ratio is None else f"{line.ratio:.2f}"
    rows = "-" if line.rows is None else f"{line.rows:,}"
    its = line.yardstick or "-"
    return [
        *(line.name, duration(line.wall), duration(line.cpu), memory),
        *(its, duration(line.its_wall), ratio, rows, f"{others:.1f}", line.note or "-"),
    ]


def told(line: Line, others: float) -> str:
    """One figure for whoever waits for it."""
    name, wall, cpu, memory, yardstick, its, ratio, rows, *_ = cells(line, others)
    parts = [f"{name:40} {wall:>9}"]
    parts += [f"ratio {ratio} ({yardstick} {its})"] * (line.ratio is not None)
    parts += [f"CPU {cpu}"] * (line.cpu is not None) + [f"{memory} MB"] * (line.memory is not None)
    parts += [f"{rows} rows"] * (line.rows is not None) + [line.note] * bool(line.note)
    parts += [f"no figure: others kept {others:.1f} processors busy"] * (others >= QUIET)
    return "  ".join(parts)


def keep(path: Path, machine: str, lines: Sequence[tuple[Line, float]]) -> None:
    """Put the figures of one run before those of earlier ones."""
    rows = [_COLUMNS, ["---"] * len(_COLUMNS), *(cells(*each) for each in lines)]
    table = "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in rows)
    earlier = path.read_text().partition("\n## ") if path.exists() else (_HEAD, "", "")
    before = f"\n## {earlier[2]}" if earlier[1] else ""
    path.write_text(f"{_HEAD}\n## {machine}\n\n{table}{before}")
