"""The packets of one depth and what encloses them: what tunnel protocols are asked about."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from parsers.capture.headers import Ints
from parsers.capture.packet_weirds import Oddities
from parsers.capture.packets import Packets
from parsers.capture.store import Store
from parsers.capture.tunnels.encapsulation import Encapsulations, Tunnel
from parsers.capture.tunnels.reading import Bools, Found, Payloads, Reading, TunnelProtocol
from parsers.limits import TUNNEL_DEPTH

# What weird.log says of packets that have come through too many tunnels.
TOO_DEEP = "exceeded_tunnel_max_depth"


@dataclass(frozen=True, slots=True)
class Inner:
    """Frames inside packets, columns of the same length: the rows of the packets, the frames' places in the store,
    their bytes and link types, and what encloses them (places in the encapsulations).
    """

    row: Ints
    at: Ints
    size: Ints
    link: Ints
    parent: Ints


class Layer:
    """Packets of one depth, the store that their payloads are in, and all encapsulations that are known so far."""

    def __init__(self, packets: Packets, store: Store, encapsulations: Encapsulations, oddities: Oddities) -> None:
        self.packets = packets
        self.store = store
        self.encapsulations = encapsulations
        self.oddities = oddities
        # The last one is for packets that came through no tunnel.
        self._depths = np.array([*(enclosing.depth for enclosing in encapsulations.places), 0])
        self._kinds = np.array([*(enclosing.tunnel.kind for enclosing in encapsulations.places), ""])

    def is_deep(self, rows: Ints) -> Bools:
        """Whether packets have come through so many tunnels that Zeek looks into no other."""
        deep: Bools = self._depths[self.packets.parent[rows]] >= TUNNEL_DEPTH
        return deep

    def read(self, rows: Ints, protocol: TunnelProtocol) -> Reading:
        """What a tunnel protocol makes of packets, however deep they are."""
        packets = self.packets
        nested = (self._kinds == protocol.kind)[packets.parent[rows]]
        size = packets.captured[rows].astype(np.int64)
        return protocol.read(Payloads(self.store, packets.offset[rows], size, packets.proto[rows], nested))

    def tell(self, rows: Ints, name: str, analyzer: str, addl: Sequence[str] = ()) -> None:
        """Something that weird.log tells of these packets."""
        ends = self.packets.src[rows], self.packets.dst[rows]
        self.oddities.tell(rows, name, analyzer, ends, addl)

    def tell_weirds(self, rows: Ints, reading: Reading, protocol: TunnelProtocol) -> None:
        """What a tunnel protocol found weird in these packets."""
        for weird in reading.weirds:
            places = np.flatnonzero(weird.where)
            values = [] if weird.value is None else weird.value[places].tolist()
            addl = [weird.form.format(value) for value in values]
            self.tell(rows[places], weird.name, weird.analyzer or protocol.analyzer, addl)

    def inner(self, frames: Found, place: Ints, tunnels: Sequence[Tunnel], *, whole: bool) -> Inner:
        """These frames, each in one of these tunnels: `place` says which."""
        row = frames[0]
        both = (self.packets.parent[row].astype(np.int64) + 1) * len(tunnels) + place
        pairs, inverse = np.unique(both, return_inverse=True)
        known = [
            self.encapsulations.place(pair // len(tunnels) - 1, tunnels[pair % len(tunnels)], whole=whole)
            for pair in pairs.tolist()
        ]
        return Inner(*frames, np.array(known, np.int64)[inverse])
