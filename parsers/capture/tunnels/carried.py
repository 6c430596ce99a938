"""Tunnels on UDP connections: which frames count, and what conn.log says of the connections.

Source: Zeek, src/packet_analysis/Analyzer.cc (confirmed, violated), and each protocol's analyser for what it does when
a connection is violated or too deep.
"""

import numpy as np

from parsers.capture.datagrams import QUIET
from parsers.capture.headers import Ints
from parsers.capture.tunnels.carriers import Carriers
from parsers.capture.tunnels.encapsulation import Tunnel
from parsers.capture.tunnels.layer import TOO_DEEP, Inner, Layer
from parsers.capture.tunnels.reading import Bools, Reading, TunnelProtocol


def carried(layer: Layer, carriers: Carriers, places: Ints, protocol: TunnelProtocol, clock: Ints) -> Inner:
    """The frames in those datagrams of connections that a tunnel protocol looks at; `clock` is the whole capture's."""
    rows, connection = carriers.row[places], carriers.connection[places]
    reading = layer.read(rows, protocol)
    deep = layer.is_deep(rows)
    reading.forget(deep)
    still = _before_first(connection, reading.violates)
    confirmed = _confirmed(carriers, places[reading.confirms & still], protocol)
    lost = np.zeros(0, np.int64)
    _tell_failures(layer, carriers, places, reading, protocol, confirmed)
    if protocol.forgives:
        layer.oddities.tell(rows[deep], "tunnel_depth", protocol.analyzer, anywhere=True)
    else:
        reading.forget(~still & ~reading.violates)
        lost = places[deep & still]
        layer.tell(rows[deep & still], TOO_DEEP, protocol.analyzer)
    layer.tell_weirds(rows, reading, protocol)
    for name, where in reading.notes.items():
        _note(layer, carriers, places[where], name, protocol)
    found = reading.frames(np.arange(len(rows)))
    used, place = np.unique(connection[found[0]], return_inverse=True)
    _tell(layer, carriers, protocol, confirmed, lost)
    tunnels = _tunnels(layer, carriers, used, protocol, clock)
    return layer.inner((rows[found[0]], *found[1:]), place, tunnels, whole=False)


def _tell_failures(
    layer: Layer, carriers: Carriers, places: Ints, reading: Reading, protocol: TunnelProtocol, confirmed: Ints
) -> None:
    """Say of connections why Zeek's analyser gave them up, once of each; some were confirmed before."""
    bad = np.flatnonzero(reading.violates)
    numbers, firsts = np.unique(carriers.connection[places[bad]], return_index=True)
    known = np.isin(numbers, confirmed).tolist()
    for uid, place, was_known in zip(carriers.uids(numbers), bad[firsts].tolist(), known, strict=True):
        row = carriers.row[places[place]]
        packets = layer.packets
        shown = bytes(packets.payload(int(packets.offset[row]), int(packets.captured[row]))) if protocol.shows else None
        now, (reason, weird) = int(packets.clock[row]), reading.reasons[reading.why[place]]
        carrier = layer.encapsulations.carrier(uid)
        if weird and was_known:
            carrier.weirds.append((now, weird, protocol.analyzer))
        carrier.failures.append((now, protocol.analyzer, reason, shown))


def _note(layer: Layer, carriers: Carriers, places: Ints, name: str, protocol: TunnelProtocol) -> None:
    """Say of connections what is weird in these of their datagrams."""
    times = layer.packets.clock[carriers.row[places]].tolist()
    for uid, time in zip(carriers.uids(carriers.connection[places]), times, strict=True):
        layer.encapsulations.carrier(uid).weirds.append((time, name, protocol.analyzer))


def _before_first(connection: Ints, violates: Bools) -> Bools:
    """Whether a datagram came before the first one that violated its connection; each connection's are in order."""
    bad = np.flatnonzero(violates)
    first = np.full(int(connection.max(initial=-1)) + 1, len(connection))
    first[connection[bad[::-1]]] = bad[::-1]
    before: Bools = np.arange(len(connection)) < first[connection]
    return before


def _confirmed(carriers: Carriers, places: Ints, protocol: TunnelProtocol) -> Ints:
    """The connections of which the protocol is sure after these datagrams."""
    connection = carriers.connection[places]
    if protocol.both_sides:
        is_orig = carriers.is_orig[places]
        return np.intersect1d(connection[is_orig], connection[~is_orig])
    return np.unique(connection)


def _tell(layer: Layer, carriers: Carriers, protocol: TunnelProtocol, confirmed: Ints, lost: Ints) -> None:
    """What conn.log is to say: these connections are the protocol's, those datagrams are too deep to be looked into."""
    for uid in carriers.uids(confirmed):
        layer.encapsulations.carrier(uid).services.append(protocol.name)
    numbers, firsts = np.unique(carriers.connection[lost], return_index=True)
    times = layer.packets.clock[carriers.row[lost[firsts]]]
    for uid, time in zip(carriers.uids(numbers), times.tolist(), strict=True):
        layer.encapsulations.carrier(uid).marks.append((time, "X"))


def _tunnels(layer: Layer, carriers: Carriers, numbers: Ints, protocol: TunnelProtocol, clock: Ints) -> list[Tunnel]:
    """The tunnels on connections; when each connection is over is noted."""
    over = np.searchsorted(clock, carriers.last(numbers) + QUIET).tolist()
    made = []
    for number, uid, place in zip(numbers.tolist(), carriers.uids(numbers), over, strict=True):
        layer.encapsulations.carrier(uid).closed = int(clock[place]) if place < len(clock) else None
        _, _, orig, ends = carriers.connections[number]
        (orig_h, resp_h), (orig_p, resp_p) = (pair if orig == 0 else pair[::-1] for pair in ends)
        made.append(Tunnel(uid, orig_h, orig_p, resp_h, resp_p, protocol.kind))
    return made
