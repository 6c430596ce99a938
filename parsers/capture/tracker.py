"""From packets to connections: what conn.log says of each, and what its analysers are fed."""

import struct
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from heapq import heapify, heappop, heappush
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from parsers.capture import serving
from parsers.capture.clean import Clean, CleanFlows
from parsers.capture.columns import Column, columns
from parsers.capture.community_id import SCTP, community_id
from parsers.capture.conn_state import datagrams_state, tcp_state
from parsers.capture.datagrams import Datagrams, datagram_connection, datagram_connections, forgotten
from parsers.capture.exchanges import Exchange, Exchanges
from parsers.capture.flows import ICMP, ICMP6, TCP, UDP, Ends, Flows, Shard
from parsers.capture.lengths import odd_datagrams, odd_flows
from parsers.capture.origins import Origin
from parsers.capture.packets import CORRUPT, UNREAD, Ints, Packets
from parsers.capture.streams import datagrams
from parsers.capture.tcp import Tcp
from parsers.capture.tcp_flow import tcp_connections
from parsers.capture.tunnels.passage import NO_PASSAGE, Passage, passage
from parsers.capture.uid import connection_uid
from parsers.capture.weirds import Weird, Weirds
from parsers.capture.windows import note_recisions, shrinking
from parsers.limits import INT64_MAX, TUNNEL_CHANGES
from parsers.protocols import failure
from parsers.protocols.analyzer import Connection, Event, Mark
from parsers.protocols.expiry import first_at
from parsers.schema import Row
from parsers.site import is_local

Bools: TypeAlias = npt.NDArray[np.bool_]
# orig_pkts, orig_ip_bytes, resp_pkts, resp_ip_bytes.
Counts: TypeAlias = tuple[int, int, int, int]

_PORTS: Final = struct.Struct(">HH")
_NAMES: Final = {TCP: "tcp", UDP: "udp", ICMP: "icmp", ICMP6: "icmp"}
_UNKNOWN: Final = "unknown_transport"
_TOO_MANY_CHANGES: Final = "tunnel_max_changes_per_connection_exceeded"
# IGMP, IP in IP, IPv6 in IP and GRE: Zeek looks into them or through them, and they are no connections of their own
# (scripts/base/packet-protocols/{igmp,ip,gre}/main.zeek).
_NOT_CONNECTIONS: Final = frozenset((2, 4, 41, 47))


class Tracked:
    """One connection.

    last          the time of its last packet, nanoseconds UTC
    stop          the place after its last packet, among the packets of its flow
    ip_proto      the protocol number in the IP header
    community_id  what other tools call it
    passage       the tunnels that it came through
    carries       the tunnel protocols that it carries
    weirds        what its packets have for weird.log
    failures      what they have for analyzer.log
    """

    def __init__(
        self,
        connection: Connection,
        last: int,
        stop: int,
        ip_proto: int,
        community_id: str,
        passage: Passage,
        carries: Sequence[str],
        weirds: list[Row],
        failures: list[Row],
        first: Origin,
        cells: Callable[[Sequence[Mark]], Row],
        events: Iterator[Event],
    ) -> None:
        self.connection = connection
        self.last = last
        self.stop = stop
        self.ip_proto = ip_proto
        self.community_id = community_id
        self.passage = passage
        self.carries = carries
        self.weirds = weirds
        self.failures = failures
        self._first = first
        self._cells = cells
        self._events = events

    def row(self, service: str | None) -> Row:
        """Its row in conn.log, after its analysers have had their say, without what says of its frames."""
        c = self.connection
        if self.carries:
            service = ",".join(filter(None, (*self.carries, service)))
        first: Row = (c.start, c.uid, c.orig_h, c.orig_p, c.resp_h, c.resp_p, c.proto, service)
        last: Row = (self.passage.parents, self.ip_proto, self.community_id)
        return first + self._cells(c.marks) + last

    def origin(self) -> Origin:
        """Its first packet, after its analysers have had their say."""
        number, parent, answers = self._first
        return number, parent, answers != self.connection.turned

    def events(self) -> Iterator[Event]:
        """What its analysers are fed, in order; can be had once."""
        return self._events

    def let_go(self) -> None:
        """All has been asked: its packets are freed with it, although its analysers hold each other in circles."""
        self.connection.serving = self.connection.removal = None


