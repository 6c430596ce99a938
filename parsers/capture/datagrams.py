"""Connections of protocols without a state of their own: UDP, ICMP and all others.

Source: Zeek, src/packet_analysis/protocol/{udp/UDP,udp/UDPSessionAdapter,icmp/ICMP}.cc, src/analyzer/protocol/
dns/DNS.cc and ntp/ntp-analyzer.pac (who turns roles round), times from scripts/base/init-bare.zeek.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from parsers.capture.columns import Columns
from parsers.capture.flows import UDP, Ends
from parsers.capture.packets import Ints, Packets
from parsers.capture.ports import DNS_UDP, NTP_UDP, SERVER_UDP

SECOND = 1_000_000_000
_QUIET = 60 * SECOND
_DNS_LOOK = 10 * SECOND
_DNS_QUIET = 9 * SECOND
# DNS operations that are looked into: query, notify, update.
_DNS_KNOWN = frozenset((0, 4, 5))
_NETBIOS = 137
_NTP_BYTES = 48
_NTP_CLIENT, _NTP_SERVER = 3, 4


@dataclass(slots=True)
class Datagrams:
    """The packets from `first` to before `stop` that make a connection.

    orig     the side that is taken for the originator in the end
    sent     bytes of payload that the originator and the responder of the time sent, None when no packet
    flips    the packets at which roles turned round
    """

    first: int
    stop: int
    orig: int
    history: str = ""
    flips: list[int] = field(default_factory=list)
    sent: list[int | None] = field(default_factory=lambda: [None, None])


def datagram_connections(
    c: Columns, packets: Packets, start: int, stop: int, ends: Ends, proto: int
) -> Iterator[Datagrams]:
    """The connections in the packets from `start` to before `stop`, all of one flow."""
    first = start
    while first < stop:
        orig = _first_orig(c.side[first], ends, proto)
        watched = proto == UDP and ends.ports[1 - orig] in DNS_UDP
        last = _run(c, packets.clock, first, stop, watched=watched)
        yield _connection(c, packets, first, last, orig, ends, proto)
        first = last


def _first_orig(side: int, ends: Ends, proto: int) -> int:
    source, target = ends.ports[side], ends.ports[1 - side]
    turned = proto == UDP and source in SERVER_UDP and target not in SERVER_UDP and not ends.is_broadcast(1 - side)
    return 1 - side if turned else side


def _run(c: Columns, clock: Ints, first: int, stop: int, *, watched: bool) -> int:
    """Where the connection that begins at `first` has been ended by a timer; `watched` by DNS's own too."""
    ts, now = c.ts, c.now
    last = ts[first]
    due = now[first] + _DNS_LOOK
    for i in range(first + 1, stop):
        time = now[i]
        if time - last >= _QUIET:
            return i
        while watched and due <= time:
            fired = int(clock[np.searchsorted(clock, due)])
            if fired - last >= _DNS_QUIET:
                return i
            due = fired + _DNS_LOOK
        last = ts[i]
    return stop


def _connection(c: Columns, packets: Packets, first: int, stop: int, orig: int, ends: Ends, proto: int) -> Datagrams:
    made = Datagrams(first, stop, orig)
    roles = _Roles(ends, orig)
    history = ["^"] if proto == UDP and orig != c.side[first] else []
    dns = proto == UDP and ends.ports[1 - orig] in DNS_UDP
    ntp = proto == UDP and ends.ports[1 - orig] == NTP_UDP
    for i in range(first, stop):
        role = int(c.side[i] != roles.orig)
        made.sent[role] = (made.sent[role] or 0) + c.length[i]
        if proto == UDP and "Dd"[role] not in history:
            history.append("Dd"[role])
        if dns or ntp:
            payload = packets.payload(c.offset[i], c.captured[i])
            for letter in roles.dns(payload, role) if dns else roles.ntp(payload, role):
                if letter == "^":
                    made.flips.append(i)
                if letter == "^" or letter not in history:
                    history.append(letter)
    made.orig = roles.orig
    made.history = "".join(history)
    return made


class _Roles:
    """Who is the originator, while DNS and NTP messages say otherwise."""

    def __init__(self, ends: Ends, orig: int) -> None:
        self.ends = ends
        self.orig = orig
        self.dns_first = True
        self.netbios = _NETBIOS in ends.ports
        self.ntp_turned = [False, False]

    def dns(self, payload: memoryview | bytes, role: int) -> str:
        """The letters that a message adds to the history: ^ the first one was a reply, X not looked into."""
        if len(payload) < 12:
            return ""
        operation = payload[2] >> 3 & 15
        if operation not in _DNS_KNOWN and not self.netbios:
            return "X"
        letters = ""
        if self.dns_first and role == 0 and payload[2] & 0x80 and not _is_multicast(self.ends.addresses[1 - self.orig]):
            self.orig = 1 - self.orig
            letters = "^"
        self.dns_first = False
        return letters

    def ntp(self, payload: memoryview | bytes, role: int) -> str:
        if len(payload) < _NTP_BYTES or self.ntp_turned[role]:
            return ""
        mode = payload[0] & 7
        if mode != (_NTP_CLIENT if role else _NTP_SERVER):
            return ""
        self.ntp_turned[role] = True
        self.orig = 1 - self.orig
        return "^"


def _is_multicast(address: str) -> bool:
    """What Zeek takes for a multicast address (src/IPAddr.h): of IPv4's only those in 224.0.0.0/8."""
    return address.startswith("224.") or (address.startswith("ff") and address.find(":") == 4)
