"""Flows of UDP that are one connection and nothing else: what they come to is read off columns.

No timer ends one before its last packet, its first sender is taken for its originator, and every checksum is right. The
row is that of the loop over packets (`datagrams`), which stays for all other flows.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from parsers.capture.columns import Columns
from parsers.capture.datagrams import DNS_HEADER, DNS_LOOK, DNS_QUIET, QUIET
from parsers.capture.headers import Ints
from parsers.capture.packets import CORRUPT
from parsers.capture.ports import DNS_UDP, SERVER_UDP
from parsers.limits import DNS_QUESTIONS

Bools: TypeAlias = npt.NDArray[np.bool_]

_SERVERS, _NAMES = (np.array(sorted(ports)) for ports in (SERVER_UDP, DNS_UDP))
_NEVER = np.iinfo(np.int64).max


class Exchange:
    """One such connection; side 0 is the originator.

    first, stop  the places of its first packet and after its last one
    sent         the bytes of both sides
    answered     when the other side's first datagram came, None where none did
    over         when Zeek forgets it, None when the capture ends before
    """

    __slots__ = ("answered", "first", "over", "sent", "stop")

    def __init__(self, first: int, stop: int, sent: tuple[int, int], answered: int | None, over: int | None) -> None:
        self.first = first
        self.stop = stop
        self.sent = sent
        self.answered = answered
        self.over = over


class Exchanges:
    """Those of a shard."""

    def __init__(self, c: Columns, data: memoryview, clock: Ints, flows: tuple[Ints, Ints, Ints, Bools]) -> None:
        """The flows are their bounds among the packets, the ports of both sides, and which of them are UDP's."""
        bounds, sport, dport, is_udp = flows
        self._cells: dict[int, tuple[int, int, tuple[int, int], int | None, int | None]] = {}
        (places,) = np.nonzero(is_udp & (~np.isin(sport, _SERVERS) | np.isin(dport, _SERVERS)))
        if not len(places):
            return
        first, stop = bounds[places], bounds[places + 1]
        ts, now, side = np.asarray(c.ts), np.asarray(c.now), np.asarray(c.side)
        spoils = np.asarray(c.flags) & CORRUPT > 0
        spoils[1:] |= now[1:] - ts[:-1] >= QUIET
        # A flow's first packet follows another's last.
        spoils[bounds[:-1]] = np.asarray(c.flags)[bounds[:-1]] & CORRUPT > 0
        watched = np.isin(dport[places], _NAMES)
        due = np.where(watched, now[first] + DNS_LOOK, _NEVER)
        good = (_sums(spoils, first, stop) == 0) & (now[stop - 1] < due)
        good[watched] &= _sums(_may_be_no_dns(c, data), first[watched], stop[watched]) == 0
        places, first, stop, watched = places[good], first[good], stop[good], watched[good]
        length = np.asarray(c.length).astype(np.int64)
        sent = [_sums(np.where(side == each, length, 0), first, stop).tolist() for each in (0, 1)]
        self._cells = dict(
            zip(
                places.tolist(),
                zip(
                    first.tolist(),
                    stop.tolist(),
                    zip(*sent, strict=True),
                    _answered(now, side, first, stop),
                    _over(clock, ts[stop - 1], now[first], watched),
                    strict=True,
                ),
                strict=True,
            )
        )

    def get(self, flow: int) -> Exchange | None:
        """A flow of the shard, where it is one."""
        cells = self._cells.get(flow)
        if cells is None:
            return None
        first, stop, sent, answered, over = cells
        return Exchange(first, stop, sent, answered, over)


def _sums(values: Ints | Bools, first: Ints, stop: Ints) -> Ints:
    """The sums of the values from each first to before each stop."""
    running = np.concatenate((np.zeros(1, np.int64), np.cumsum(values, dtype=np.int64)))
    sums: Ints = running[stop] - running[first]
    return sums


def _may_be_no_dns(c: Columns, data: memoryview) -> Bools:
    """Which datagrams might ask more than any message of DNS does, if that is what they are."""
    offset, captured = np.asarray(c.offset), np.asarray(c.captured)
    inside = (captured >= DNS_HEADER) & (offset + DNS_HEADER <= len(data))
    octets = np.frombuffer(data, np.uint8)
    at = offset[inside]
    many: Bools = offset + captured > len(data)
    many[inside] |= octets[at + 4].astype(np.int64) << 8 | octets[at + 5] > DNS_QUESTIONS
    return many


def _answered(now: Ints, side: npt.NDArray[np.uint8], first: Ints, stop: Ints) -> list[int | None]:
    (answers,) = np.nonzero(side)
    place = np.searchsorted(answers, first)
    (has,) = np.nonzero(place < np.searchsorted(answers, stop))
    times: list[int | None] = [None] * len(first)
    for flow, time in zip(has.tolist(), now[answers[place[has]]].tolist(), strict=True):
        times[flow] = time
    return times


def _over(clock: Ints, last: Ints, began: Ints, watched: Bools) -> list[int | None]:
    over = _first_at(clock, last + QUIET)
    look = np.where(watched, _first_at(clock, began + DNS_LOOK), _NEVER)
    while (early := (look != _NEVER) & (look - last < DNS_QUIET)).any():
        look[early] = _first_at(clock, look[early] + DNS_LOOK)
    return [None if time == _NEVER else time for time in np.minimum(over, look).tolist()]


def _first_at(clock: Ints, due: Ints) -> Ints:
    """The first time of the clock that is not before each `due`; `_NEVER` where the capture ends before."""
    place = np.searchsorted(clock, due)
    times = np.full(len(due), _NEVER)
    inside = place < len(clock)
    times[inside] = clock[place[inside]]
    return times
