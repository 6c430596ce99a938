"""The columns of a capture's packets, as the link and network layers leave them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from parsers.capture import links
from parsers.capture.addresses import Addresses
from parsers.capture.formats.index import Index
from parsers.capture.headers import Ints
from parsers.capture.network import Network
from parsers.capture.transport import BROKEN, segments

__all__ = ["BROKEN", "Ints", "Packets", "decode"]

# Packets that are decoded at a time: their columns stay in the processor's cache.
_BLOCK = 1 << 17


@dataclass(frozen=True)
class Packets:
    """One row for each IP packet that reaches a transport layer, in capture order; a reassembled datagram is
    one row at the place of its last fragment.

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
      offset   int64   where the payload begins in `data` (>= 0), or in `extra` (-1 - offset, when negative)
      seq, ack uint32  TCP
      flags    uint8   TCP: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32; BROKEN 128 where the header's length cannot
                       be: such a packet has no payload and opens a connection, but is not counted (Zeek, TCP.cc)
      window   uint16  TCP
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
    addresses: list[str]
    data: memoryview
    extra: bytes

    def __len__(self) -> int:
        return len(self.ts)

    def payload(self, offset: int, captured: int) -> memoryview | bytes:
        """The captured bytes of a payload, from its `offset` and `captured` cells."""
        if offset >= 0:
            return self.data[offset : offset + captured]
        start = -1 - offset
        return self.extra[start : start + captured]


def decode(index: Index, data: memoryview) -> Packets:
    """The packets of a capture; what is broken or holds no IP packet is left out."""
    network = Network(np.frombuffer(data, np.uint8))
    addresses = Addresses()
    there = (index.captured > 0) & (index.wire > 0)
    ts = index.ts - index.ts % 1000
    clock = np.maximum.accumulate(np.where(there, ts, 0))
    starts = range(0, max(len(index), 1), _BLOCK)
    blocks = [_block(index, slice(start, start + _BLOCK), clock, network, addresses) for start in starts]
    columns: dict[str, Any] = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    columns |= {"ts": ts[columns["number"]], "clock": clock[columns["number"]]}
    return Packets(**columns, addresses=addresses.texts, data=data, extra=bytes(network.extra))


def _block(
    index: Index, part: slice, clock: Ints, network: Network, addresses: Addresses
) -> dict[str, npt.NDArray[Any]]:
    """The columns of one run of packets."""
    offset = index.offset[part]
    rows, at, left = links.ip_packets(network.octets, index.link[part], offset, index.captured[part])
    wire = index.wire[part][rows] - (at - offset[rows])
    datagrams = network.read(clock[part][rows], at, left, wire)
    found = segments(datagrams)
    kept = found.kept
    number = rows[kept] + part.start
    return {
        "number": number,
        "src": addresses.places(datagrams.src_high[kept], datagrams.src_low[kept]),
        "dst": addresses.places(datagrams.dst_high[kept], datagrams.dst_low[kept]),
        "proto": datagrams.protocol[kept],
        "sport": found.sport,
        "dport": found.dport,
        "ip_len": datagrams.ip_len[kept].astype(np.uint32),
        "length": found.length.astype(np.uint32),
        "captured": found.captured.astype(np.uint32),
        "offset": found.offset,
        "seq": found.seq,
        "ack": found.ack,
        "flags": found.flags,
        "window": found.window,
    }