def connections(packets: Packets, flows: Flows, shard: Shard) -> Iterator[Tracked]:
    """The connections of a shard, those of the same two addresses together and in the order in which they began."""
    tracker = _Tracker(packets, flows, shard)
    for pair in flows.of_pairs(shard):
        yield from tracker.in_order(pair)


class _Tracker:
    def __init__(self, packets: Packets, flows: Flows, shard: Shard) -> None:
        self.packets = packets
        self.carriers = packets.encapsulations.carriers
        self.base = int(flows.bounds[shard.first])
        stop = int(flows.bounds[shard.last])
        self.columns = columns(packets, flows, self.base, stop)
        order = flows.order[self.base : stop]
        backward = flows.backward[self.base : stop]
        # Zeek turns back at a header that it cannot read and at a wrong checksum, before it counts the packet.
        counted = (packets.flags[order] & UNREAD) == 0
        self.totals = _Totals(packets.ip_len[order].astype(np.int64), counted, backward)
        self.first = shard.first
        self.bounds = (flows.bounds[shard.first : shard.last + 1] - self.base).tolist()
        starts = flows.bounds[shard.first : shard.last]
        firsts = flows.order[starts]
        self.numbers = packets.number[order].data
        self.parent = packets.parent[order]
        self.parents = self.parent.data
        self.inside = _running(self.parent >= 0)
        self.proto = packets.proto[firsts].tolist()
        self.source = packets.src[firsts].tolist()
        self.target = packets.dst[firsts].tolist()
        sport, dport = flows.sport[shard.first : shard.last], flows.dport[shard.first : shard.last]
        self.sport, self.dport = sport.tolist(), dport.tolist()
        bounds, proto = np.array(self.bounds), packets.proto[order]
        self.shrinking = shrinking(self.columns, bounds, proto == TCP)
        is_tcp = np.array(self.proto) == TCP
        is_tcp[list(self.shrinking)] = False
        self.clean = CleanFlows(self.columns, packets.data, bounds, is_tcp)
        self.odd = odd_flows(self.columns, bounds, np.flatnonzero(np.isin(proto, (UDP, ICMP, ICMP6))))
        is_udp = np.array(self.proto) == UDP
        is_udp[list(self.odd)] = False
        self.exchanges = Exchanges(self.columns, packets.data, packets.clock, (bounds, sport, dport, is_udp))

    def in_order(self, flows: range) -> Iterator[Tracked]:
        """The connections of several flows in the order in which they began."""
        waiting: list[tuple[int, int, Iterator[Tracked] | None]]
        waiting = [(self.numbers[self.bounds[flow - self.first]], flow, None) for flow in flows]
        heapify(waiting)
        while waiting:
            _, flow, made = heappop(waiting)
            place = flow - self.first
            if made is None:
                if (only := self._only(place)) is not None:
                    yield only
                    continue
                made = self._each(place)
            tracked = next(made, None)
            if tracked is None:
                continue
            yield tracked
            if tracked.stop < self.bounds[place + 1]:
                heappush(waiting, (self.numbers[tracked.stop], flow, made))

    def _only(self, place: int) -> Tracked | None:
        """The connection of a flow of which columns tell that it is one."""
        if (clean := self.clean.get(place)) is not None:
            return self._clean(clean, self._ends(place))
        if (exchange := self.exchanges.get(place)) is not None:
            return self._exchange(exchange, self._ends(place))
        return None

    def _ends(self, place: int) -> Ends:
        names = self.packets.addresses
        addresses = names[self.source[place]], names[self.target[place]]
        return Ends(addresses, (self.sport[place], self.dport[place]))

    def _each(self, place: int) -> Iterator[Tracked]:
        """The connections of any other flow."""
        proto = self.proto[place]
        if proto in _NOT_CONNECTIONS:
            return
        ends = self._ends(place)
        start, stop = self.bounds[place], self.bounds[place + 1]
        c, packets = self.columns, self.packets
        if proto == TCP:
            for tcp in tcp_connections(c, packets, start, stop, ends):
                if place in self.shrinking:
                    note_recisions(tcp, c)
                yield self._tcp(tcp, ends, stop)
        else:
            for made in datagram_connections(c, packets, start, stop, ends, proto):
                yield self._datagrams(made, ends, proto, odd=place in self.odd)

    def _clean(self, clean: Clean, ends: Ends) -> Tracked:
        connection = self._connection(ends, 0, TCP, clean.first)
        connection.partial = clean.partial
        connection.established = clean.established
        connection.serving = partial(serving.of_clean, connection, clean)
        connection.removal = partial(self._over, clean, ends)
        events = self.clean.events(clean)
        cells = partial(self._clean_cells, clean, ends)
        return self._tracked(connection, clean.first, clean.stop, 0, TCP, clean.last, cells, events, None)

    def _over(self, clean: Clean, ends: Ends) -> int:
        """When Zeek forgets such a connection."""
        return self._at_last(first_at(self.packets.clock, clean.due(ends.ports)))

    def _at_last(self, over: int | None) -> int:
        """When Zeek forgets a connection that is over then: at last after the capture's last packet."""
        return int(self.packets.clock[-1]) + 1 if over is None else over

    def _clean_cells(self, clean: Clean, ends: Ends, marks: Sequence[Mark]) -> Row:
        if marks:
            return self._told(self._marked(clean.first, clean.stop, ends, marks), ends)
        counts = self.totals.between(clean.first, clean.stop, 0)
        return _cells(ends, 0, clean.last - clean.start, clean.sent, clean.state, 0, clean.history, counts)

    def _tcp(self, tcp: Tcp, ends: Ends, stop: int) -> Tracked:
        orig = tcp.orig.side
        connection = self._connection(ends, orig, TCP, tcp.first)
        connection.partial = tcp.partial
        connection.established = tcp.established
        connection.serving = partial(serving.of_tcp, connection, tcp, self.columns)
        connection.removal = partial(self._removed, connection, tcp, stop)
        connection.turned = orig != tcp.began
        events = tcp.out.events(orig, self.columns, self.packets)
        cells = partial(self._tcp_cells, tcp, ends)
        return self._tracked(connection, tcp.first, tcp.stop, orig, TCP, tcp.last, cells, events, tcp.weirds)

    def _removed(self, connection: Connection, tcp: Tcp, stop: int) -> int:
        """When Zeek forgets a TCP connection of a flow that ends at `stop`."""
        removed = self._at_last(tcp.timers.over(tcp.last, tcp.orig, tcp.resp, self.packets.clock))
        if tcp.stop < stop and self.columns.now[tcp.stop] < removed:
            connection.reused = True
            return self.columns.now[tcp.stop]
        return removed

    def _tcp_cells(self, tcp: Tcp, ends: Ends, marks: Sequence[Mark]) -> Row:
        return self._told(self._marked(tcp.first, tcp.stop, ends, marks) if marks else tcp, ends)

    def _marked(self, first: int, stop: int, ends: Ends, marks: Sequence[Mark]) -> Tcp:
        """The connection of these packets when analysers leave these marks in its history."""
        tcp = next(tcp_connections(self.columns, self.packets, first, stop, ends, marks))
        tcp.leave_marks(INT64_MAX)
        return tcp

    def _told(self, tcp: Tcp, ends: Ends) -> Row:
        orig, resp = tcp.orig, tcp.resp
        return _cells(
            ends,
            orig.side,
            tcp.last - tcp.start,
            (tcp.size_of(orig), tcp.size_of(resp)),
            tcp_state(tcp),
            tcp.missed,
            str(tcp.history),
            self.totals.between(tcp.first, tcp.stop, orig.side),
        )

    def _exchange(self, exchange: Exchange, ends: Ends) -> Tracked:
        first, stop = exchange.first, exchange.stop
        connection = self._connection(ends, 0, UDP, first)
        connection.serving = partial(serving.of_exchange, connection, exchange, self.columns)
        connection.removal = partial(self._at_last, exchange.over)
        events = datagrams(range(first, stop), 0, self.columns, self.packets)
        cells = partial(self._exchange_cells, exchange, ends)
        return self._tracked(connection, first, stop, 0, UDP, self.columns.ts[stop - 1], cells, events, None)

    def _exchange_cells(self, exchange: Exchange, ends: Ends, marks: Sequence[Mark]) -> Row:
        first, stop = exchange.first, exchange.stop
        if marks:
            return self._datagram_cells(datagram_connection(self.columns, first, stop, 0, UDP, marks), ends, UDP, ())
        state, history = ("S0", "D") if exchange.answered is None else ("SF", "Dd")
        duration = self.columns.ts[stop - 1] - self.columns.ts[first]
        return _cells(ends, 0, duration, exchange.sent, state, 0, history, self.totals.between(first, stop, 0))

    def _datagrams(self, made: Datagrams, ends: Ends, proto: int, *, odd: bool) -> Tracked:
        connection = self._connection(ends, made.orig, proto, made.first)
        connection.turned = made.orig != made.began
        if proto == UDP:
            connection.serving = partial(serving.of_datagrams, connection, made, self.columns)
            connection.removal = partial(self._forgotten, made, (connection.orig_p, connection.server_p))
        places: Sequence[int] = range(made.first, made.stop) if proto == UDP else ()
        weirds = None
        if odd:
            weirds = odd_datagrams(self.columns, made.first, made.stop, made.orig, _NAMES[proto].upper())
            places = [place for place in places if not self.columns.flags[place] & CORRUPT]
        events = datagrams(places, made.orig, self.columns, self.packets)
        last = self.columns.ts[made.last]
        cells = partial(self._datagram_cells, made, ends, proto)
        return self._tracked(connection, made.first, made.stop, made.orig, proto, last, cells, events, weirds)

    def _forgotten(self, made: Datagrams, ports: tuple[int, int]) -> int:
        """When Zeek forgets a UDP connection between these ports."""
        return self._at_last(forgotten(self.columns, self.packets, made, ports))

    def _datagram_cells(self, made: Datagrams, ends: Ends, proto: int, marks: Sequence[Mark]) -> Row:
        if marks:
            made = datagram_connection(self.columns, made.first, made.stop, made.began, proto, marks)
        return _cells(
            ends,
            made.orig,
            self.columns.ts[made.last] - self.columns.ts[made.first],
            (made.sent[0] or 0, made.sent[1] or 0) if proto in _NAMES else (0, 0),
            datagrams_state(made, proto),
            0,
            made.history,
            self._counts(made),
        )

    def _counts(self, made: Datagrams) -> Counts:
        """Packets and bytes; the packet that turns roles round counts for the side that it had before."""
        counts = (0, 0, 0, 0)
        orig = made.orig if len(made.flips) % 2 == 0 else 1 - made.orig
        start = made.first
        for flip in made.flips:
            counts = _add(counts, self.totals.between(start, flip, orig))
            counts = _add((*counts[2:], *counts[:2]), self.totals.between(flip, flip + 1, orig))
            orig, start = 1 - orig, flip + 1
        return _add(counts, self.totals.between(start, made.stop, orig))

    def _connection(self, ends: Ends, orig: int, proto: int, first: int) -> Connection:
        start = self.columns.ts[first]
        identifier = connection_uid(ends, orig, proto, start, self.numbers[first])
        orig_h, resp_h = ends.addresses[orig], ends.addresses[1 - orig]
        orig_p, resp_p = ends.ports[orig], ends.ports[1 - orig]
        return Connection(identifier, orig_h, orig_p, resp_h, resp_p, _NAMES.get(proto, _UNKNOWN), start)

    def _tracked(
        self,
        connection: Connection,
        first: int,
        stop: int,
        orig: int,
        proto: int,
        last: int,
        cells: Callable[[Sequence[Mark]], Row],
        events: Iterator[Event],
        weirds: Weirds | None,
    ) -> Tracked:
        came = NO_PASSAGE
        if self.inside[stop] > self.inside[first]:
            part = slice(first, stop)
            came = passage(self.packets.encapsulations, self.parent[part], self.columns.now[part])
            if came.lost is not None:
                connection.give_up(came.lost)
            for ts in came.beyond:
                weirds = weirds or Weirds()
                weirds.add(Weird(ts, orig, _TOO_MANY_CHANGES, str(TUNNEL_CHANGES), ""))
        carries: Sequence[str] = ()
        failed: list[Row] = []
        if (carrier := self.carriers.get(connection.uid)) is not None:
            for ts, name, source in carrier.weirds:
                weirds = weirds or Weirds()
                weirds.add(Weird(ts, orig, name, "", source))
            failed = [failure.of_packet(connection, *why) for why in carrier.failures]
            connection.marks += carrier.marks
            carries = carrier.services
        told = weirds.rows(connection, orig) if weirds else []
        # What turns the roles round later turns this round too.
        answers = (self.columns.side[first] != orig) != connection.turned
        return Tracked(
            connection,
            last,
            stop,
            proto,
            self._community_id(connection, proto, first, orig),
            came,
            carries,
            told,
            failed,
            (self.numbers[first], self.parents[first], answers),
            cells,
            events,
        )

    def _community_id(self, connection: Connection, proto: int, first: int, orig: int) -> str:
        ports = connection.orig_p, connection.resp_p
        if proto == SCTP and self.columns.captured[first] >= _PORTS.size:
            # Zeek's conn.log has none of these.
            sport, dport = _PORTS.unpack(self.packets.payload(self.columns.offset[first], _PORTS.size))
            ports = (sport, dport) if self.columns.side[first] == orig else (dport, sport)
        return community_id(proto, (connection.orig_h, ports[0]), (connection.resp_h, ports[1]))


