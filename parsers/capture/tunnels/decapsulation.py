"""From the packets of one depth to the frames inside them.

Source: Zeek, src/packet_analysis/protocol/iptunnel/IPTunnel.cc.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from parsers.capture.formats.index import Index
from parsers.capture.frames import Frames
from parsers.capture.headers import IGMP, Ints
from parsers.capture.packet_weirds import PacketWeirds
from parsers.capture.packets import Packets
from parsers.capture.store import Store
from parsers.capture.tunnels.candidates import Columns, candidates
from parsers.capture.tunnels.carried import carried
from parsers.capture.tunnels.carriers import carriers
from parsers.capture.tunnels.encapsulation import Encapsulations
from parsers.capture.tunnels.layer import Inner, Layer
from parsers.capture.tunnels.pairs import Pairs
from parsers.capture.tunnels.registry import TUNNELS


class Decapsulation:
    """All tunnels of a capture, one depth after the other."""

    def __init__(self, index: Index, clock: Ints, store: Store, addresses: list[str], weirds: PacketWeirds) -> None:
        self.encapsulations = Encapsulations()
        self._index = index
        self._clock = clock
        self._store = store
        self._addresses = addresses
        self._weirds = weirds
        self._pairs = Pairs(clock)

    def inside(self, blocks: Sequence[Columns]) -> Frames:
        """The frames inside packets, which are all of one depth and come in blocks of columns."""
        columns, content = candidates(blocks, self._store)
        packets = self._packets(columns)
        oddities = self._weirds.of(packets.number, packets.parent >= 0)
        layer = Layer(packets, self._store, self.encapsulations, oddities)
        self._see_igmp(packets)
        numbers = [(kind, number) for kind, protocol in enumerate(TUNNELS) for number in protocol.numbers]
        between = [(kind, np.flatnonzero(packets.proto == number)) for kind, number in numbers]
        found: list[Inner] = []
        on = carriers(packets, content)
        for kind in np.unique(on.kind[on.kind > 0]).tolist():
            places = np.flatnonzero(on.kind == kind)
            if TUNNELS[kind - 1].between_addresses:
                between.append((kind - 1, on.row[places]))
            else:
                found.append(carried(layer, on, places, TUNNELS[kind - 1], self._clock))
        found.append(self._pairs.inner(layer, between))
        return self._frames(packets, found)

    def _packets(self, columns: dict[str, Any]) -> Packets:
        ts = self._index.ts[columns["number"]]
        columns |= {"ts": ts - ts % 1000, "clock": self._clock[columns["number"]]}
        return Packets(**columns, addresses=self._addresses, data=self._store.data, extra=self._store.extra)

    def _see_igmp(self, packets: Packets) -> None:
        """Zeek without Spicy makes connections of IGMP's messages, and so finds the tunnel around them."""
        rows = np.flatnonzero((packets.proto == IGMP) & (packets.parent >= 0))
        parents, firsts = np.unique(packets.parent[rows], return_index=True)
        times = packets.clock[rows[firsts]]
        self.encapsulations.seen += zip(times.tolist(), parents.tolist(), strict=True)

    def _frames(self, packets: Packets, found: Sequence[Inner]) -> Frames:
        """All of them in the order of the packets that they lie in."""
        columns = [
            np.concatenate([np.zeros(0, np.int64), *(getattr(each, name) for each in found)])
            for name in Inner.__slots__
        ]
        order = np.argsort(columns[0], kind="stable")
        row, at, size, link, parent = (column[order] for column in columns)
        number = packets.number[row]
        # What was not captured of the packet is not captured of what it holds, unless it was put together.
        whole = np.array([*(enclosing.whole for enclosing in self.encapsulations.places), False])[parent]
        whole |= at >= self._store.edge
        missing = np.where(whole, 0, self._index.wire[number] - self._index.captured[number])
        return Frames(number, at, size, size + missing, link, parent.astype(np.int32))
