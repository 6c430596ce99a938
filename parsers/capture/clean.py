"""TCP connections on which all came once and in its order: what they come to is read off columns.

A flow is clean when it is one connection that is seen from its SYN on, nothing in it is missing, sent again, sent too
early or acknowledged too early, and no timer ends it. Row and events are those of the loop over packets (`tcp_flow`),
which stays for all other flows.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from parsers.capture.columns import Columns
from parsers.capture.endpoint import EASY_BYTES, MASK
from parsers.capture.headers import ACK, FIN, SYN, Ints
from parsers.capture.ports import is_interactive
from parsers.capture.tcp_weirds import WIDEST
from parsers.capture.timers import AFTER_CLOSE, ATTEMPT, LINGER, QUIET, QUIET_INTERACTIVE
from parsers.limits import CHUNK_BYTES, UNACKED_BYTES
from parsers.protocols.analyzer import Data, End, Event

Bools = npt.NDArray[np.bool_]

_PUSH = 8
# The packets that are looked at at once, each of which takes some 200 bytes meanwhile: shards with more of them are of
# few long connections, on which the loop is as fast.
_MOST = 1 << 19
_NEVER = np.iinfo(np.int64).max
_LETTERS = np.frombuffer(b"AaDdFf", np.uint8)


class Clean(NamedTuple):
    """One such connection; side 0 is the originator.

    place        which one of its shard's clean connections it is
    first, stop  the places of its first packet and after its last one
    start, last  the times of its first packet, and of the one that closed it or the last one
    established  when the other side agreed to it
    closed       both sides have closed; else none has
    sent         the bytes of both sides
    spoken       when the first of them came, None where none did
    """

    place: int
    first: int
    stop: int
    start: int
    last: int
    established: int
    closed: bool
    history: str
    sent: tuple[int, int]
    spoken: tuple[int | None, int | None]

    def due(self, ports: tuple[int, int]) -> int:
        """When it will be over, between these ports."""
        if self.closed:
            return self.last + AFTER_CLOSE
        return self.last + (QUIET_INTERACTIVE if is_interactive(*ports, both=True) else QUIET)


class CleanFlows:
    """The clean flows of a shard, and what they deliver."""

    def __init__(self, c: Columns, data: memoryview, bounds: Ints, is_tcp: Bools) -> None:
        """Each flow's packets are between two of the `bounds`; `is_tcp` says of each flow whether it is TCP's."""
        flows = _opened(c, bounds, is_tcp if bounds[-1] <= _MOST else np.zeros_like(is_tcp))
        packets = _Packets(c, bounds, flows)
        clean = packets.are_clean(len(data))
        if not clean.all():
            flows = flows[clean]
            packets = _Packets(c, bounds, flows)
        self._data = data
        self._number = dict(zip(flows.tolist(), range(len(flows)), strict=True))
        self._rows = packets.rows()
        self._deliveries = _Deliveries(packets)

    def get(self, flow: int) -> Clean | None:
        """A flow of the shard, where it is a clean one."""
        number = self._number.get(flow)
        return None if number is None else Clean(number, *self._rows[number])

    def events(self, clean: Clean) -> Iterator[Event]:
        """What analysers are fed of one."""
        return self._deliveries.events(clean.place, self._data)


def _opened(c: Columns, bounds: Ints, is_tcp: Bools) -> Ints:
    """The flows of TCP that begin with a SYN and its answer."""
    flows = np.flatnonzero(is_tcp & (np.diff(bounds) > 1))
    first = bounds[flows]
    second = first + 1
    flags, seq, ack, scale = (np.asarray(column) for column in (c.flags, c.seq, c.ack, c.scale))
    opened: Bools = (flags[first] == SYN) & (flags[second] == SYN | ACK) & (np.asarray(c.side)[second] == 1)
    opened &= ack[second].astype(np.int64) == seq[first].astype(np.int64) + 1
    opened &= (scale[first] <= WIDEST) & (scale[second] <= WIDEST)
    found: Ints = flows[opened]
    return found


class _Packets:
    """The packets of such flows, as columns.

    place   among the shard's; `starts` are the places here of each flow's first, `flow` says whose each one is
    before  for each side how much of the sequence space it had used since its SYN, `ended` how many FINs it had sent
    acked   the relative number that the packet acknowledges
    """

    def __init__(self, c: Columns, bounds: Ints, flows: Ints) -> None:
        counts = bounds[flows + 1] - bounds[flows]
        self.starts = np.cumsum(counts) - counts
        self.flow = np.repeat(np.arange(len(flows)), counts)
        self.place = np.arange(len(self.flow)) + np.repeat(bounds[flows] - self.starts, counts)
        self.stops = bounds[flows + 1]
        self.c = c
        self.side = np.asarray(c.side)[self.place]
        self.flags = np.asarray(c.flags)[self.place]
        self.length = np.asarray(c.length)[self.place].astype(np.int64)
        self.ts = np.asarray(c.ts)[self.place]
        self.now = np.asarray(c.now)[self.place]
        self.ends = self.flags & FIN > 0
        self.space = self.length + self.ends
        self.before = [self._before(np.where(self.side == side, self.space, 0)) for side in (0, 1)]
        self.ended = [self._before((self.side == side) & self.ends) for side in (0, 1)]

    def _before(self, values: Ints | Bools) -> Ints:
        """For each packet the sum of its flow's values before it."""
        sums = np.cumsum(values, dtype=np.int64) - values
        before: Ints = sums - sums[self.starts][self.flow]
        return before

    def _own(self, sides: list[Ints]) -> Ints:
        return np.where(self.side == 0, sides[0], sides[1])

    def _others(self, sides: list[Ints]) -> Ints:
        return np.where(self.side == 0, sides[1], sides[0])

    def are_clean(self, edge: int) -> Bools:
        """Which of the flows are clean; payloads that do not lie before the `edge` are not looked at."""
        count = len(self.starts)
        if not count:
            return np.zeros(0, np.bool_)
        good = self._are_whole(edge) & self._are_in_order() & self._are_in_time()
        clean: Bools = np.bincount(self.flow[~good], minlength=count) == 0
        clean &= np.bincount(self.flow[self.ends], minlength=count) % 2 == 0
        return clean

    def _are_whole(self, edge: int) -> Bools:
        c, place = self.c, self.place
        whole: Bools = np.asarray(c.captured)[place] >= self.length
        whole &= (np.asarray(c.window)[place] > 0) & ((np.asarray(c.offset)[place] < edge) | (self.length == 0))
        plain = self.flags & ~np.uint8(_PUSH | FIN) == ACK
        plain[self.starts] = plain[self.starts + 1] = True
        whole &= plain
        return whole

    def _are_in_order(self) -> Bools:
        seq, ack = (np.asarray(column)[self.place].astype(np.int64) for column in (self.c.seq, self.c.ack))
        first, second = seq[self.starts][self.flow], seq[self.starts + 1][self.flow]
        own, peer = self._own(self.before), self._others(self.before)
        acked = ack - np.where(self.side == 0, second, first)
        in_order: Bools = (
            (seq - np.where(self.side == 0, first, second) == own + 1) & (acked >= 1) & (acked <= peer + 1)
        )
        # A SYN stands before all that.
        in_order[self.starts] = in_order[self.starts + 1] = True
        in_order[self.starts] &= self.length[self.starts] == 0
        in_order[self.starts + 1] &= self.length[self.starts + 1] == 0
        acked[self.starts] = 0
        used = own + self.space
        in_order &= (seq + self.space < MASK) & (used < EASY_BYTES)
        in_order &= (self._own(self.ended) == 0) | (self.space == 0)
        # What a FIN's sender has not acknowledged keeps it from being the end.
        in_order &= ~self.ends | (acked > peer - self._others(self.ended))
        heard = [self._heard(acked, side, in_order) for side in (0, 1)]
        in_order &= used + 1 - self._others(heard) <= UNACKED_BYTES
        return in_order

    def _heard(self, acked: Ints, side: int, in_order: Bools) -> Ints:
        """For each packet what a side has acknowledged by then; where that goes back, it is not in order."""
        (rows,) = np.nonzero(self.side == side)
        back = (np.diff(acked[rows]) < 0) & (np.diff(self.flow[rows]) == 0)
        in_order[rows[1:][back]] = False
        latest = np.zeros(len(acked), np.int64)
        latest[rows] = rows
        heard: Ints = acked[np.maximum.accumulate(latest)]
        return heard

    def _are_in_time(self) -> Bools:
        """Whether no timer ends the connection before a packet."""
        ended = self.ended[0] + self.ended[1]
        wait = np.diff(self.ts, prepend=0)
        wait[1:] = self.now[1:] - self.ts[:-1]
        wait[self.starts] = 0
        in_time: Bools = np.where(ended > 0, wait <= LINGER, wait < QUIET)
        in_time[self.starts + 1] &= wait[self.starts + 1] < ATTEMPT
        # Once both sides have closed, time goes on from there.
        closing = self.ends & (ended == 1)
        closed = np.full(len(self.starts), _NEVER - AFTER_CLOSE, np.int64)
        closed[self.flow[closing]] = self.ts[closing]
        in_time &= (ended < 2) | (self.now < closed[self.flow] + AFTER_CLOSE)
        return in_time

    def rows(self) -> list[tuple[int, int, int, int, int, bool, str, tuple[int, int], tuple[int | None, int | None]]]:
        """The cells of each flow as `Clean` has them."""
        if not len(self.starts):
            return []
        last = np.append(self.starts[1:], len(self.flow)) - 1
        closing = np.flatnonzero(self.ends & (self.ended[0] + self.ended[1] == 1))
        closed = np.zeros(len(self.starts), np.bool_)
        closed[self.flow[closing]] = True
        at = last.copy()
        at[self.flow[closing]] = closing
        sent = [self.before[side][last] - self.ended[side][last] for side in (0, 1)]
        for side in (0, 1):
            sent[side] += np.where(self.side[last] == side, self.length[last], 0)
        spoken = [self._firsts((self.side == side) & (self.length > 0)) for side in (0, 1)]
        times = [[None if place == _NEVER else int(self.now[place]) for place in side.tolist()] for side in spoken]
        return list(
            zip(
                self.place[self.starts].tolist(),
                self.stops.tolist(),
                self.ts[self.starts].tolist(),
                self.ts[at].tolist(),
                self.now[self.starts + 1].tolist(),
                closed.tolist(),
                self._histories(),
                zip(*(side.tolist() for side in sent), strict=True),
                zip(*times, strict=True),
                strict=True,
            )
        )

    def _firsts(self, wanted: Bools) -> Ints:
        """The first packet of each flow that is wanted; `_NEVER` where none is."""
        rows = np.flatnonzero(wanted)
        flows = self.flow[rows]
        firsts = np.full(len(self.starts), _NEVER)
        # The last to be written is the first there is.
        firsts[flows[::-1]] = rows[::-1]
        return firsts

    def _histories(self) -> list[str]:
        """Letters in the order in which they came first."""
        bare = (self.length == 0) & ~self.ends & (self.flags & SYN == 0)
        kinds = bare, (self.length > 0) & ~self.ends, self.ends
        firsts = np.stack([self._firsts(kind & (self.side == side)) for kind in kinds for side in (0, 1)])
        order = np.argsort(firsts, axis=0)
        letters = np.where(np.take_along_axis(firsts, order, 0) == _NEVER, 0, _LETTERS[order]).astype(np.uint8)
        told = np.ascontiguousarray(letters.T).view(f"S{len(_LETTERS)}")[:, 0].tolist()
        return ["Sh" + letters.decode() for letters in told]


