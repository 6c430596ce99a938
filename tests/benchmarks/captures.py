"""A capture becomes logs on a disk."""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import yardsticks
from tests.benchmarks.bench import Bench, Line, Run, SkippedError, line, run
from tests.benchmarks.inputs.connections import connections
from tests.benchmarks.inputs.downloads import downloads
from tests.benchmarks.inputs.handshakes import handshakes
from tests.benchmarks.inputs.lookups import lookups
from tests.benchmarks.measuring import FailedError
from tests.conftest import SHARED
from tests.processes import PROGRAM

_DOWNLOADS = 8
_MIXED_MB = 300


def many_connections(bench: Bench) -> Iterator[Line]:
    """Many small connections: HTTP, and bare TCP."""
    yield _measured(bench, "connections", *connections_capture(bench))


def few_downloads(bench: Bench) -> Iterator[Line]:
    """Few large downloads over HTTP."""
    size = bench.sized(12_000_000)
    yield _measured(bench, "downloads", *bench.capture(f"downloads-{size}", lambda: downloads(_DOWNLOADS, size)))


def dns(bench: Bench) -> Iterator[Line]:
    """DNS only."""
    count = bench.sized(60_000)
    yield _measured(bench, "dns", *bench.capture(f"dns-{count}", lambda: lookups(count)))


def tls(bench: Bench) -> Iterator[Line]:
    """TLS only."""
    count = bench.sized(6000)
    yield _measured(bench, "tls", *bench.capture(f"tls-{count}", lambda: handshakes(count)))


def mixed(bench: Bench) -> Iterator[Line]:
    """Real traffic of all kinds."""
    yield _measured(bench, "mixed", mixed_capture(bench), Counter())


def connections_capture(bench: Bench) -> tuple[Path, Counter[str]]:
    """The capture of many small connections, and the rows that it holds."""
    count = bench.sized(20_000)
    return bench.capture(f"connections-{count}", lambda: connections(count))


def mixed_capture(bench: Bench) -> Path:
    """The reference traces as one capture. Raises SkippedError where there are none."""
    make = SHARED / "bench" / "make-capture"
    if not make.exists():
        raise SkippedError(f"there is no {make} to make mixed traffic with")
    megabytes = bench.sized(_MIXED_MB)
    return bench.input(f"mixed-{megabytes}.pcap", lambda path: run([sys.executable, make, path, str(megabytes)]).output)


def written(bench: Bench, program: Path, capture: Path) -> tuple[Run, Path]:
    """One run that writes a capture's logs, nothing kept from runs before; the folder that they are in."""
    out, cache = bench.empty("logs") / "out", bench.empty("cache")
    return run([program, capture, "--write", out], {"XDG_CACHE_HOME": str(cache)}), out


def rows_in(folder: Path) -> Counter[str]:
    """How many rows Zeek's logs in a folder hold."""
    logs = sorted(folder.glob("*.log"))
    return Counter({path.stem: sum(not row.startswith(b"#") for row in path.open("rb")) for path in logs})


def _measured(bench: Bench, name: str, capture: Path, expected: Counter[str]) -> Line:
    found: Counter[str] = Counter()

    def ours() -> Run:
        nonlocal found
        made, out = written(bench, PROGRAM, capture)
        found = rows_in(out)
        return made

    program, yardstick = bench.beside(ours, lambda: yardsticks.dpkt_loop(capture))
    wrong = {log: (found[log], rows) for log, rows in expected.items() if found[log] != rows}
    if wrong or not found["conn"]:
        raise FailedError(f"{capture.name} has other rows than were put in (found, put in): {wrong or found}")
    if bench.profile:
        _tell_modules(bench, capture)
    return line(name, program, yardsticks.DPKT, yardstick, found.total(), _stages(bench, capture))


def _stages(bench: Bench, capture: Path) -> str:
    """Where the time of one more run goes."""
    return ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in _told(bench, capture).items())


def _tell_modules(bench: Bench, capture: Path) -> None:
    for module, seconds in _told(bench, capture, "--profile").items():
        bench.say(f"  {seconds:8.2f} s  {module}")


def _told(bench: Bench, capture: Path, *options: str) -> dict[str, float]:
    arguments = [str(time.monotonic()), *options, str(capture), "--write", str(bench.empty("logs") / "out")]
    told: dict[str, float] = json.loads(run([sys.executable, "-m", "tests.benchmarks.stages", *arguments]).output)
    return told
