"""The columns that the loops over packets read, as lists of plain integers."""

from dataclasses import dataclass

import numpy as np

from parsers.capture.flows import Flows
from parsers.capture.packets import Packets

_PUSH, _ACK = np.uint8(8), np.uint8(16)


@dataclass(frozen=True, slots=True)
class Columns:
    """A stretch of the flows' order; place 0 is its first packet.

    ts is the packet's own time, now the capture's clock at it; side is 0 for the sender of the flow's first packet;
    plain is a TCP packet with an ACK, perhaps a PSH and no other flag, an open window, and all its payload captured.
    """

    ts: list[int]
    now: list[int]
    side: list[int]
    length: list[int]
    captured: list[int]
    offset: list[int]
    seq: list[int]
    ack: list[int]
    flags: list[int]
    window: list[int]
    plain: list[bool]


def columns(packets: Packets, flows: Flows, start: int, stop: int) -> Columns:
    """The columns of the packets from `start` to before `stop` of the flows' order."""
    order = flows.order[start:stop]
    side = flows.backward[start:stop].astype(np.uint8).tolist()
    names = ("length", "captured", "offset", "seq", "ack", "flags", "window")
    rest = [getattr(packets, name)[order] for name in names]
    length, captured, _, _, _, flags, window = rest
    plain = (flags & ~_PUSH == _ACK) & (window > 0) & (captured >= length)
    lists = (column.tolist() for column in (*rest, plain))
    return Columns(packets.ts[order].tolist(), packets.clock[order].tolist(), side, *lists)