class _Deliveries:
    """What clean flows deliver, in order: stretches of one side's data, and ends.

    A stretch is what came in a run, nothing of the other side and no end between.
    """

    def __init__(self, packets: _Packets) -> None:
        rows = np.flatnonzero(packets.length > 0)
        place = packets.place[rows]
        self._offset = np.asarray(packets.c.offset)[place].data
        self._now = packets.now[rows].data
        self._size = packets.length[rows].data
        self._until = np.cumsum(packets.length[rows]).data
        ends = np.flatnonzero(packets.ends)
        passed = np.searchsorted(ends, rows)
        same = np.ones(len(rows), np.bool_)
        for column in (packets.flow[rows], packets.side[rows], passed):
            same[1:] &= column[1:] == column[:-1]
        same[:1] = False
        firsts = np.flatnonzero(~same)
        counts = np.diff(np.append(firsts, len(rows)))
        # In their order: stretches by their first packet, an end behind the data that it comes with.
        key = np.concatenate((rows[firsts] * 2, ends * 2 + 1))
        order = np.argsort(key)
        whose = np.concatenate((packets.flow[rows[firsts]], packets.flow[ends]))[order]
        self._side = np.concatenate((packets.side[rows[firsts]], packets.side[ends]))[order].tolist()
        # Of an end the first cell is its time.
        self._first = np.concatenate((firsts, packets.now[ends]))[order].tolist()
        self._count = np.concatenate((counts, np.zeros(len(ends), np.int64)))[order].tolist()
        self._bounds = np.searchsorted(whose, np.arange(len(packets.starts) + 1)).tolist()

    def events(self, number: int, data: memoryview) -> Iterator[Event]:
        """The events of the flow of this number."""
        for event in range(self._bounds[number], self._bounds[number + 1]):
            is_orig = not self._side[event]
            first, count = self._first[event], self._count[event]
            if count == 1:
                offset, size = self._offset[first], self._size[first]
                yield Data(is_orig, bytes(data[offset : offset + size]), [size], [self._now[first]])
            elif count:
                yield from self._run(is_orig, first, first + count, data)
            else:
                yield End(is_orig, first)

    def _run(self, is_orig: bool, first: int, stop: int, data: memoryview) -> Iterator[Data]:
        """A stretch, in parts that are not too long."""
        start = self._until[first] - self._size[first]
        if self._until[stop - 1] - start <= CHUNK_BYTES:
            yield self._joined(is_orig, first, stop, data)
            return
        at = first
        while at < stop:
            start = self._until[at] - self._size[at]
            end = at + 1
            while end < stop and self._until[end] - start <= CHUNK_BYTES:
                end += 1
            yield self._joined(is_orig, at, end, data)
            at = end

    def _joined(self, is_orig: bool, first: int, stop: int, data: memoryview) -> Data:
        start = self._until[first] - self._size[first]
        places = zip(self._offset[first:stop].tolist(), self._size[first:stop].tolist(), strict=True)
        pieces = [data[offset : offset + size] for offset, size in places]
        ends = [end - start for end in self._until[first:stop].tolist()]
        return Data(is_orig, b"".join(pieces), ends, self._now[first:stop].tolist())
