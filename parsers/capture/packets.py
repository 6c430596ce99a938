"""The columns of a capture's packets, as the link and network layers leave them."""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Packets:
    """One row for each IP packet that reaches a transport layer, in capture order; a reassembled datagram is
    one row at the place of its last fragment.

    Columns are numpy arrays of the same length n:
      number   int64   the packet's place in the capture, from 0
      ts       int64   nanoseconds since the epoch, UTC
      src, dst int32   places in `addresses`
      proto    uint8   IP protocol of the transport header
      sport, dport uint16  ports; for ICMP the type and the code in sport and dport
      ip_len   uint32  length of the IP packet as its header says (IPv6: payload length + 40)
      length   uint32  bytes of transport payload as the headers say (may exceed what was captured)
      captured uint32  bytes of it that are in the capture
      offset   int64   where the payload begins in `data` (>= 0), or in `extra` (-1 - offset, when negative)
      seq, ack uint32  TCP
      flags    uint8   TCP: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32
      window   uint16  TCP
    """

    number: Ints
    ts: Ints
    src: npt.NDArray[np.int32]
    dst: npt.NDArray[np.int32]
    proto: npt.NDArray[np.uint8]
    sport: npt.NDArray[np.uint16]
    dport: npt.NDArray[np.uint16]
    ip_len: npt.NDArray[np.uint32]
    length: npt.NDArray[np.uint32]
    captured: npt.NDArray[np.uint32]
    offset: Ints
    seq: npt.NDArray[np.uint32]
    ack: npt.NDArray[np.uint32]
    flags: npt.NDArray[np.uint8]
    window: npt.NDArray[np.uint16]
    addresses: list[str]
    data: memoryview
    extra: bytes

    def __len__(self) -> int:
        return len(self.ts)

    @cached_property
    def clock(self) -> Ints:
        """The latest time that has been seen when each packet comes, as Zeek's clock runs: it never goes back."""
        return np.maximum.accumulate(self.ts)

    def payload(self, offset: int, captured: int) -> memoryview | bytes:
        """The captured bytes of a payload, from its `offset` and `captured` cells."""
        if offset >= 0:
            return self.data[offset : offset + captured]
        start = -1 - offset
        return self.extra[start : start + captured]
