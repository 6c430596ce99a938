"""A folder of Zeek's logs answers a question, and is read whole."""

import shutil
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.benchmarks import yardsticks
from tests.benchmarks.bench import Bench, Line, Run, SkippedError, line, run
from tests.benchmarks.inputs import sensor
from tests.benchmarks.measuring import FailedError
from tests.conftest import SHARED
from tests.processes import PROGRAM

_ROWS = 2_000_000
_QUESTION = ("--print", "conn", "--where", "id.resp_p == 22", "--count-by", "conn_state")
_LNAV = ";select bro_conn_state, count(*) from bro_conn_log where bro_id_resp_p = 22 group by 1"
_NOTE = "conn counted by its states, where the port is 22"


def logs(bench: Bench) -> Iterator[Line]:
    """A folder of Zeek's logs as TSV, as JSON lines, as gzip."""
    make, rows = SHARED / "bench" / "make-logs", bench.sized(_ROWS)
    if not make.exists():
        raise SkippedError(f"there is no {make} to make a folder of logs with")
    tsv = bench.input(f"tsv-{rows}", lambda path: run([sys.executable, make, path, str(rows)]))
    json = bench.input(f"json-{rows}", partial(sensor.as_json, tsv))
    packed = bench.input(f"gzip-{rows}", partial(sensor.packed, tsv))
    conn = tsv / "conn.log"
    ask = partial(_asked, bench, rows)
    ours, its = bench.beside(lambda: ask(tsv), lambda: yardsticks.arrow_csv(conn))
    yield line("logs: TSV", ours, yardsticks.ARROW, its, rows, _NOTE)
    if shutil.which("lnav") is None:
        bench.say("  TSV beside lnav: skipped, lnav is not installed")
    else:
        ours, its = bench.beside(lambda: ask(tsv), lambda: _lnav(bench, conn))
        yield line("logs: TSV, the same", ours, "lnav", its, rows, _NOTE)
    ours, its = bench.beside(lambda: ask(json), lambda: ask(tsv))
    yield line("logs: JSON lines", ours, "TSV", its, rows, _NOTE)
    ours, its = bench.beside(lambda: ask(packed), lambda: ask(tsv))
    yield line("logs: TSV in gzip", ours, "TSV", its, rows, _NOTE)
    ours, its = bench.beside(lambda: _program(bench, tsv), lambda: yardsticks.arrow_csv(*sorted(tsv.iterdir())))
    total = sum(int(row.split()[1]) for row in ours.output.decode().splitlines())
    yield line("logs: whole folder", ours, yardsticks.ARROW, its, total, "every log listed")


def _program(bench: Bench, folder: Path, *arguments: str) -> Run:
    """One run of zeektui, nothing kept from runs before."""
    return run([PROGRAM, folder, *arguments], {"XDG_CACHE_HOME": str(bench.empty("cache"))})


def _asked(bench: Bench, rows: int, folder: Path) -> Run:
    made = _program(bench, folder, *_QUESTION)
    # make-logs gives every fourth row this port, and always the same state.
    if made.output.split() != [b"%d" % (rows // 4), b"REJ"]:
        raise FailedError(f"{folder.name}: another answer than was expected: {made.output[:200]!r}")
    return made


def _lnav(bench: Bench, log: Path) -> Run:
    return run(["lnav", "-n", "-c", _LNAV, log], {"HOME": str(bench.empty("home"))})
