"""Questions to inputs several times as large as the memory, each with its answer."""

import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.measuring import FailedError
from tests.benchmarks.memory.capture import Capture
from tests.benchmarks.memory.limited import Peak, limited, run
from tests.benchmarks.memory.logs import Logs
from tests.benchmarks.screen import Screen
from tests.processes import PROGRAM

MB = 1_000_000
# An answer may take some time to begin.
_QUIET = 0.7
# A column that the rows are in the order of, the last ones first.
_SORTED = "ts▼"


@dataclass(frozen=True, slots=True)
class Limits:
    """What each process may take of its own, in bytes (`ulimit -d`), and what `--memory` says, if anything."""

    process: int
    memory: int | None = None

    def command(self, *arguments: str | Path) -> list[str | Path]:
        option = () if self.memory is None else ("--memory", f"{self.memory // MB}MB")
        return [PROGRAM, *arguments, *option]


@dataclass(frozen=True, slots=True)
class Proved:
    """One question: whether the answer was right, the seconds, the memory."""

    what: str
    is_right: bool
    seconds: float
    peak: Peak


def of_logs(logs: Logs, folder: Path, limits: Limits) -> Iterator[Proved]:
    """A filter with a count, two sorts, and on the screen a filter, a sort and what belongs to a row."""
    where = "id.resp_p == 853 and conn_state == S0"
    asked: tuple[str, ...] = ("--print", "conn", "--where", where, "--count-by", "id.resp_p,conn_state")
    yield _printed("filter, count", [[str(logs.filtered()), "853", "S0"]], folder, asked, limits)
    asked = ("--print", "conn", "--sort", "-orig_bytes", "--head", "5", "--fields", "uid,orig_bytes")
    wanted = [[uid, str(sent)] for uid, sent in logs.largest(5)]
    yield _printed("sort of numbers", wanted, folder, asked, limits)
    asked = ("--print", "dns", "--sort", "-query", "--head", "3", "--fields", "query")
    yield _printed("sort of text", [[query] for query in logs.last_queries(3)], folder, asked, limits)
    yield from _shown(logs, folder, limits)


def of_capture(capture: Capture, path: Path, limits: Limits) -> Iterator[Proved]:
    """All its connections, and the bodies that they carried."""
    count = str(capture.exchanges)
    wanted = [[count, "tcp", "http", "SF"], [count, "udp", "dns", "SF"]]
    asked: tuple[str, ...] = ("--print", "conn", "--count-by", "proto,service,conn_state")
    yield _printed("connections, counted", wanted, path, asked, limits)
    asked = ("--print", "files", "--count-by", "mime_type,sha1")
    yield _printed("files, counted", [[count, "application/zip", capture.sha1]], path, asked, limits)


def _printed(what: str, wanted: list[list[str]], path: Path, asked: Sequence[str], limits: Limits) -> Proved:
    try:
        done = run(limits.process, limits.command(path, *asked))
    except FailedError as error:
        sys.stdout.write(f"{what}: {error}\n")
        return Proved(what, False, 0.0, Peak())
    rows = [row.split("\t") for row in done.output.decode().splitlines()]
    if rows != wanted:
        sys.stdout.write(f"{what}: {rows[:10]} in place of {wanted}\n")
    return Proved(what, rows == wanted, done.seconds, done.peak)


def _shown(logs: Logs, folder: Path, limits: Limits) -> Iterator[Proved]:
    """What is found on the screen, none of it in what is typed: in http, which is opened, and in conn, the largest."""
    row, last = logs.conns // 2 // 20 * 20, logs.conns - 1
    asked: tuple[tuple[str, str, str], ...] = (
        ("all read", "", "no warn"),
        ("sort", "]", _SORTED),
        ("its first row", "gg", re.escape(logs.host(last // 4 * 4))),
        ("filter", f'/uid == "{logs.uid(row)}"\r', re.escape(logs.host(row))),
        ("its dns", "", re.escape(logs.query(row))),
        ("all of conn", "2", f"{logs.conns:,} rows"),
        ("sort of conn", "]", _SORTED),
        ("its first row", "gg", f"{logs.sent(last):,}"),
    )
    with Screen(limited(limits.process, limits.command(folder))) as screen:
        peak = Peak()
        end = peak.watch(screen.pid)
        try:
            for what, keys, pattern in asked:
                yield _painted(screen, f"screen: {what}", keys, pattern.encode(), peak)
        finally:
            end()


def _painted(screen: Screen, what: str, keys: str, pattern: bytes, peak: Peak) -> Proved:
    begun = time.monotonic()
    try:
        if keys:
            screen.forget()
            screen.press(keys, _QUIET)
        screen.wait_for(pattern)
    except (FailedError, OSError) as error:
        sys.stdout.write(f"{what}: {str(error)[-200:]}\n")
        return Proved(what, False, time.monotonic() - begun, peak)
    return Proved(what, True, time.monotonic() - begun, peak)


def places(folder: Path) -> dict[str, str]:
    """What to set so that whatever the program writes beside its output is written in a folder."""
    found = {"TMPDIR": folder / "tmp", "XDG_CACHE_HOME": folder / "cache"}
    for place in found.values():
        place.mkdir(exist_ok=True)
    return {name: str(place) for name, place in found.items()}
