"""Windows that TCP's receivers take back: what they had offered, they offer no more.

Source: Zeek, src/packet_analysis/protocol/tcp/TCPSessionAdapter.cc (init_window, update_window).
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from parsers.capture.columns import Columns
from parsers.capture.endpoint import difference
from parsers.capture.headers import ACK, FIN, RST, SYN, Ints
from parsers.capture.packets import UNREAD
from parsers.capture.tcp import Tcp
from parsers.capture.tcp_weirds import WIDEST

# More than any distance between two sequence numbers, and little enough for the flows of a shard.
_APART: Final = 1 << 40


def shrinking(c: Columns, bounds: Ints, is_tcp: npt.NDArray[np.bool_]) -> set[int]:
    """The flows in which a window seems to be taken back; each flow's packets are between two of the `bounds`.

    Found by columns, for it is rare: of all packets that are in order, each is compared with the one before.
    """
    flow = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    side, flags, scale = np.asarray(c.side), np.asarray(c.flags), np.asarray(c.scale)
    found: set[int] = set()
    syn = np.flatnonzero(flags & SYN)
    answers = syn[flags[syn] & ACK > 0]
    unscaled = np.setdiff1d(flow[answers[scale[answers] < 0]], flow[answers[scale[answers] >= 0]])
    for sender in (0, 1):
        shift = np.zeros(len(bounds), np.int64)
        offers = syn[side[syn] == sender]
        np.maximum.at(shift, flow[offers], np.clip(scale[offers], 0, WIDEST))
        shift[unscaled] = 0
        rows = np.flatnonzero((side == sender) & (flags & (SYN | FIN | RST | UNREAD) == 0) & is_tcp)
        found.update(_shrinking(c, rows, flow[rows], shift[flow[rows]]))
    return found


def _shrinking(c: Columns, rows: Ints, flow: Ints, shift: Ints) -> list[int]:
    """Of packets that are all sent by the same side of their flows, the flows in which a window shrinks."""
    seq, ack = np.asarray(c.seq)[rows], np.asarray(c.ack)[rows]
    window = np.asarray(c.window)[rows].astype(np.int64)
    forward = _in_order(seq, flow) & _in_order(ack, flow)
    if not forward.all():
        ack, window, flow, shift = ack[forward], window[forward], flow[forward], shift[forward]
    moved = np.diff(ack).view(np.int32).astype(np.int64)
    less = window[:-1] - window[1:] - 1
    shrinks = (less >= 0) & (flow[1:] == flow[:-1]) & (less << shift[1:] >= moved)
    hits: list[int] = np.unique(flow[1:][shrinks]).tolist()
    return hits


def _in_order(numbers: npt.NDArray[np.uint32], flow: Ints) -> npt.NDArray[np.bool_]:
    """Which of these numbers are as large as all before of their flow."""
    step = np.diff(numbers, prepend=numbers[:1]).view(np.int32).astype(np.int64)
    step[1:][flow[1:] != flow[:-1]] = _APART
    if (step >= 0).all():
        return np.ones(len(step), np.bool_)
    place = np.cumsum(step)
    return place >= np.maximum.accumulate(place)


class _Side:
    """What one side has offered: up to `window` bytes beyond `ack`, told by a packet at `seq`."""

    __slots__ = ("ack", "closed", "scale", "seq", "window")

    def __init__(self) -> None:
        self.seq = self.ack = self.window = self.scale = 0
        self.closed = False


def note_recisions(tcp: Tcp, c: Columns) -> None:
    """Note what packets of a connection take back a window."""
    for place in recisions(c, tcp.first, tcp.stop):
        tcp.now = c.now[place]
        tcp.weird("window_recision", "")


def recisions(c: Columns, first: int, stop: int) -> Iterator[int]:
    """The packets of a connection that take back a window."""
    sides = _Side(), _Side()
    for place in range(first, stop):
        flags = c.flags[place]
        if flags & UNREAD:
            continue
        side, peer = sides[c.side[place]], sides[1 - c.side[place]]
        seq, ack = c.seq[place], c.ack[place]
        if flags & SYN:
            _negotiate(side, peer, flags, c.scale[place], seq, ack)
        elif not flags & (FIN | RST) and not side.closed:
            if difference(seq, side.seq) < 0 or difference(ack, side.ack) < 0:
                continue
            window = c.window[place] << side.scale
            advance = difference(ack + window, side.ack + side.window)
            side.seq, side.ack, side.window = seq, ack, window
            if -advance >= 1 << side.scale:
                yield place
        if flags & (FIN | RST):
            side.closed = True


def _negotiate(side: _Side, peer: _Side, flags: int, scale: int, seq: int, ack: int) -> None:
    """Take up what a SYN says."""
    if scale < 0:
        side.scale = 0
        if flags & ACK:
            peer.scale = 0
        return
    side.scale = min(scale, WIDEST)
    side.seq, side.ack = seq, ack
    peer.seq, peer.ack = ack, seq
