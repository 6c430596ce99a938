"""The UDP connections that may carry tunnels, and which tunnel protocol looks at each of their datagrams.

Source: Zeek, src/packet_analysis/protocol/udp/UDP.cc: the responder's port decides, then the content.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from parsers.capture.columns import columns
from parsers.capture.datagrams import runs
from parsers.capture.flows import UDP, Ends, Flows, group
from parsers.capture.headers import Ints
from parsers.capture.packets import Packets
from parsers.capture.store import Store
from parsers.capture.tunnels.reading import Bools, Payloads
from parsers.capture.tunnels.registry import TUNNELS
from parsers.capture.uid import connection_uid

# Places in TUNNELS and 1; 0 for no tunnel.
_AT_PORT = np.zeros(1 << 16, np.uint8)
for _place, _protocol in enumerate(TUNNELS):
    _AT_PORT[list(_protocol.ports)] = _place + 1


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
    kind: npt.NDArray[np.uint8]
    connections: list[tuple[int, int, int, Ends]]

    def uid(self, number: int) -> str:
        """The identifier that conn.log gives to a connection."""
        first, _, orig, ends = self.connections[number]
        row = self.row[first]
        return connection_uid(ends, orig, UDP, int(self.packets.ts[row]), int(self.packets.number[row]))

    def last(self, number: int) -> int:
        """When the last datagram of a connection came, in nanoseconds."""
        return int(self.packets.ts[self.row[self.connections[number][1] - 1]])


def carriers(packets: Packets, store: Store) -> Carriers | None:
    """The connections in which a tunnel protocol looks at something; None when there are none."""
    udp = np.flatnonzero(packets.proto == UDP)
    content = _by_content(packets, udp, store)
    hits = (content > 0) | (_AT_PORT[packets.sport[udp]] > 0) | (_AT_PORT[packets.dport[udp]] > 0)
    if not hits.any():
        return None
    near = _same_flows(packets, udp, hits)
    rows, content = udp[near], content[near]
    part = packets.take(rows)
    flows = group(part)
    found = _connections(part, flows)
    sizes = [stop - first for first, stop, _, _ in found]
    side = np.repeat([bool(orig) for _, _, orig, _ in found], sizes)
    ports = [ends.ports[1 - orig] for _, _, orig, ends in found]
    by_port = np.repeat(_AT_PORT[ports], sizes)
    return Carriers(
        packets,
        rows[flows.order],
        np.repeat(np.arange(len(found)), sizes),
        flows.backward == side,
        np.where(by_port > 0, by_port, content[flows.order]),
        found,
    )


def _by_content(packets: Packets, rows: Ints, store: Store) -> npt.NDArray[np.uint8]:
    """The tunnel protocol that each of these datagrams shows."""
    offset, captured = packets.offset[rows], packets.captured[rows].astype(np.int64)
    payloads = Payloads(store, offset, captured, packets.proto[rows], np.zeros(len(rows), np.bool_))
    found = np.zeros(len(rows), np.uint8)
    for place, protocol in reversed(list(enumerate(TUNNELS))):
        if protocol.detect is not None:
            found[protocol.detect(payloads)] = place + 1
    return found


def _same_flows(packets: Packets, rows: Ints, hits: Bools) -> Ints:
    """Of these rows, those between the endpoints of a hit, and few others."""
    here = packets.src[rows].astype(np.uint64) << np.uint64(16) | packets.sport[rows]
    there = packets.dst[rows].astype(np.uint64) << np.uint64(16) | packets.dport[rows]
    # Two different flows that meet in a sum only take a longer way.
    both = here + there
    return np.flatnonzero(np.isin(both, both[hits]))


def _connections(part: Packets, flows: Flows) -> list[tuple[int, int, int, Ends]]:
    """Where each connection begins and stops in the flows' order, the side that began it, its ends."""
    found = []
    cells = columns(part, flows, 0, len(part))
    for start, stop in zip(flows.bounds[:-1].tolist(), flows.bounds[1:].tolist(), strict=True):
        row = flows.order[start]
        addresses = part.addresses[part.src[row]], part.addresses[part.dst[row]]
        ends = Ends(addresses, (int(flows.sport[start]), int(flows.dport[start])))
        found += [(*run, ends) for run in runs(cells, part, start, stop, ends, UDP)]
    return found
