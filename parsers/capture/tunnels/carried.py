"""Tunnels on UDP connections: which frames count, and what conn.log says of the connections.

Source: Zeek, src/packet_analysis/Analyzer.cc (confirmed, violated), and each protocol's analyser for what it does when
a connection is violated or too deep.
"""

import numpy as np

from parsers.capture.datagrams import QUIET
from parsers.capture.headers import Ints
from parsers.capture.tunnels.carriers import Carriers
from parsers.capture.tunnels.encapsulation import Tunnel
from parsers.capture.tunnels.layer import Inner, Layer
from parsers.capture.tunnels.reading import Bools, TunnelProtocol


def carried(layer: Layer, carriers: Carriers, places: Ints, protocol: TunnelProtocol, clock: Ints) -> Inner:
    """The frames in those datagrams of connections that a tunnel protocol looks at; `clock` is the whole capture's."""
    rows, connection = carriers.row[places], carriers.connection[places]
    reading = layer.read(rows, protocol)
    still = _before_first(connection, reading.violates)
    _confirm(layer, carriers, places[reading.confirms & still], protocol)
    if not protocol.forgives:
        reading.pass_over(~still)
        _mark(layer, carriers, places[layer.is_deep(rows) & still])
    found = reading.frames(np.arange(len(rows)))
    used, place = np.unique(connection[found[0]], return_inverse=True)
    tunnels = [_tunnel(layer, carriers, number, protocol, clock) for number in used.tolist()]
    return layer.inner((rows[found[0]], *found[1:]), place, tunnels, whole=False)


def _before_first(connection: Ints, violates: Bools) -> Bools:
    """Whether a datagram came before the first one that violated its connection; each connection's are in order."""
    bad = np.flatnonzero(violates)
    first = np.full(int(connection.max(initial=-1)) + 1, len(connection))
    first[connection[bad[::-1]]] = bad[::-1]
    before: Bools = np.arange(len(connection)) < first[connection]
    return before


def _confirm(layer: Layer, carriers: Carriers, places: Ints, protocol: TunnelProtocol) -> None:
    """The protocol is sure of the connections of these datagrams."""
    connection = carriers.connection[places]
    if protocol.both_sides:
        is_orig = carriers.is_orig[places]
        connection = np.intersect1d(connection[is_orig], connection[~is_orig])
    for number in np.unique(connection).tolist():
        layer.encapsulations.carrier(carriers.uid(number)).services.append(protocol.name)


def _mark(layer: Layer, carriers: Carriers, places: Ints) -> None:
    """These datagrams may hold tunnels that are too deep to look into."""
    numbers, firsts = np.unique(carriers.connection[places], return_index=True)
    for number, place in zip(numbers.tolist(), places[firsts].tolist(), strict=True):
        mark = int(layer.packets.clock[carriers.row[place]]), "X"
        layer.encapsulations.carrier(carriers.uid(number)).marks.append(mark)


def _tunnel(layer: Layer, carriers: Carriers, number: int, protocol: TunnelProtocol, clock: Ints) -> Tunnel:
    """The tunnel on a connection; when the connection is over is noted."""
    uid = carriers.uid(number)
    _, _, orig, ends = carriers.connections[number]
    over = int(np.searchsorted(clock, carriers.last(number) + QUIET))
    layer.encapsulations.carrier(uid).closed = int(clock[over]) if over < len(clock) else None
    resp = 1 - orig
    return Tunnel(uid, ends.addresses[orig], ends.ports[orig], ends.addresses[resp], ends.ports[resp], protocol.kind)
