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
    rows = np.flatnonzero(blocks.is_packet)
    packets = blocks[rows]
    old, number = packets.kind == OLD_PACKET, packets.first.copy()
    number[old] = packets[old].halves("first")[0]
    number[packets.kind == SIMPLE_PACKET] = 0
    interface = earlier[packets.section] + number
    unknown = np.flatnonzero(interface >= so_far[rows])
    if not len(unknown):
        return packets, interface, []
    count = int(unknown[0])
    what = f"names interface {number[count]}, which is not announced before it"
    return packets[:count], interface[:count], [damage(count, int(packets.at[count]), what)]


def located(packets: Blocks, interface: Ints, interfaces: Interfaces) -> Index:
    """Where the packets lie, up to the first that cannot be; `interface` is that of each."""
    simple = packets.kind == SIMPLE_PACKET
    offset = packets.at + np.where(simple, _SIMPLE_HEADER_BYTES, _HEADER_BYTES)
    wire = np.where(simple, packets.first, packets.fifth)
    captured = np.where(simple, np.minimum(wire, interfaces.longest[interface]), packets.fourth)
    # libpcap, and so Zeek, has simple packets begin where time does.
    ticks = np.where(simple, 0, packets.second << 32 | packets.third).astype(np.uint64)
    ts, can_be = nanoseconds(ticks, interfaces.resolution[interface], interfaces.offset[interface])
    links = frozenset(interfaces.link.tolist())
    index = Index(ts, offset, captured, wire, interfaces.link[interface], links, [])
    found = fitting(index, packets.at, packets.at + packets.size - 4)
    timeless, impossible = (int(np.count_nonzero(rows[: len(found)])) for rows in (simple, ~can_be))
    if impossible:
        found.troubles.append(Trouble(f"{impossible} packets carry times that cannot be: they stand at 1970-01-01"))
    if timeless:
        text = f"{timeless} packets were captured without their times: they stand at 1970-01-01, as Zeek has them"
        found.troubles.append(Trouble(text, harmless=True))
    return found
