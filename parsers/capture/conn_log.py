"""The rows of conn.log, of connections that have been followed."""

from collections.abc import Iterator, Sequence
from itertools import repeat

import pyarrow as pa

from parsers.capture.flows import Flows, Shard
from parsers.capture.origins import NO_LINK, Origin, Origins
from parsers.capture.packets import Packets
from parsers.capture.timeline import Timeline
from parsers.capture.tracker import connections
from parsers.protocols import conn
from parsers.schema import Record, Row


def record(captures: Timeline | None) -> Record:
    """What a row consists of; with `captures`, of the capture that a connection begins in too."""
    return conn.RECORD if captures is None else conn.OF_SEVERAL


def rows(begun: Sequence[tuple[Row, Origin]], origins: Origins | None, captures: Timeline | None) -> Iterator[Row]:
    """The rows of connections, with the addresses of their frames, which are looked up all at once."""
    links = repeat(NO_LINK) if origins is None else origins.cells([origin for _, origin in begun])
    for (row, origin), link in zip(begun, links, strict=False):
        cells = (*row[: -len(link)], *link)
        yield cells if captures is None else (*cells, captures.name_of(origin.number))


def bare(packets: Packets, flows: Flows, shard: Shard, captures: Timeline | None = None) -> pa.Table:
    """The rows of a shard's connections before anything that they carry has been looked at.

    A row has the same time and uid as later; service and what analysers add to the history are not known yet.
    """
    begun = []
    for tracked in connections(packets, flows, shard):
        begun.append((tracked.row(None), tracked.origin()))
        tracked.let_go()
    return record(captures).table(list(rows(begun, packets.origins, captures)))
