"""The capture's own packets decoded by two processes, each one half.

What crosses the middle is fragments of one datagram. Where there may be such, the latter half is decoded once more,
after the former one: what comes of it is always the same.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from parsers.capture import workers
from parsers.capture.addresses import Addresses, Pair
from parsers.capture.blocks import blocks, starts
from parsers.capture.fragments import Begun
from parsers.capture.frames import Frames
from parsers.capture.headers import Ints
from parsers.capture.network import Network
from parsers.capture.packet_weirds import PacketWeirds, Told
from parsers.capture.room import Room
from parsers.capture.store import Store
from parsers.capture.tunnels.candidates import Columns

# What the columns of one packet take, and a little more.
_ROW_BYTES = 72
_NO_TUNNEL = np.zeros(1, np.bool_)


@dataclass(frozen=True, slots=True)
class _Half:
    """What the latter half comes to on its own: columns, the addresses and weirds in them, reassembled payloads, how
    many packets had bad headers, and the datagrams that began in it.
    """

    blocks: list[Columns]
    addresses: list[Pair]
    weirds: list[Told]
    extra: bytes
    bad_headers: int
    begun: Begun


def in_halves(frames: Frames, clock: Ints, network: Network, weirds: PacketWeirds) -> list[Columns]:
    """The columns of a capture's own frames, as `blocks` makes them."""
    every = starts(frames)
    middle = len(every) // 2
    former, latter = every[:middle], every[middle:]
    room = Room(_ROW_BYTES * (len(frames) - (latter.start if latter else 0)))
    with workers.aside(partial(_latter, frames, latter, clock, network), room=room) as result:
        made = blocks(frames, former, clock, network, weirds, _NO_TUNNEL)
        half = result()
    if not network.is_apart_from(half.begun):
        return made + blocks(frames, latter, clock, network, weirds, _NO_TUNNEL)
    network.bad_headers += half.bad_headers
    places = network.addresses.adopt(half.addresses)
    weirds.adopt(half.weirds, places)
    moved = network.store.keep(half.extra) - network.store.edge
    return made + [_moved(block, places, network.store.edge, moved) for block in half.blocks]


def _latter(frames: Frames, latter: range, clock: Ints, network: Network) -> _Half:
    store, addresses, weirds = Store(network.store.data), Addresses(), PacketWeirds()
    begun = Begun()
    own = Network(store, addresses, checksums=network.checksums, begun=begun)
    made = blocks(frames, latter, clock, own, weirds, _NO_TUNNEL)
    store.seal()
    return _Half(made, addresses.pairs, weirds.told, store.extra, own.bad_headers, begun)


def _moved(block: Columns, places: npt.NDArray[np.int32], edge: int, moved: int) -> Columns:
    """A block in which addresses and reassembled payloads are elsewhere."""
    offset = block["offset"]
    return {
        **block,
        "src": places[block["src"]],
        "dst": places[block["dst"]],
        "offset": np.where(offset < edge, offset, offset + moved) if moved else offset,
    }
