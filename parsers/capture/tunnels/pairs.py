"""Tunnels between two addresses: each pair has one identifier, whatever the tunnel protocol, for as long as it is used.

Source: Zeek, src/packet_analysis/protocol/iptunnel/IPTunnel.cc.
"""

from collections.abc import Sequence

import numpy as np

from parsers.capture.headers import Ints
from parsers.capture.packets import Packets
from parsers.capture.tunnels import ip
from parsers.capture.tunnels.encapsulation import Tunnel
from parsers.capture.tunnels.layer import TOO_DEEP, Inner, Layer
from parsers.capture.tunnels.reading import Found, TunnelProtocol
from parsers.capture.tunnels.registry import TUNNELS
from parsers.capture.uid import uid
from parsers.limits import TUNNEL_PAIR_TIMEOUT


class Pairs:
    """The tunnels between the addresses of one capture, whose clock is `clock`."""

    def __init__(self, clock: Ints) -> None:
        self._clock = clock
        self._tunnels: dict[int, Tunnel] = {}

    def inner(self, layer: Layer, asked: Sequence[tuple[int, Ints]]) -> Inner:
        """The frames in packets of tunnel protocols: (the protocol's place in TUNNELS, rows of packets)."""
        parts = [(_frames(layer, rows, TUNNELS[kind]), kind) for kind, rows in asked]
        columns = [np.concatenate(column) for column in zip(*(frames for frames, _ in parts), strict=True)]
        kind = np.concatenate([np.full(len(frames[0]), kind) for frames, kind in parts])
        # The first packet between two addresses says what the tunnel is and who began it.
        order = np.argsort(columns[0], kind="stable")
        row, at, size, link = (column[order] for column in columns)
        place, tunnels = self._of(layer.packets, row, kind[order])
        return layer.inner((row, at, size, link), place, tunnels, whole=True)

    def _of(self, packets: Packets, rows: Ints, kind: Ints) -> tuple[Ints, list[Tunnel]]:
        """The tunnel of each of these rows, which ascend, as a place in a list."""
        src, dst = packets.src[rows].astype(np.int64), packets.dst[rows].astype(np.int64)
        pair = np.minimum(src, dst) << 32 | np.maximum(src, dst)
        pairs, inverse, counts = np.unique(pair, return_inverse=True, return_counts=True)
        order = np.argsort(inverse, kind="stable")
        stops = np.cumsum(counts).tolist()
        found: list[Tunnel] = []
        place = np.empty(len(rows), np.int64)
        for key, start, stop in zip(pairs.tolist(), [0, *stops], stops, strict=False):
            uses = order[start:stop]
            for life in self._lives(packets.clock[rows[uses]]):
                first = uses[life.start]
                if life.start or key not in self._tunnels:
                    self._tunnels[key] = _tunnel(packets, int(rows[first]), TUNNELS[kind[first]].kind)
                place[uses[life]] = len(found)
                found.append(self._tunnels[key])
        return place, found

    def _lives(self, times: Ints) -> list[slice]:
        """The uses of one pair, cut where it was forgotten: a timer looks once in a while whether it is idle."""
        starts = [0]
        due = int(times[0]) + TUNNEL_PAIR_TIMEOUT
        for use in (np.flatnonzero(np.diff(times) >= TUNNEL_PAIR_TIMEOUT) + 1).tolist():
            now, last = int(times[use]), int(times[use - 1])
            while due <= now:
                fired = int(self._clock[np.searchsorted(self._clock, due)])
                due = fired + TUNNEL_PAIR_TIMEOUT
                if fired - last >= TUNNEL_PAIR_TIMEOUT:
                    starts.append(use)
                    due = now + TUNNEL_PAIR_TIMEOUT
                    break
        return [slice(start, stop) for start, stop in zip(starts, [*starts[1:], len(times)], strict=True)]


def _frames(layer: Layer, rows: Ints, protocol: TunnelProtocol) -> Found:
    """The frames in packets of a tunnel protocol; how deep they are is looked at last."""
    reading = layer.read(rows, protocol)
    deep = reading.forget(layer.is_deep(rows), ip.ANALYZER)
    layer.tell(rows[deep], TOO_DEEP, ip.ANALYZER)
    layer.tell_weirds(rows, reading, protocol)
    return reading.frames(rows)


def _tunnel(packets: Packets, row: int, kind: str) -> Tunnel:
    """The tunnel that begins with a packet."""
    names = packets.addresses
    source, target = names[packets.src[row]], names[packets.dst[row]]
    identifier = uid(kind, source, target, int(packets.ts[row]), int(packets.number[row]))
    return Tunnel(identifier, source, 0, target, 0, kind)
