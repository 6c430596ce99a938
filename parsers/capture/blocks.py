"""Frames to the columns of the packets in them, in blocks."""

import numpy as np

from parsers.capture import links, shared
from parsers.capture.checksums import corrupt
from parsers.capture.frames import Frames
from parsers.capture.headers import Ints
from parsers.capture.network import Network
from parsers.capture.packet_weirds import Bools, Oddities, PacketWeirds
from parsers.capture.store import Store
from parsers.capture.transport import CORRUPT, segments
from parsers.capture.tunnels.candidates import Columns

# Frames that are decoded at a time: their columns stay in the processor's cache.
SIZE = 1 << 17


def blocks(
    frames: Frames, starts: range, clock: Ints, network: Network, weirds: PacketWeirds, bubbles: Bools
) -> list[Columns]:
    """The columns, but the times, of the blocks of frames that begin at some places, one after the other.

    `bubbles` are the encapsulations that are Teredo's, and behind them one for frames that came through no tunnel.
    """
    room = shared.Rows(min(len(starts) * SIZE, len(frames)))
    return [room.put(_block(frames, slice(start, start + SIZE), clock, network, weirds, bubbles)) for start in starts]


def starts(frames: Frames) -> range:
    """Where the blocks of frames begin: there is one at least."""
    return range(0, max(len(frames), 1), SIZE)


def _block(frames: Frames, part: slice, clock: Ints, network: Network, weirds: PacketWeirds, bubbles: Bools) -> Columns:
    """The columns of one run of frames."""
    begin, parent = frames.at[part], frames.parent[part]
    oddities = weirds.of(frames.number[part], parent >= 0)
    rows, at, left = _ip_packets(network.store, frames.link[part], begin, frames.captured[part], oddities)
    number = frames.number[part][rows]
    wire = frames.wire[part][rows] - (at - begin[rows])
    oddities = oddities.of(rows)
    datagrams = network.read(clock[number], at, left, wire, bubbles[parent[rows]], oddities)
    found = segments(datagrams, network, oddities)
    kept = found.kept
    origin = rows[kept]
    if network.checksums:
        whole = frames.captured[part][origin] >= frames.wire[part][origin]
        found.flags[corrupt(datagrams, kept, found.flags, at[kept], whole, network.store)] |= CORRUPT
    source, target = datagrams.ends(kept, network.addresses)
    return {
        "number": frames.number[part][origin],
        "src": source,
        "dst": target,
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
        "scale": found.scale,
        "parent": parent[origin],
    }


def _ip_packets(store: Store, link: Ints, begin: Ints, captured: Ints, oddities: Oddities) -> tuple[Ints, Ints, Ints]:
    """The IP packets of frames, as the link layers give them, wherever in the store the frames lie."""
    beyond = begin >= store.edge
    if not beyond.any():
        return links.ip_packets(store.octets, link, begin, captured, oddities)
    found = []
    for rows, octets, base in (
        (np.flatnonzero(~beyond), store.octets, 0),
        (np.flatnonzero(beyond), np.frombuffer(store.extra, np.uint8), store.edge),
    ):
        places, at, left = links.ip_packets(octets, link[rows], begin[rows] - base, captured[rows], oddities.of(rows))
        found.append((rows[places], at + base, left))
    columns = [np.concatenate(column) for column in zip(*found, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    rows, at, left = (column[order] for column in columns)
    return rows, at, left
