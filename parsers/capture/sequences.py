"""The packets of TCP flows that begin with a handshake, as columns: which of them are clean, and what they come to."""

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from parsers.capture.columns import Columns
from parsers.capture.endpoint import EASY_BYTES, MASK
from parsers.capture.headers import ACK, FIN, RST, SYN, Ints
from parsers.capture.timers import AFTER_CLOSE, ATTEMPT, LINGER, QUIET
from parsers.limits import UNACKED_BYTES

Bools: TypeAlias = npt.NDArray[np.bool_]
# Those of `Clean`, its place apart: first, stop, start, last, established, state, history, sent, spoken.
Cells: TypeAlias = tuple[int, int, int, int, int, str, str, tuple[int, int], tuple[int | None, int | None]]

_PUSH: Final = 8
_NEVER = np.iinfo(np.int64).max
_LETTERS: Final = np.frombuffer(b"AaDdFfRr", np.uint8)


class Sequences:
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
        self.breaks = self.flags & RST > 0
        self.space = self.length + self.ends
        self.before = [self._before(np.where(self.side == side, self.space, 0)) for side in (0, 1)]
        self.ended = [self._before((self.side == side) & self.ends) for side in (0, 1)]

    def _before(self, values: Ints | Bools) -> Ints:
        """For each packet the sum of its flow's values before it."""
        sums = np.cumsum(values, dtype=np.int64) - values
        before: Ints = sums - sums[self.starts][self.flow]
        return before

    def _last(self) -> Ints:
        """The last packet of each flow."""
        last: Ints = np.append(self.starts[1:], len(self.flow)) - 1
        return last

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
        ends = np.bincount(self.flow[self.ends], minlength=count)
        clean &= (ends == 2) | (ends == 0)
        clean[self.flow[self.breaks]] &= ends[self.flow[self.breaks]] == 0
        return clean

    def _are_whole(self, edge: int) -> Bools:
        c, place = self.c, self.place
        whole: Bools = np.asarray(c.captured)[place] >= self.length
        whole &= (np.asarray(c.window)[place] > 0) | self.breaks
        whole &= (np.asarray(c.offset)[place] < edge) | (self.length == 0)
        plain = self.flags & ~np.uint8(_PUSH | FIN) == ACK
        plain[self.starts] = plain[self.starts + 1] = True
        # Nothing follows a RST.
        last = self._last()
        plain[last] |= (self.flags[last] & ~np.uint8(ACK) == RST) & (self.length[last] == 0)
        whole &= plain
        return whole

    def _are_in_order(self) -> Bools:
        seq, ack = (np.asarray(column)[self.place].astype(np.int64) for column in (self.c.seq, self.c.ack))
        first, second = seq[self.starts][self.flow], seq[self.starts + 1][self.flow]
        own, peer = self._own(self.before), self._others(self.before)
        acked = ack - np.where(self.side == 0, second, first)
        # A RST may come without.
        acked[self.flags == RST] = peer[self.flags == RST] + 1
        in_order: Bools = (
            (seq - np.where(self.side == 0, first, second) == own + 1) & (acked >= 1) & (acked <= peer + 1)
        )
        # A SYN stands before all that.
        in_order[self.starts] = in_order[self.starts + 1] = True
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

    def rows(self) -> list[Cells]:
        """The cells of each flow as `Clean` has them."""
        if not len(self.starts):
            return []
        last = self._last()
        closing = np.flatnonzero(self.ends & (self.ended[0] + self.ended[1] == 1))
        states = np.where(self.breaks[last], np.where(self.side[last] == 0, "RSTO", "RSTR"), "S1")
        states[self.flow[closing]] = "SF"
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
                states.tolist(),
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
        bare = (self.length == 0) & (self.flags & (SYN | FIN | RST) == 0)
        kinds = bare, (self.length > 0) & ~self.ends, self.ends, self.breaks
        firsts = np.stack([self._firsts(kind & (self.side == side)) for kind in kinds for side in (0, 1)])
        order = np.argsort(firsts, axis=0)
        letters = np.where(np.take_along_axis(firsts, order, 0) == _NEVER, 0, _LETTERS[order]).astype(np.uint8)
        told = np.ascontiguousarray(letters.T).view(f"S{len(_LETTERS)}")[:, 0].tolist()
        return ["Sh" + letters.decode() for letters in told]
