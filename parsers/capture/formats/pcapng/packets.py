"""The packets of a pcapng file, of its three kinds of packet blocks.

Source: draft-ietf-opsawg-pcapng, sections 4.3 (enhanced), 4.4 (simple) and A (the obsolete packet block).
"""

import numpy as np

from parsers.capture.formats.index import Index, Ints
from parsers.capture.formats.pcapng.blocks import INTERFACE, OLD_PACKET, SECTION, SIMPLE_PACKET, Blocks
from parsers.capture.formats.pcapng.interfaces import Interfaces
from parsers.capture.formats.pcapng.ticks import nanoseconds
from parsers.capture.formats.records import damage, fitting
from parsers.updates import Trouble

_HEADER_BYTES, _SIMPLE_HEADER_BYTES = 28, 12


def announced(blocks: Blocks) -> tuple[Blocks, Ints, list[Trouble]]:
    """The packet blocks before the first whose interface was not announced, and the interface of each.

    Interfaces are counted through all sections, although each section numbers its own from 0.
    """
    so_far = np.cumsum(blocks.kind == INTERFACE)
    earlier = so_far[blocks.kind == SECTION]
    is_packet = blocks.is_packet
    packets = blocks.where(is_packet)
    old, number = packets.kind == OLD_PACKET, packets.words["first"].astype(np.int64)
    number[old] = packets.where(old).half("first")
    number[packets.kind == SIMPLE_PACKET] = 0
    interface = earlier[packets.section] + number
    unknown = np.flatnonzero(interface >= so_far[is_packet])
    if not len(unknown):
        return packets, interface, []
    count = int(unknown[0])
    what = f"names interface {number[count]}, which is not announced before it"
    return packets.until(count), interface[:count], [damage(count, int(packets.at[count]), what)]


def located(packets: Blocks, interface: Ints, interfaces: Interfaces) -> Index:
    """Where the packets lie, up to the first that cannot be; `interface` is that of each."""
    words, simple = packets.words, packets.kind == SIMPLE_PACKET
    offset, wire = packets.at + _HEADER_BYTES, words["fifth"].astype(np.int64)
    captured, ticks = words["fourth"].astype(np.int64), words["second"].astype(np.uint64)
    ticks = ticks << np.uint64(32) | words["third"]
    if simple.any():
        offset[simple] = packets.at[simple] + _SIMPLE_HEADER_BYTES
        wire[simple] = words["first"][simple]
        captured[simple] = np.minimum(wire[simple], interfaces.longest[interface[simple]])
        # libpcap, and so Zeek, has simple packets begin where time does.
        ticks[simple] = 0
    ts, can_be = nanoseconds(ticks, interfaces.resolution[interface], interfaces.offset[interface])
    links = frozenset(interfaces.link.tolist())
    index = Index(ts, offset, captured, wire, interfaces.link[interface], links, [])
    found = fitting(index, packets.at, packets.ends - 4)
    timeless, impossible = (int(np.count_nonzero(rows[: len(found)])) for rows in (simple, ~can_be))
    notes = []
    if impossible:
        notes.append(Trouble(f"times that cannot be, of {_packets(impossible)}, are shown as 1970-01-01"))
    if timeless:
        text = f"no times were captured with {_packets(timeless)}: shown as 1970-01-01, as Zeek shows them"
        notes.append(Trouble(text, harmless=True))
    return found.until(len(found), *notes)


def _packets(count: int) -> str:
    return "1 packet" if count == 1 else f"{count} packets"
