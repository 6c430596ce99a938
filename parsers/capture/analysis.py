"""What the packets of a shard come to: the rows of each log."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from parsers.capture import conn_log
from parsers.capture.flows import Flows, Shard
from parsers.capture.packets import Packets
from parsers.capture.timeline import Timeline
from parsers.capture.tracker import connections
from parsers.files import x509
from parsers.files.analysis import Files
from parsers.files.kept import Kept
from parsers.protocols import conn, failure, software, truncation, tunnel, weird
from parsers.protocols.analyzer import Rows
from parsers.protocols.dispatch import dispatch
from parsers.protocols.expectation import Expectations
from parsers.protocols.known import certs, hosts, services
from parsers.schema import Row, packed, unpacked

if TYPE_CHECKING:
    from parsers.capture.origins import Origin

# Of these logs a shard keeps only the rows that may matter then.
_NEEDED: Final[dict[str, Callable[[Sequence[Row]], list[Row]]]] = {
    x509.RECORD.name: x509.first_rows,
    tunnel.RECORD.name: tunnel.thinned,
    weird.RECORD.name: weird.thinned,
    hosts.RECORD.name: hosts.thinned,
    services.RECORD.name: services.thinned,
    certs.RECORD.name: certs.thinned,
    software.RECORD.name: software.folded,
}


@dataclass
class Analysis:
    """What one shard came to: a table for each log that it has rows for, what went wrong, the file that was kept."""

    tables: dict[str, pa.Table] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    kept: Kept | None = None

    def __reduce__(self) -> tuple[Callable[..., "Analysis"], tuple[object, ...]]:
        tables = {log: packed(table).to_pybytes() for log, table in self.tables.items()}
        return _received, (tables, self.troubles, self.kept)


def _received(tables: Mapping[str, bytes], troubles: list[str], kept: Kept | None) -> Analysis:
    """An analysis that came from another process."""
    return Analysis({log: unpacked(body) for log, body in tables.items()}, troubles, kept)


def analyse_shard(
    packets: Packets, flows: Flows, shard: Shard, keep: str | None = None, captures: Timeline | None = None
) -> Analysis:
    """Everything that the packets of one shard tell.

    With `keep`, the bytes of the file of that fuid too; with `captures`, in conn where each connection begins.
    """
    rows = Rows()
    files = Files(rows, keep, packets.clock)
    troubles: list[str] = []
    expectations = Expectations()
    end = int(packets.clock[-1])
    begun: list[tuple[Row, Origin]] = []
    for tracked in connections(packets, flows, shard):
        service = dispatch(
            tracked.connection, tracked.events(), rows, files, troubles, tracked.last, expectations=expectations
        )
        begun.append((tracked.row(service), tracked.origin()))
        for seen in hosts.sightings(tracked.connection):
            rows.add(hosts.RECORD, seen)
        for seen in services.sightings(tracked.connection, tracked.carries, service, end):
            rows.add(services.RECORD, seen)
        for told in tracked.weirds:
            rows.add(weird.RECORD, told)
        for told in tracked.failures:
            rows.add(failure.RECORD, told)
        if tracked.passage.uses:
            for use in packets.encapsulations.uses(tracked.passage.uses):
                rows.add(tunnel.RECORD, use)
        tracked.let_go()
    files.finish()
    expectations.finish()
    tables = _whole(rows)
    if begun:
        name = conn.RECORD.name
        tables[name] = conn_log.table(begun, packets.origins, captures)
        rows.written[name] = [rows.now] * len(begun)
    _tell_truncation(rows, tables)
    tables |= _thinned(rows)
    # Files and analysers hold each other, and the rows, in circles.
    rows.by_record.clear()
    return Analysis(tables, troubles, files.kept)


def _whole(rows: Rows) -> dict[str, pa.Table]:
    """The logs of a shard that are whole here."""
    return {name: record.table(found) for name, (record, found) in rows.by_record.items() if name not in _NEEDED}


def _tell_truncation(rows: Rows, tables: Mapping[str, pa.Table]) -> None:
    """Write what weird.log tells of these logs."""
    for name, table in tables.items():
        for told in truncation.weirds(name, table, rows.written[name]):
            rows.add(weird.RECORD, told)


def _thinned(rows: Rows) -> dict[str, pa.Table]:
    """The other logs of a shard, as far as their rows may matter."""
    tables = {}
    for name, needed in _NEEDED.items():
        if name in rows.by_record:
            record, found = rows.by_record[name]
            tables[name] = record.table(needed(found))
    return tables
