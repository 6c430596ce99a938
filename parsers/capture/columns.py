"""The columns that the loops over packets read; each cell comes as a plain integer."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final, TypeAlias

import numpy as np

from parsers.capture.flows import Flows
from parsers.capture.packets import Packets

Column: TypeAlias = "memoryview[int]"

_PUSH, _ACK = np.uint8(8), np.uint8(16)
# Cells that are Python objects at a time: lists of integers take ten times the memory of columns.
_BLOCK: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Columns:
    """A stretch of the flows' order; place 0 is its first packet.

    ts is the packet's own time, now the capture's clock at it; side is 0 for the sender of the flow's first packet;
    plain is a TCP packet with an ACK, perhaps a PSH and no other flag, an open window, and all its payload captured.
    """

    ts: Column
    now: Column
    side: Column
    length: Column
    captured: Column
    offset: Column
    seq: Column
    ack: Column
    flags: Column
    window: Column
    scale: Column
    plain: Column

    def segments(self, start: int, stop: int) -> Iterator[tuple[int, ...]]:
        """plain, side, length, seq, ack, ts, now of each packet from `start` to before `stop`."""
        columns = (self.plain, self.side, self.length, self.seq, self.ack, self.ts, self.now)
        blocks = (slice(at, min(at + _BLOCK, stop)) for at in range(start, stop, _BLOCK))
        lists = ([column[block].tolist() for column in columns] for block in blocks)
        return chain.from_iterable(zip(*block, strict=True) for block in lists)


def columns(packets: Packets, flows: Flows, start: int, stop: int) -> Columns:
    """The columns of the packets from `start` to before `stop` of the flows' order."""
    order = flows.order[start:stop]
    side = flows.backward[start:stop].astype(np.uint8)
    names = ("length", "captured", "offset", "seq", "ack", "flags", "window", "scale")
    rest = [getattr(packets, name)[order] for name in names]
    length, captured, _, _, _, flags, window, _ = rest
    plain = (flags & ~_PUSH == _ACK) & (window > 0) & (captured >= length)
    return Columns(*(column.data for column in (packets.ts[order], packets.clock[order], side, *rest, plain)))
