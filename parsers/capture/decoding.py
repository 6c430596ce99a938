"""From the packets that a capture holds to their columns, those inside tunnels too.

It goes in rounds: the capture's own packets first, then those that lie in the tunnels among them, and so on.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from parsers.capture import links
from parsers.capture.addresses import Addresses
from parsers.capture.formats.index import Index
from parsers.capture.headers import Ints
from parsers.capture.network import Network
from parsers.capture.packets import Packets
from parsers.capture.store import Store
from parsers.capture.transport import segments

# Packets that are decoded at a time: their columns stay in the processor's cache.
_BLOCK = 1 << 17


@dataclass(frozen=True, slots=True)
class Frames:
    """Frames of one depth, in capture order; columns of the same length.

    number: of the packet that a frame is or lies in; at: its place in the store; captured: bytes of it that are there;
    wire: bytes of it on the wire; link: its link type; parent: the place of what encloses it, -1 for nothing.
    """

    number: Ints
    at: Ints
    captured: Ints
    wire: Ints
    link: Ints
    parent: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.number)


def decode(index: Index, data: memoryview) -> Packets:
    """The packets of a capture; what is broken or holds no IP packet is left out."""
    there = (index.captured > 0) & (index.wire > 0)
    ts = index.ts - index.ts % 1000
    clock = np.maximum.accumulate(np.where(there, ts, 0))
    store = Store(data)
    addresses = Addresses()
    outside = np.full(len(index), -1, np.int32)
    frames = Frames(np.arange(len(index)), index.offset, index.captured, index.wire, index.link, outside)
    columns = _columns(frames, clock, store, addresses)
    columns |= {"ts": ts[columns["number"]], "clock": clock[columns["number"]]}
    store.seal()
    return Packets(**columns, addresses=addresses.texts, data=data, extra=store.extra)


def _columns(frames: Frames, clock: Ints, store: Store, addresses: Addresses) -> dict[str, Any]:
    """The columns of one round, but the times."""
    network = Network(store)
    starts = range(0, max(len(frames), 1), _BLOCK)
    blocks = [_block(frames, slice(start, start + _BLOCK), clock, network, addresses) for start in starts]
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _block(
    frames: Frames, part: slice, clock: Ints, network: Network, addresses: Addresses
) -> dict[str, npt.NDArray[Any]]:
    """The columns of one run of frames."""
    begin = frames.at[part]
    rows, at, left = links.ip_packets(network.store.octets, frames.link[part], begin, frames.captured[part])
    number = frames.number[part][rows]
    wire = frames.wire[part][rows] - (at - begin[rows])
    datagrams = network.read(clock[number], at, left, wire)
    found = segments(datagrams)
    kept = found.kept
    return {
        "number": number[kept],
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
        "parent": frames.parent[part][rows][kept],
    }
