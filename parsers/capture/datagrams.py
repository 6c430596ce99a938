"""Connections of protocols without a state of their own: UDP, ICMP and all others.

Source: Zeek, src/packet_analysis/protocol/{udp/UDP,udp/UDPSessionAdapter,icmp/ICMP}.cc, times from
scripts/base/init-bare.zeek.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from parsers.capture.columns import Columns
from parsers.capture.flows import UDP, Ends
from parsers.capture.history import is_written
from parsers.capture.packets import CORRUPT, Packets
from parsers.capture.ports import DNS_UDP, SERVER_UDP
from parsers.limits import DNS_QUESTIONS, VIOLATION_BYTES
from parsers.protocols.analyzer import Mark
from parsers.protocols.expiry import first_at

SECOND: Final = 1_000_000_000
# How long one of these may be silent.
QUIET: Final = 60 * SECOND
# The packets of a flow from which on columns are faster than a loop.
_MANY: Final = 64
DNS_LOOK: Final = 10 * SECOND
DNS_QUIET: Final = 9 * SECOND
# DNS's operations that are read: query, notify, update; NetBIOS has others.
DNS_HEADER, _DNS_READ, _NETBIOS = 12, frozenset((0, 4, 5)), 137


@dataclass(slots=True)
class Datagrams:
    """The packets from `first` to before `stop` that make a connection.

    began    the side that was taken for the originator when the first packet came
    orig     the side that is taken for it in the end
    last     the last packet that counted, the first one where none did
    sent     bytes of payload that the originator and the responder of the time sent, None when no packet
    flips    the packets at which roles turned round
    """

    first: int
    stop: int
    began: int
    orig: int
    last: int
    history: str = ""
    flips: list[int] = field(default_factory=list)
    sent: list[int | None] = field(default_factory=lambda: [None, None])


def datagram_connections(
    c: Columns, packets: Packets, start: int, stop: int, ends: Ends, proto: int
) -> Iterator[Datagrams]:
    """The connections in the packets from `start` to before `stop`, all of one flow."""
    for first, last, orig in runs(c, packets, start, stop, ends, proto):
        yield datagram_connection(c, first, last, orig, proto)


def runs(c: Columns, packets: Packets, start: int, stop: int, ends: Ends, proto: int) -> Iterator[tuple[int, int, int]]:
    """Where each of these connections begins and stops, and the side that is taken for its originator at first."""
    first = start
    while first < stop:
        orig = _first_orig(c.side[first], ends, proto)
        watched = proto == UDP and ends.ports[1 - orig] in DNS_UDP
        last = _run(c, packets, first, stop, watched=watched, netbios=_NETBIOS in ends.ports)
        yield first, last, orig
        first = last


def _first_orig(side: int, ends: Ends, proto: int) -> int:
    source, target = ends.ports[side], ends.ports[1 - side]
    turned = proto == UDP and source in SERVER_UDP and target not in SERVER_UDP and not ends.is_broadcast(1 - side)
    return 1 - side if turned else side


def _run(c: Columns, packets: Packets, first: int, stop: int, *, watched: bool, netbios: bool) -> int:
    """Where the connection that begins at `first` has been ended by a timer; `watched` by DNS's own too."""
    ts, now, clock = c.ts, c.now, packets.clock
    last = ts[first]
    due = now[first] + DNS_LOOK
    few = stop if watched or _has_corrupt(c, first + _MANY, stop) else min(first + _MANY, stop)
    for i in range(first + 1, few):
        time = now[i]
        if time - last >= QUIET:
            return i
        while watched and due <= time:
            fired = int(clock[clock.searchsorted(due)])
            if fired - last >= DNS_QUIET:
                if not _is_no_dns(c, packets, first, i - 1, netbios):
                    return i
                watched = False
            due = fired + DNS_LOOK
        if not c.flags[i] & CORRUPT:
            last = ts[i]
    return _silence(c, few, stop)


def _has_corrupt(c: Columns, start: int, stop: int) -> bool:
    return start < stop and bool((np.asarray(c.flags[start:stop]) & CORRUPT).any())


def _silence(c: Columns, start: int, stop: int) -> int:
    """The first packet, from `start` on, before which it was quiet for too long; `stop` when there is none."""
    size = _MANY
    while start < stop:
        end = min(start + size, stop)
        waits = np.asarray(c.now[start:end]) - np.asarray(c.ts[start - 1 : end - 1])
        quiet = np.flatnonzero(waits >= QUIET)
        if len(quiet):
            return start + int(quiet[0])
        start, size = end, size * 2
    return stop


def _is_no_dns(c: Columns, packets: Packets, first: int, stop: int, netbios: bool) -> bool:
    """Whether one of these packets made Zeek's DNS analyser leave, its timer with it when the next packet came.

    Source: Zeek, src/analyzer/protocol/dns/DNS.cc (ParseMessage), base/frameworks/analyzer/dpd.zeek.
    """
    size = 0
    for i in range(first, stop):
        if c.flags[i] & CORRUPT:
            continue
        size += c.length[i]
        if size > VIOLATION_BYTES:
            return False
        payload = packets.payload(c.offset[i], c.captured[i])
        is_read = len(payload) >= DNS_HEADER and (netbios or payload[2] >> 3 & 15 in _DNS_READ)
        if is_read and payload[4] << 8 | payload[5] > DNS_QUESTIONS:
            return True
    return False


def datagram_connection(
    c: Columns, first: int, stop: int, orig: int, proto: int, marks: Sequence[Mark] = ()
) -> Datagrams:
    """The connection that these packets make when analysers leave these marks in its history."""
    made = Datagrams(first, stop, orig, orig, first)
    corrupt = [0, 0]
    history = ["^"] if proto == UDP and orig != c.side[first] else []
    left = list(reversed(marks))
    for i in range(first, stop):
        role = int(c.side[i] != made.orig)
        if c.flags[i] & CORRUPT:
            corrupt[role] += 1
            if proto == UDP and is_written(corrupt[role]):
                history.append("Cc"[role])
            continue
        made.last = i
        made.sent[role] = (made.sent[role] or 0) + c.length[i]
        letters = "Dd"[role] if proto == UDP else ""
        while left and left[-1][0] <= c.now[i]:
            letters += left.pop()[1]
        for letter in letters:
            if letter == "^":
                made.flips.append(i)
                made.orig = 1 - made.orig
            if letter == "^" or letter not in history:
                history.append(letter)
    made.history = "".join(history)
    return made


def forgotten(c: Columns, packets: Packets, made: Datagrams, ports: tuple[int, int]) -> int | None:
    """When a UDP connection to the second of these ports is over; None when the capture ends before."""
    clock = packets.clock
    last = c.ts[made.last]
    over = first_at(clock, last + QUIET)
    if ports[1] not in DNS_UDP or _is_no_dns(c, packets, made.first, made.stop, _NETBIOS in ports):
        return over
    look = first_at(clock, c.now[made.first] + DNS_LOOK)
    while look is not None and look - last < DNS_QUIET:
        look = first_at(clock, look + DNS_LOOK)
    return look if over is None or (look is not None and look < over) else over