class _Totals:
    """Packets and bytes of a stretch, by side, from running sums."""

    def __init__(self, ip_len: Ints, counted: Bools, backward: Bools) -> None:
        self.packets = _running(counted)
        self.packets_back = _running(counted & backward)
        self.bytes = _running(ip_len * counted)
        self.bytes_back = _running(ip_len * (counted & backward))

    def between(self, first: int, stop: int, orig: int) -> Counts:
        """orig_pkts, orig_ip_bytes, resp_pkts, resp_ip_bytes when `orig` is the originator's side."""
        back = self.packets_back[stop] - self.packets_back[first]
        back_bytes = self.bytes_back[stop] - self.bytes_back[first]
        fore = self.packets[stop] - self.packets[first] - back
        fore_bytes = self.bytes[stop] - self.bytes[first] - back_bytes
        return (back, back_bytes, fore, fore_bytes) if orig else (fore, fore_bytes, back, back_bytes)


def _running(values: Ints | Bools) -> Column:
    sums: Ints = np.concatenate((np.zeros(1, np.int64), np.cumsum(values, dtype=np.int64)))
    return sums.data


def _add(one: Counts, other: Counts) -> Counts:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3]


def _cells(
    ends: Ends,
    orig: int,
    duration: int,
    sent: tuple[int, int],
    state: str,
    missed: int,
    history: str,
    counts: Counts,
) -> Row:
    """The cells of a row after `service` and before `tunnel_parents`."""
    lasted = duration > 0
    return (
        duration if lasted else None,
        sent[0] if lasted else None,
        sent[1] if lasted else None,
        state,
        is_local(ends.addresses[orig]),
        is_local(ends.addresses[1 - orig]),
        missed,
        history or None,
        counts[0],
        counts[1],
        counts[2],
        counts[3],
    )
