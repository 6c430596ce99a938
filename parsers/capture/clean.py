"""TCP connections on which all came once and in its order: what they come to is read off columns.

A flow is clean when it is one connection that is seen from its SYN on, nothing in it is missing, sent again, sent too
early or acknowledged too early, no timer ends it, and it is open in the end, closed by both sides, broken off by a last
RST, or never came about. Row and events are those of the loop over packets (`tcp_flow`), which stays for all others.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from parsers.capture.columns import Columns
from parsers.capture.headers import ACK, RST, SYN, Ints
from parsers.capture.ports import is_interactive
from parsers.capture.sequences import Bools, Sequences
from parsers.capture.stretches import Stretches
from parsers.capture.tcp_weirds import WIDEST
from parsers.capture.timers import AFTER_CLOSE, ATTEMPT, QUIET, QUIET_INTERACTIVE
from parsers.protocols.analyzer import End, Event

# The packets that are looked at at once, each of which takes some 200 bytes meanwhile: shards with more of them are of
# few long connections, on which the loop is as fast.
_MOST: Final = 1 << 19
# The place of connections that never came about.
_NOWHERE: Final = -1


class Clean:
    """One such connection; side 0 is the originator.

    place        which one it is of its shard's that both sides agreed to
    first, stop  the places of its first packet and after its last one
    start, last  the times of its first packet, and of the one that closed it or the last one
    established  when the other side agreed to it, None where it never did
    sent         the bytes of both sides
    spoken       when the first of them came, None where none did
    """

    __slots__ = ("established", "first", "history", "last", "place", "sent", "spoken", "start", "state", "stop")

    def __init__(
        self,
        place: int,
        first: int,
        stop: int,
        start: int,
        last: int,
        established: int | None,
        state: str,
        history: str,
        sent: tuple[int, int] = (0, 0),
        spoken: tuple[int | None, int | None] = (None, None),
    ) -> None:
        self.place = place
        self.first = first
        self.stop = stop
        self.start = start
        self.last = last
        self.established = established
        self.state = state
        self.history = history
        self.sent = sent
        self.spoken = spoken

    @property
    def partial(self) -> bool:
        """What answers with a RST in place of a SYN was there before, as far as Zeek knows."""
        return self.state == "REJ"

    def due(self, ports: tuple[int, int]) -> int:
        """When it will be over, between these ports."""
        if self.state == "S0":
            return self.last + ATTEMPT
        if self.state != "S1":
            return self.last + AFTER_CLOSE
        return self.last + (QUIET_INTERACTIVE if is_interactive(*ports, both=True) else QUIET)


class CleanFlows:
    """The clean flows of a shard, and what they deliver."""

    def __init__(self, c: Columns, data: memoryview, bounds: Ints, is_tcp: Bools) -> None:
        """Each flow's packets are between two of the `bounds`; `is_tcp` says of each flow whether it is TCP's."""
        if bounds[-1] > _MOST:
            is_tcp = np.zeros_like(is_tcp)
        self._vain = _unanswered(c, bounds, is_tcp) | _rejected(c, bounds, is_tcp)
        flows = _opened(c, bounds, is_tcp)
        packets = Sequences(c, bounds, flows)
        clean = packets.are_clean(len(data))
        if not clean.all():
            flows = flows[clean]
            packets = Sequences(c, bounds, flows)
        self._data = data
        self._now = c.now
        self._number = dict(zip(flows.tolist(), range(len(flows)), strict=True))
        self._rows = packets.rows()
        self._deliveries = Stretches(packets)

    def get(self, flow: int) -> Clean | None:
        """A flow of the shard, where it is a clean one."""
        number = self._number.get(flow)
        if number is None:
            return self._vain.get(flow)
        first, stop, start, last, established, state, history, sent, spoken = self._rows[number]
        return Clean(number, first, stop, start, last, established, state, history, sent, spoken)

    def events(self, clean: Clean) -> Iterator[Event]:
        """What analysers are fed of one."""
        if clean.place != _NOWHERE:
            return self._deliveries.events(clean.place, self._data)
        return iter((End(False, self._now[clean.stop - 1]),) if clean.state == "REJ" else ())


def _unanswered(c: Columns, bounds: Ints, is_tcp: Bools) -> dict[int, Clean]:
    """The flows that are a SYN and nothing else."""
    flows = np.flatnonzero(is_tcp & (np.diff(bounds) == 1))
    first = bounds[flows]
    flows = flows[_asks(c, first)]
    first = bounds[flows]
    rows = zip(first.tolist(), np.asarray(c.ts)[first].tolist(), strict=True)
    made = (Clean(_NOWHERE, place, place + 1, ts, ts, None, "S0", "S") for place, ts in rows)
    return dict(zip(flows.tolist(), made, strict=True))


def _rejected(c: Columns, bounds: Ints, is_tcp: Bools) -> dict[int, Clean]:
    """The flows that are a SYN and the RST that answers it."""
    flows = np.flatnonzero(is_tcp & (np.diff(bounds) == 2))
    first = bounds[flows]
    second = first + 1
    ts, now, seq, ack = (np.asarray(column) for column in (c.ts, c.now, c.seq, c.ack))
    rejected = _asks(c, first) & (np.asarray(c.flags)[second] == RST | ACK) & (np.asarray(c.side)[second] == 1)
    rejected &= (ack[second].astype(np.int64) == seq[first].astype(np.int64) + 1) & (np.asarray(c.length)[second] == 0)
    flows = flows[rejected & (now[second] - ts[first] < ATTEMPT)]
    first = bounds[flows]
    rows = zip(first.tolist(), ts[first].tolist(), ts[first + 1].tolist(), strict=True)
    made = (Clean(_NOWHERE, place, place + 2, ts, last, None, "REJ", "Sr") for place, ts, last in rows)
    return dict(zip(flows.tolist(), made, strict=True))


def _asks(c: Columns, first: Ints) -> Bools:
    """Which of these packets are a SYN without anything odd."""
    asks: Bools = np.asarray(c.flags)[first] == SYN
    asks &= (np.asarray(c.length)[first] == 0) & (np.asarray(c.window)[first] > 0)
    asks &= np.asarray(c.scale)[first] <= WIDEST
    return asks


def _opened(c: Columns, bounds: Ints, is_tcp: Bools) -> Ints:
    """The flows of TCP that begin with a SYN and its answer."""
    flows = np.flatnonzero(is_tcp & (np.diff(bounds) > 1))
    first = bounds[flows]
    second = first + 1
    flags, seq, ack, scale = (np.asarray(column) for column in (c.flags, c.seq, c.ack, c.scale))
    opened = _asks(c, first) & (flags[second] == SYN | ACK) & (np.asarray(c.side)[second] == 1)
    opened &= ack[second].astype(np.int64) == seq[first].astype(np.int64) + 1
    opened &= (scale[second] <= WIDEST) & (np.asarray(c.length)[second] == 0)
    found: Ints = flows[opened]
    return found
