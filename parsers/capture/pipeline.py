"""A capture's way from packets to rows: indexed, decoded, grouped into connections, shared out to workers."""

import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from parsers.capture import links, workers
from parsers.capture.decoding import decode
from parsers.capture.flows import Flows, Shard, group
from parsers.capture.formats.registry import index
from parsers.capture.packets import Packets
from parsers.capture.spool import Capture, open_capture
from parsers.capture.tracker import connections
from parsers.files import x509
from parsers.files.analysis import Files
from parsers.files.kept import Kept
from parsers.limits import INLINE_PACKETS, SHARD_PACKETS
from parsers.protocols import conn, packet_filter
from parsers.protocols.analyzer import Rows
from parsers.protocols.dispatch import dispatch
from parsers.updates import Batch, Facts, OpenError, Progress, Trouble, Update


@dataclass
class Analysis:
    """What one shard came to: a table for each log that it has rows for, what went wrong, the file that was kept."""

    tables: dict[str, pa.Table] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    kept: Kept | None = None


def analyse_shard(packets: Packets, flows: Flows, shard: Shard, keep: str | None = None) -> Analysis:
    """Everything that the packets of one shard tell; with `keep`, the bytes of the file of that fuid too."""
    rows = Rows()
    files = Files(rows, keep, packets.clock)
    troubles: list[str] = []
    for tracked in connections(packets, flows, shard):
        service = dispatch(tracked.connection, tracked.events(), rows, files, troubles, tracked.last)
        rows.add(conn.RECORD, tracked.row(service))
    files.finish()
    if x509.RECORD.name in rows.by_record:
        record, found = rows.by_record[x509.RECORD.name]
        rows.by_record[record.name] = record, x509.first_rows(found)
    tables = {name: record.table(found) for name, (record, found) in rows.by_record.items()}
    return Analysis(tables, troubles, files.kept)


def updates(paths: Sequence[Path], password: bytes | None = None) -> Iterator[Update]:
    """Read a capture; rows come shard by shard. Raises OpenError when nothing can be read."""
    (path,) = paths
    with open_capture(path, password) as capture:
        yield Progress("packets", 0, len(capture.data))
        try:
            for update in analyse(capture):
                yield replace(update, text=f"{path}: {update.text}") if isinstance(update, Trouble) else update
        except OpenError as error:
            raise OpenError(f"{path}: {error}") from None


def analyse(capture: Capture) -> Iterator[Update]:
    """The updates of a capture that is open; what is told of troubles does not name it."""
    indexed = index(capture.data)
    unread = links.troubles(indexed)
    packets = decode(indexed, capture.data)
    # Nothing is freed from here on but rows on their way out; the collector would walk them in vain.
    gc.collect()
    gc.freeze()
    yield from (*capture.troubles, *indexed.troubles, *unread)
    total = len(indexed.ts)
    if total:
        yield Facts(total, int(indexed.ts.min()), int(indexed.ts.max()))
        first = packet_filter.row(int(indexed.ts[0]))
        yield Batch(packet_filter.RECORD.name, packet_filter.RECORD.table([first]))
    else:
        yield Facts(0, None, None)
        if not indexed.troubles:
            yield Trouble("the capture holds no packets: nothing to show", harmless=True)
    flows = group(packets)
    yield from _analyses(lambda shard: analyse_shard(packets, flows, shard), flows.shards(SHARD_PACKETS), len(packets))


def _analyses(work: Callable[[Shard], Analysis], shards: list[Shard], total: int) -> Iterator[Update]:
    done = 0
    certificates: list[pa.Table] = []
    yield Progress("connections", 0, total)
    for shard, analysis in workers.share_out(work, shards, alone=total < INLINE_PACKETS):
        done += shard.packets
        if isinstance(analysis, workers.Lost):
            yield Trouble(f"{shard.packets} packets could not be analysed: {analysis.why}")
            continue
        for log, table in analysis.tables.items():
            # Which of a certificate's sightings is the first is known when all shards are done.
            if log == x509.RECORD.name:
                certificates.append(table)
            else:
                yield Batch(log, table)
        for text in analysis.troubles:
            yield Trouble(text)
        yield Progress("connections", done, total)
    if certificates:
        yield Batch(x509.RECORD.name, x509.first_of(certificates))
