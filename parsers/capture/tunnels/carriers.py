"""The UDP connections that may carry tunnels, and which tunnel protocol looks at each of their datagrams.

Source: Zeek, src/packet_analysis/protocol/udp/UDP.cc: the responder's port decides, then the content.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from parsers.capture.columns import columns
from parsers.capture.datagrams import runs
from parsers.capture.flows import UDP, Ends, Flows, group
from parsers.capture.headers import Ints
from parsers.capture.packets import CORRUPT, Packets
from parsers.capture.tunnels.candidates import AT_PORT, Kinds
from parsers.capture.tunnels.reading import Bools
from parsers.capture.uid import connection_uid


@dataclass(frozen=True, slots=True)
class Carriers:
    """The datagrams of such connections, connection by connection, each one's in order; columns of the same length.

    row         their places in the packets
    connection  places in `connections`
    is_orig     whether the side that began the connection sent it
    kind        the tunnel protocol that looks at it: its place in TUNNELS and 1, 0 for none

    connections: where each one begins and stops in the columns, the side that began it, and its ends.
    """

    packets: Packets
    row: Ints
    connection: Ints
    is_orig: Bools
    kind: Kinds
    connections: list[tuple[int, int, int, Ends]]

    def uids(self, numbers: Ints) -> list[str]:
        """The identifiers that conn.log gives to connections."""
        of = [self.connections[number] for number in numbers.tolist()]
        rows = self.row[np.array([first for first, _, _, _ in of], np.int64)]
        starts, places = self.packets.ts[rows].tolist(), self.packets.number[rows].tolist()
        return [
            connection_uid(ends, orig, UDP, start, place)
            for (_, _, orig, ends), start, place in zip(of, starts, places, strict=True)
        ]

    def last(self, numbers: Ints) -> Ints:
        """When the last datagrams that count came of connections, in nanoseconds."""
        stops = np.array([self.connections[number][1] for number in numbers.tolist()], np.int64)
        firsts = np.array([self.connections[number][0] for number in numbers.tolist()], np.int64)
        counts = self.packets.flags[self.row] & CORRUPT == 0
        places = np.maximum.accumulate(np.where(counts, np.arange(len(counts)), 0))
        return self.packets.ts[self.row[np.maximum(places[stops - 1], firsts)]]


def carriers(packets: Packets, content: Kinds) -> Carriers:
    """The UDP connections of these packets; `content` is the tunnel protocol that each packet shows."""
    rows = np.flatnonzero(packets.proto == UDP)
    part = packets.take(rows)
    flows = group(part)
    found = _connections(part, flows)
    sizes = [stop - first for first, stop, _, _ in found]
    side = np.repeat(np.array([orig for _, _, orig, _ in found], np.bool_), sizes)
    ports = [ends.ports[1 - orig] for _, _, orig, ends in found]
    by_port = np.repeat(AT_PORT[np.array(ports, np.int64)], sizes)
    kind = np.where(by_port > 0, by_port, content[rows[flows.order]])
    kind[part.flags[flows.order] & CORRUPT > 0] = 0
    return Carriers(
        packets,
        rows[flows.order],
        np.repeat(np.arange(len(found)), sizes),
        flows.backward == side,
        kind,
        found,
    )


def _connections(part: Packets, flows: Flows) -> list[tuple[int, int, int, Ends]]:
    """Where each connection begins and stops in the flows' order, the side that began it, its ends."""
    found = []
    cells = columns(part, flows, 0, len(part))
    ports = zip(flows.sport.tolist(), flows.dport.tolist(), strict=True)
    for (start, stop), ours in zip(pairwise(flows.bounds.tolist()), ports, strict=True):
        row = flows.order[start]
        addresses = part.addresses[part.src[row]], part.addresses[part.dst[row]]
        ends = Ends(addresses, ours)
        found += [(*run, ends) for run in runs(cells, part, start, stop, ends, UDP)]
    return found
