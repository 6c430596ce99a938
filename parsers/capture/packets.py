"""The columns of a capture's packets, as the link and network layers leave them."""

from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from parsers.capture.headers import Ints
from parsers.capture.origins import Origins
from parsers.capture.transport import BROKEN, CORRUPT
from parsers.capture.tunnels.encapsulation import Encapsulations
from parsers.schema import Row

__all__ = ["BROKEN", "COLUMNS", "CORRUPT", "UNREAD", "Ints", "Packets"]

# The bytes of all captures, one behind the other.
Buffer: TypeAlias = memoryview

# Such packets open a connection, and are of no more use to it.
UNREAD: Final = BROKEN | CORRUPT


@dataclass(frozen=True)
class Packets:
    """One row for each IP packet that reaches a transport layer, in capture order; a reassembled datagram is
    one row at the place of its last fragment; what is inside a tunnel is a row after that of the packet around it.

    Columns are numpy arrays of the same length n:
      number   int64   the packet's place in the capture, from 0
      ts       int64   nanoseconds since the epoch, UTC, in whole microseconds: libpcap cuts off the rest before Zeek
                       sees it, so it is in no duration and in no file's identifier
      clock    int64   the latest time that any packet has shown by then, as Zeek's clock runs: it never goes back
      src, dst int32   places in `addresses`
      proto    uint8   IP protocol of the transport header
      sport, dport uint16  ports; for ICMP the type and the code in sport and dport
      ip_len   uint32  length of the IP packet as its header says (IPv6: payload length + 40); 0 where it says none
      length   uint32  bytes of transport payload as the headers say (may exceed what was captured); for UDP it is
                       UDP's own length that says so, and fewer than `captured` when it is less than IP's
      captured uint32  bytes of payload that are in the capture
      offset   int64   where the payload begins in `data`, or, from len(data) on, in `extra`
      seq, ack uint32  TCP; of UDP the bytes that IP says it has, and those that it says itself, its header included
      flags    uint8   TCP: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32; BROKEN 128 where the header's length cannot
                       be, CORRUPT 64 where the checksum is wrong, of UDP and ICMP too: such a packet opens a
                       connection, but it is not counted, and its payload not looked at (Zeek, TCP.cc, UDP.cc, ICMP.cc)
      window   uint16  TCP
      scale    int16   of SYN packets: by how many bits the sender's windows are shifted, -1 where it says nothing
      parent   int32   the tunnels that it came through, a place in `encapsulations`; -1 where it came through none

    weirds: what weird.log has to say of packets that did not get as far; origins: where the frames lie that they came
    in, None where that is not known; bad_headers: how many were left out for a wrong checksum in IP's header.
    """

    number: Ints
    ts: Ints
    clock: Ints
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
    scale: npt.NDArray[np.int16]
    parent: npt.NDArray[np.int32]
    addresses: list[str]
    data: Buffer
    extra: bytes
    encapsulations: Encapsulations = field(default_factory=Encapsulations)
    weirds: list[Row] = field(default_factory=list)
    origins: Origins | None = None
    bad_headers: int = 0

    def __len__(self) -> int:
        return len(self.ts)

    def payload(self, offset: int, captured: int) -> memoryview | bytes:
        """The captured bytes of a payload, from its `offset` and `captured` cells."""
        start = offset - len(self.data)
        if start < 0:
            return self.data[offset : offset + captured]
        return self.extra[start : start + captured]

    def take(self, rows: npt.NDArray[Any] | slice) -> "Packets":
        """Some of the rows, by their places, by a mask or as a slice."""
        columns: dict[str, Any] = {name: getattr(self, name)[rows] for name in COLUMNS}
        return replace(self, **columns)


_OTHERS: Final = frozenset(("addresses", "data", "extra", "encapsulations", "weirds", "origins", "bad_headers"))
COLUMNS: Final = tuple(each.name for each in fields(Packets) if each.name not in _OTHERS)
