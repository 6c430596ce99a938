"""Rows that are told when all shards are done: what they say depends on all of them."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from operator import itemgetter
from typing import TypeAlias

import pyarrow as pa

from parsers.capture.packets import Packets
from parsers.files import x509
from parsers.protocols import dhcp, software, truncation, tunnel, weird
from parsers.protocols.expiry import Expiry
from parsers.protocols.known import certs, hosts, services
from parsers.schema import Record, Row, joined
from parsers.updates import Batch

# What is told of a log by the shards, when all of them are done.
_Join: TypeAlias = Callable[[Sequence[pa.Table]], pa.Table]

# What the packets tell comes before what shards do, which are known by their first flow.
_BEFORE = -1
# And what is told of these rows themselves comes behind it.
_BEHIND = sys.maxsize


class Held:
    """The rows of those logs so far."""

    def __init__(self, packets: Packets) -> None:
        expiry = Expiry(packets.encapsulations.clock)
        self._joins: dict[str, _Join] = {
            x509.RECORD.name: x509.first_of,
            tunnel.RECORD.name: partial(_tunnels, packets, expiry),
            dhcp.RECORD.name: partial(_dhcp, expiry),
            hosts.RECORD.name: partial(_known, expiry, hosts.RECORD, hosts.RECORD, hosts.logged),
            services.RECORD.name: partial(_known, expiry, services.RECORD, services.RECORD, services.logged),
            certs.RECORD.name: partial(_known, expiry, certs.SIGHTINGS, certs.RECORD, certs.logged),
            software.RECORD.name: partial(_software, expiry),
            # The last, for it tells of the others.
            weird.RECORD.name: partial(_weirds, packets.weirds, expiry),
        }
        self._parts: dict[str, list[tuple[int, pa.Table]]] = {log: [] for log in self._joins}
        if seen := list(packets.encapsulations.uses(packets.encapsulations.seen)):
            self.put(tunnel.RECORD.name, _BEFORE, tunnel.RECORD.table(seen))
        if packets.weirds:
            self.put(weird.RECORD.name, _BEFORE, weird.RECORD.table([]))

    def __contains__(self, log: str) -> bool:
        """Whether a log is one of them."""
        return log in self._joins

    def put(self, log: str, first: int, table: pa.Table) -> None:
        """Keep what a shard, known by its first flow, has for a log."""
        self._parts[log].append((first, table))

    def batches(self) -> Iterator[Batch]:
        """The rows, when all shards are done."""
        for log, join in self._joins.items():
            # Shards end in any order: rows of the same time are told in the order of their shards.
            parts = [table for _, table in sorted(self._parts[log], key=itemgetter(0))]
            if parts and len(table := join(parts)):
                if told := truncation.weirds(log, table):
                    self.put(weird.RECORD.name, _BEHIND, weird.RECORD.table(told))
                yield Batch(log, table)


def _tunnels(packets: Packets, expiry: Expiry, tables: Sequence[pa.Table]) -> pa.Table:
    """The rows of tunnel.log, from those that the shards made."""
    closed = {uid: carrier.closed for uid, carrier in packets.encapsulations.carriers.items()}
    return tunnel.RECORD.table(tunnel.activity(_rows(tunnel.RECORD, tables), closed, expiry))


def _weirds(told_before: Sequence[Row], expiry: Expiry, tables: Sequence[pa.Table]) -> pa.Table:
    """The rows of weird.log, from those that the packets and the shards made."""
    rows = [*told_before, *_rows(weird.RECORD, tables)]
    table = weird.RECORD.table(weird.logged(rows, expiry))
    told = truncation.weirds(weird.RECORD.name, table)
    return weird.RECORD.table(weird.logged([*rows, *told], expiry)) if told else table


def _known(
    expiry: Expiry,
    sightings: Record,
    record: Record,
    logged: Callable[[Iterable[Row], Expiry], list[Row]],
    tables: Sequence[pa.Table],
) -> pa.Table:
    """The rows of a log of what is known, from what the shards saw."""
    return record.table(logged(_rows(sightings, tables), expiry))


def _dhcp(expiry: Expiry, tables: Sequence[pa.Table]) -> pa.Table:
    """The rows of dhcp.log, from the messages that the shards met."""
    return dhcp.RECORD.table(dhcp.joined(_rows(dhcp.MESSAGES, tables), expiry))


def _software(expiry: Expiry, tables: Sequence[pa.Table]) -> pa.Table:
    """The rows of software.log, from what the shards saw."""
    return software.RECORD.table(software.logged(_rows(software.SIGHTINGS, tables), expiry))


def _rows(record: Record, tables: Sequence[pa.Table]) -> Iterable[Row]:
    """The rows of all tables, each column turned into cells at once: there are many tables, most of them short."""
    return record.rows(joined(tables))
