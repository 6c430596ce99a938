"""From the packets that a capture holds to their columns, those inside tunnels too.

It goes in rounds: the capture's own packets first, then those that lie in the tunnels among them, and so on.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from parsers.capture import shared
from parsers.capture.abreast import abreast
from parsers.capture.addresses import Addresses
from parsers.capture.blocks import blocks, starts
from parsers.capture.formats.index import Index
from parsers.capture.frames import Frames
from parsers.capture.halves import in_halves
from parsers.capture.headers import Ints
from parsers.capture.network import Network
from parsers.capture.origins import origins
from parsers.capture.packet_weirds import PacketWeirds
from parsers.capture.packets import Packets
from parsers.capture.store import Store
from parsers.capture.tunnels import teredo
from parsers.capture.tunnels.candidates import Columns
from parsers.capture.tunnels.decapsulation import Decapsulation

# Where Zeek's clock begins, whatever the packets say: one second after the epoch.
_BEGINNING = 1_000_000_000


def decode(index: Index, data: memoryview, *, checksums: bool = False, alone: bool = True) -> Packets:
    """The packets of a capture; what is broken or holds no IP packet is left out.

    With `checksums`, packets with wrong ones are told and marked; else all are taken as right (`zeek -C`). Unless it is
    to be done `alone`, another process decodes the latter half of the capture's own packets.
    """
    clock = _clock(index)
    store = Store(data)
    addresses = Addresses()
    weirds = PacketWeirds()
    tunnels = Decapsulation(index, clock, store, addresses.texts, weirds)
    outside = shared.repeated(np.int32(-1), len(index))
    frames = Frames(_counted(len(index)), index.offset, index.captured, index.wire, index.link, outside)
    rounds: list[list[Columns]] = []
    bad_headers = 0
    depths: list[Frames] = []
    while not rounds or len(frames):
        # The last one is for packets that came through no tunnel.
        bubbles = [enclosing.tunnel.kind == teredo.PROTOCOL.kind for enclosing in tunnels.encapsulations.places]
        network = Network(store, addresses, checksums=checksums)
        if rounds or alone:
            rounds.append(blocks(frames, starts(frames), clock, network, weirds, np.array([*bubbles, False])))
        else:
            rounds.append(in_halves(frames, clock, network, weirds))
        store.seal()
        bad_headers += network.bad_headers
        frames = tunnels.inside(rounds[-1])
        depths.append(frames)
    columns = _joined(rounds)
    columns |= {name: shared.taken(each, columns["number"]) for name, each in (("ts", index.ts), ("clock", clock))}
    for part in shared.blocks(len(columns["ts"])):
        columns["ts"][part] -= columns["ts"][part] % 1000
    tunnels.encapsulations.clock = clock if len(rounds) > 1 or weirds else columns["clock"]
    return Packets(
        **columns,
        addresses=addresses.texts,
        data=data,
        extra=store.extra,
        encapsulations=tunnels.encapsulations,
        weirds=weirds.rows(clock, addresses.texts),
        bad_headers=bad_headers,
        origins=origins(index, depths, data, store.extra),
    )


def _clock(index: Index) -> Ints:
    """The latest time that any packet has shown by then; of packets without bytes nobody hears."""
    clock = shared.column(len(index), np.int64)
    latest = _BEGINNING
    for part in shared.blocks(len(index)):
        there = (index.captured[part] > 0) & (index.wire[part] > 0)
        times = np.where(there, np.maximum(index.ts[part] - index.ts[part] % 1000, latest), latest)
        np.maximum.accumulate(times, out=clock[part])
        latest = int(clock[part.stop - 1])
    return clock


def _counted(count: int) -> Ints:
    """The numbers of so many packets."""
    numbers = shared.column(count, np.int64)
    for part in shared.blocks(count):
        numbers[part] = np.arange(part.start, part.stop)
    return numbers


def _joined(rounds: Sequence[Sequence[Columns]]) -> dict[str, npt.NDArray[Any]]:
    """The columns of all rounds in capture order, what is inside behind what is around it; shared."""
    outer, *others = rounds
    within = [block for each in others for block in each]
    if not within:
        return {name: shared.concatenated(parts) for name, parts in _parts(outer).items()}
    inner = {name: np.concatenate(parts) for name, parts in _parts(within).items()}
    order = np.argsort(inner["number"], kind="stable")
    return _with_inner(outer, {name: column[order] for name, column in inner.items()})


def _parts(blocks: Sequence[Columns]) -> dict[str, list[npt.NDArray[Any]]]:
    return {name: [block[name] for block in blocks] for name in blocks[0]}


def _with_inner(blocks: Sequence[Columns], inner: Columns) -> dict[str, npt.NDArray[Any]]:
    """The blocks, each with what is inside its packets; block by block, so that it stays in the processor's cache."""
    count = sum(len(block["number"]) for block in blocks) + len(inner["number"])
    made = {name: shared.column(count, column.dtype) for name, column in blocks[0].items()}
    merges: list[tuple[Columns, Columns, Columns]] = []
    start = begin = 0
    for block in blocks:
        number = block["number"]
        stop = int(np.searchsorted(inner["number"], number[-1], "right")) if len(number) else start
        end = begin + len(number) + stop - start
        part = {name: column[start:stop] for name, column in inner.items()}
        merges.append((block, part, {name: column[begin:end] for name, column in made.items()}))
        start, begin = stop, end
    abreast(lambda merge: _merge(*merge), merges)
    return made


def _merge(block: Columns, inner: Columns, made: Columns) -> None:
    """Put rows between others, behind those of the same number."""
    count = len(inner["number"])
    place = np.searchsorted(block["number"], inner["number"], "right") + np.arange(count)
    is_outer = np.ones(len(block["number"]) + count, np.bool_)
    is_outer[place] = False
    outer = np.flatnonzero(is_outer)
    for name, column in made.items():
        column[outer] = block[name]
        column[place] = inner[name]
