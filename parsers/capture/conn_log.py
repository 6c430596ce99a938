"""The rows of conn.log, of connections that have been followed."""

from collections.abc import Sequence

import pyarrow as pa

from parsers.capture.flows import Flows, Shard
from parsers.capture.origins import Origin, Origins, unknown
from parsers.capture.packets import Packets
from parsers.capture.timeline import Timeline
from parsers.capture.tracker import connections
from parsers.protocols import conn
from parsers.schema import REPEATED, Row


def table(begun: Sequence[tuple[Row, Origin]], origins: Origins | None, captures: Timeline | None) -> pa.Table:
    """The rows of connections, with the addresses of their frames, which are looked up all at once.

    With `captures`, the name of the capture that a connection begins in too.
    """
    rows = [row for row, _ in begun]
    firsts = [first for _, first in begun]
    links = origins.columns(firsts) if origins is not None and firsts else unknown(len(firsts))
    if captures is None:
        return conn.RECORD.table(rows, links)
    names = [captures.name_of(number) for number, _, _ in firsts]
    return conn.OF_SEVERAL.table(rows, [*links, pa.array(names, REPEATED)])


def bare(packets: Packets, flows: Flows, shard: Shard, captures: Timeline | None = None) -> pa.Table:
    """The rows of a shard's connections before anything that they carry has been looked at.

    A row has the same time and uid as later; service and what analysers add to the history are not known yet.
    """
    begun = []
    for tracked in connections(packets, flows, shard):
        begun.append((tracked.row(None), tracked.origin()))
        tracked.let_go()
    return table(begun, packets.origins, captures)
