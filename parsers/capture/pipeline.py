"""A capture's way from packets to rows: indexed, decoded, grouped into connections, shared out to workers."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import chain, repeat
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa

from parsers.capture import workers
from parsers.capture.captures import Captures, open_captures
from parsers.capture.decoding import decode
from parsers.capture.flows import Flows, Shard, group
from parsers.capture.offloading import offloading
from parsers.capture.origins import NO_LINK, Origin, Origins
from parsers.capture.packets import Ints, Packets
from parsers.capture.timeline import Timeline, timeline
from parsers.capture.tracker import connections
from parsers.files import x509
from parsers.files.analysis import Files
from parsers.files.kept import Kept
from parsers.limits import INLINE_PACKETS, SHARD_PACKETS
from parsers.protocols import conn, dhcp, failure, notice, packet_filter, software, truncation, tunnel, weird
from parsers.protocols.analyzer import Rows
from parsers.protocols.dispatch import dispatch
from parsers.protocols.expectation import Expectations
from parsers.protocols.known import certs, hosts, services
from parsers.schema import Record, Row, packed, unpacked
from parsers.updates import Batch, Facts, Progress, Trouble, Update

# What is told of a log by the shards, when all of them are done.
_Join: TypeAlias = Callable[[Sequence[pa.Table]], pa.Table]
# Of these logs a shard keeps only the rows that may matter then.
_NEEDED: dict[str, Callable[[Sequence[Row]], list[Row]]] = {
    x509.RECORD.name: x509.first_rows,
    tunnel.RECORD.name: tunnel.thinned,
    weird.RECORD.name: weird.thinned,
    hosts.RECORD.name: hosts.thinned,
    services.RECORD.name: services.thinned,
    certs.RECORD.name: certs.thinned,
    software.RECORD.name: software.folded,
}

# What the packets tell comes before what shards do, which are known by their first flow.
_BEFORE = -1


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


Analysed: TypeAlias = tuple[Shard, Analysis | workers.Lost]


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
        for use in packets.encapsulations.uses(tracked.passage.uses):
            rows.add(tunnel.RECORD, use)
        tracked.let_go()
    files.finish()
    expectations.finish()
    for row in _conn_rows(begun, packets.origins, captures):
        rows.add(conn.RECORD if captures is None else conn.OF_SEVERAL, row)
    return Analysis(_tables(rows), troubles, files.kept)


def _tables(rows: Rows) -> dict[str, pa.Table]:
    """The logs of a shard, with what weird.log tells of those that are whole here."""
    tables = {name: record.table(found) for name, (record, found) in rows.by_record.items() if name not in _NEEDED}
    for name, table in tables.items():
        for told in truncation.weirds(name, table, rows.written[name]):
            rows.add(weird.RECORD, told)
    for name, needed in _NEEDED.items():
        if name in rows.by_record:
            record, found = rows.by_record[name]
            tables[name] = record.table(needed(found))
    # Files and analysers hold each other, and the rows, in circles.
    rows.by_record.clear()
    return tables


def _conn_rows(
    begun: Sequence[tuple[Row, Origin]], origins: Origins | None, captures: Timeline | None
) -> Iterator[Row]:
    """The rows of conn.log, with the addresses of their frames, which are looked up all at once."""
    links = repeat(NO_LINK) if origins is None else origins.cells([origin for _, origin in begun])
    for (row, origin), link in zip(begun, links, strict=False):
        cells = (*row[: -len(link)], *link)
        yield cells if captures is None else (*cells, captures.name_of(origin.number))


def updates(
    paths: Sequence[Path],
    password: bytes | None = None,
    names: Mapping[Path, str] | None = None,
    *,
    checksums: bool = False,
) -> Iterator[Update]:
    """Read captures, one or several together; rows come shard by shard. Raises OpenError when nothing can be read.

    `names` are what some of them are called, where that is not their path; `checksums` leaves packets out that have
    wrong ones, as Zeek does without -C.
    """
    yield from analyse(open_captures(paths, password, names), checksums=checksums)


def analyse(captures: Captures, *, checksums: bool = False) -> Iterator[Update]:
    """The updates of captures that are open."""
    line = timeline(captures)
    yield Progress("packets", 0, len(captures.data))
    whole = Decoded(line, decode(line.index, captures.data, checksums=checksums))
    # Nothing is freed from here on but rows on their way out; the collector would walk them in vain.
    gc.collect()
    gc.freeze()
    yield from whole.updates()


def decoded(captures: Captures, *, checksums: bool = False) -> "Decoded":
    """The packets of captures that are open. Raises OpenError when nothing can be read."""
    line = timeline(captures)
    return Decoded(line, decode(line.index, captures.data, checksums=checksums))


@dataclass(frozen=True)
class Decoded:
    """The packets of captures, and all that follows from them: the same connections, shards and rows each time."""

    line: Timeline
    packets: Packets

    @cached_property
    def flows(self) -> Flows:
        """The packets by flow."""
        return group(self.packets)

    @cached_property
    def shards(self) -> list[Shard]:
        """What is analysed at a time."""
        return self.flows.shards(SHARD_PACKETS)

    def analysis(self, shard: Shard) -> Analysis:
        """What one shard comes to."""
        return analyse_shard(self.packets, self.flows, shard, captures=None if self.line.origin is None else self.line)

    def analyses(self, *, alone: bool = False) -> Iterator[Analysed]:
        """What all shards come to, in the order in which they are done; `alone` does without other processes."""
        return workers.share_out(self.analysis, self.shards, alone=alone or len(self.packets) < INLINE_PACKETS)

    def updates(self, analyses: Iterable[Analysed] | None = None) -> Iterator[Update]:
        """Everything there is to tell, of analyses of all shards that may have been made elsewhere."""
        line, packets = self.line, self.packets
        yield from line.troubles
        ts = line.index.ts
        if len(ts):
            yield Facts(len(ts), int(ts.min()), int(ts.max()))
            yield Batch(packet_filter.RECORD.name, packet_filter.RECORD.table([packet_filter.row(int(ts[0]))]))
        else:
            yield Facts(0, None, None)
        if len(ts) and not len(packets) and not packets.bad_headers:
            # What else is in such a capture most often: ARP alone, or Wi-Fi under encryption.
            what = f"none of the {len(ts)} packets holds IP in the clear: no connections"
            yield Trouble(f"{line.name}: {what}", harmless=True)
        if (hint := offloading(packets)) is not None:
            yield Trouble(f"{line.name}: {hint}", harmless=True)
        for update in _with_notices(self._told(self.analyses() if analyses is None else analyses), packets):
            yield replace(update, text=f"{line.name}: {update.text}") if isinstance(update, Trouble) else update

    def _told(self, analyses: Iterable[Analysed]) -> Iterator[Update]:
        """The updates of all shards; the rows of logs that are `late` are held until all shards are done."""
        packets = self.packets
        late: dict[str, _Join] = {
            x509.RECORD.name: x509.first_of,
            tunnel.RECORD.name: partial(_tunnels, packets),
            weird.RECORD.name: partial(_weirds, packets),
            dhcp.RECORD.name: partial(_dhcp, packets),
            hosts.RECORD.name: partial(_known, packets, hosts.RECORD, hosts.RECORD, hosts.logged),
            services.RECORD.name: partial(_known, packets, services.RECORD, services.RECORD, services.logged),
            certs.RECORD.name: partial(_known, packets, certs.SIGHTINGS, certs.RECORD, certs.logged),
            software.RECORD.name: partial(_software, packets),
        }
        seen = list(packets.encapsulations.uses(packets.encapsulations.seen))
        held: dict[str, list[tuple[int, pa.Table]]] = {
            x509.RECORD.name: [],
            tunnel.RECORD.name: [(_BEFORE, tunnel.RECORD.table(seen))] if seen else [],
            dhcp.RECORD.name: [],
            hosts.RECORD.name: [],
            services.RECORD.name: [],
            certs.RECORD.name: [],
            software.RECORD.name: [],
            # The last, for it tells of the others.
            weird.RECORD.name: [(_BEFORE, weird.RECORD.table([]))] if packets.weirds else [],
        }
        done = shards = 0
        total = len(packets)
        yield Progress("connections", 0, total)
        for shard, analysis in analyses:
            shards = max(shards, shard.last)
            done += shard.packets
            if isinstance(analysis, workers.Lost):
                yield Trouble(f"{shard.packets} packets could not be analysed: {analysis.why}")
                continue
            for log, table in analysis.tables.items():
                if log in held:
                    held[log].append((shard.first, table))
                else:
                    yield Batch(log, table)
            for text in analysis.troubles:
                yield Trouble(text)
            yield Progress("connections", done, total)
        for log, parts in held.items():
            # Shards end in any order: rows of the same time are told in the order of their shards.
            parts.sort(key=lambda part: part[0])
            if parts and len(table := late[log]([part for _, part in parts])):
                if told := truncation.weirds(log, table):
                    held[weird.RECORD.name].append((shards, weird.RECORD.table(told)))
                yield Batch(log, table)


def _with_notices(updates: Iterator[Update], packets: Packets) -> Iterator[Update]:
    """The same updates, and at their end notice.log, which rows of other logs raise."""
    raised: list[notice.Notice] = []
    for update in updates:
        if isinstance(update, Batch):
            raised += notice.raised(update.log, update.table)
        yield update
    if raised:
        yield Batch(notice.RECORD.name, notice.RECORD.table(notice.logged(raised, packets.encapsulations.clock)))


def _tunnels(packets: Packets, tables: Sequence[pa.Table]) -> pa.Table:
    """The rows of tunnel.log, from those that the shards made."""
    enclosing = packets.encapsulations
    closed = {uid: carrier.closed for uid, carrier in enclosing.carriers.items()}
    return tunnel.RECORD.table(tunnel.activity(tunnel.rows_of(tables), closed, enclosing.clock))


def _weirds(packets: Packets, tables: Sequence[pa.Table]) -> pa.Table:
    """The rows of weird.log, from those that the packets and the shards made."""
    rows = [*packets.weirds, *chain.from_iterable(map(weird.RECORD.rows, tables))]
    clock = packets.encapsulations.clock
    table = weird.RECORD.table(weird.logged(rows, clock))
    told = truncation.weirds(weird.RECORD.name, table)
    return weird.RECORD.table(weird.logged([*rows, *told], clock)) if told else table


def _known(
    packets: Packets,
    sightings: Record,
    record: Record,
    logged: Callable[[Iterable[Row], Ints], list[Row]],
    tables: Sequence[pa.Table],
) -> pa.Table:
    """The rows of a log of what is known, from what the shards saw."""
    rows = chain.from_iterable(map(sightings.rows, tables))
    return record.table(logged(rows, packets.encapsulations.clock))


def _dhcp(packets: Packets, tables: Sequence[pa.Table]) -> pa.Table:
    """The rows of dhcp.log, from the messages that the shards met."""
    messages = chain.from_iterable(map(dhcp.MESSAGES.rows, tables))
    return dhcp.RECORD.table(dhcp.joined(messages, packets.encapsulations.clock))


def _software(packets: Packets, tables: Sequence[pa.Table]) -> pa.Table:
    """The rows of software.log, from what the shards saw."""
    sightings = chain.from_iterable(map(software.SIGHTINGS.rows, tables))
    return software.RECORD.table(software.logged(sightings, packets.encapsulations.clock))
