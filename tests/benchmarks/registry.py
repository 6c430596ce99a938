"""Which benchmarks there are; a new one is a function and a line here."""

from collections.abc import Callable, Iterator

from tests.benchmarks import captures, installation, logs, many_rows, start
from tests.benchmarks.bench import Bench, Line

BENCHMARKS: dict[str, Callable[[Bench], Iterator[Line]]] = {
    "connections": captures.many_connections,
    "downloads": captures.few_downloads,
    "dns": captures.dns,
    "tls": captures.tls,
    "mixed": captures.mixed,
    "logs": logs.logs,
    "rows": many_rows.in_process,
    "keys": many_rows.on_screen,
    "start": start.start,
    "first-run": installation.first_run,
}
