"""From the packets that a capture holds to their columns, those inside tunnels too.

It goes in rounds: the capture's own packets first, then those that lie in the tunnels among them, and so on.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from parsers.capture import links
from parsers.capture.addresses import Addresses
from parsers.capture.formats.index import Index
from parsers.capture.frames import Frames
from parsers.capture.headers import Ints
from parsers.capture.network import Network
from parsers.capture.packets import COLUMNS, Packets
from parsers.capture.store import Store
from parsers.capture.transport import segments
from parsers.capture.tunnels.decapsulation import Decapsulation

# Packets that are decoded at a time: their columns stay in the processor's cache.
_BLOCK = 1 << 17


def decode(index: Index, data: memoryview) -> Packets:
    """The packets of a capture; what is broken or holds no IP packet is left out."""
    there = (index.captured > 0) & (index.wire > 0)
    ts = index.ts - index.ts % 1000
    clock = np.maximum.accumulate(np.where(there, ts, 0))
    store = Store(data)
    addresses = Addresses()
    tunnels = Decapsulation(index, clock, store)
    outside = np.full(len(index), -1, np.int32)
    frames = Frames(np.arange(len(index)), index.offset, index.captured, index.wire, index.link, outside)
    rounds: list[Packets] = []
    while not rounds or len(frames):
        columns = _columns(frames, clock, store, addresses)
        store.seal()
        columns |= {"ts": ts[columns["number"]], "clock": clock[columns["number"]]}
        rounds.append(Packets(**columns, addresses=addresses.texts, data=data, extra=store.extra))
        frames = tunnels.inside(rounds[-1])
    packets = replace(_joined(rounds), extra=store.extra, encapsulations=tunnels.encapsulations)
    packets.encapsulations.clock = clock if len(rounds) > 1 else packets.clock
    return packets


def _joined(rounds: Sequence[Packets]) -> Packets:
    """The packets of all rounds in capture order, what is inside behind what is around it."""
    first, *others = rounds
    if not others:
        return first
    number = np.concatenate([each.number for each in others])
    order = np.argsort(number, kind="stable")
    place = np.searchsorted(first.number, number[order], "right") + np.arange(len(order))
    outer = np.ones(len(first) + len(order), np.bool_)
    outer[place] = False
    columns: dict[str, Any] = {}
    for name in COLUMNS:
        whole = np.empty(len(outer), getattr(first, name).dtype)
        whole[outer] = getattr(first, name)
        whole[place] = np.concatenate([getattr(each, name) for each in others])[order]
        columns[name] = whole
    return replace(first, **columns)


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
    rows, at, left = _ip_packets(network.store, frames.link[part], begin, frames.captured[part])
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


def _ip_packets(store: Store, link: Ints, begin: Ints, captured: Ints) -> tuple[Ints, Ints, Ints]:
    """The IP packets of frames, as the link layers give them, wherever in the store the frames lie."""
    beyond = begin >= store.edge
    if not beyond.any():
        return links.ip_packets(store.octets, link, begin, captured)
    found = []
    for rows, octets, base in (
        (np.flatnonzero(~beyond), store.octets, 0),
        (np.flatnonzero(beyond), np.frombuffer(store.extra, np.uint8), store.edge),
    ):
        places, at, left = links.ip_packets(octets, link[rows], begin[rows] - base, captured[rows])
        found.append((rows[places], at + base, left))
    columns = [np.concatenate(column) for column in zip(*found, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    rows, at, left = (column[order] for column in columns)
    return rows, at, left
