"""Where the blocks of a pcapng file stop making sense.

Source: draft-ietf-opsawg-pcapng; the same is damage to libpcap's sf-pcapng.c and to Wireshark's wiretap/pcapng.c.
"""

import numpy as np

from parsers import limits
from parsers.capture.formats.index import Ints
from parsers.capture.formats.pcapng.blocks import (
    BLOCK_BYTES,
    INTERFACE,
    MARK,
    OLD_PACKET,
    PACKET,
    SECTION,
    SIMPLE_PACKET,
    Blocks,
    Bools,
)
from parsers.capture.formats.records import cut_off, damage
from parsers.updates import Trouble

# What a block has at least, its type and lengths included.
_LEAST = {SECTION: 28, INTERFACE: 20, OLD_PACKET: 32, SIMPLE_PACKET: 16, PACKET: 32}
_VERSION = 1


def sound(data: memoryview, blocks: Blocks) -> tuple[Blocks, list[Trouble]]:
    """The blocks before the first that cannot be, and what is wrong with that one."""
    ends = blocks.at + blocks.size
    bad = _faults(blocks, len(data), ends)
    first = min((int(where.argmax()) for where in bad.values() if where.any()), default=len(blocks))
    before, count = blocks[:first], int(np.count_nonzero(blocks.is_packet[:first]))
    if first == len(blocks):
        is_whole = len(blocks) > 0 and int(ends[-1]) == len(data)
        return before, [] if is_whole else [cut_off(count, len(data), _part(first, count))]
    what = next(what for what, where in bad.items() if where[first])
    part = None if blocks.is_packet[first] else _part(first, count)
    if not what:
        return before, [cut_off(count, len(data), part)]
    text = what.format(size=blocks.size[first], tail=blocks.tail[first])
    return before, [damage(count, int(blocks.at[first]), text, part)]


def _faults(blocks: Blocks, size: int, ends: Ints) -> dict[str, Bools]:
    """What can be wrong with a block and which ones it is wrong with, the gravest first; "" for a file that ends."""
    least = np.full(len(blocks), BLOCK_BYTES)
    for kind, length in _LEAST.items():
        least[blocks.kind == kind] = length
    begins = blocks.kind == SECTION
    unread = begins.copy()
    unread[begins] = blocks[begins].halves("second")[0] != _VERSION
    return {
        "begins a section whose byte order cannot be told": begins & (blocks.first != MARK),
        "claims a length of {size}, too little for what it is": blocks.size < least,
        "claims a length of {size}, which is no multiple of 4": blocks.size % 4 != 0,
        "claims a length of {size}, which cannot be": (ends > size) & (blocks.size > limits.PCAPNG_BLOCK_BYTES),
        "": ends > size,
        "has a length of {size} at its beginning and of {tail} at its end": blocks.tail != blocks.size,
        "begins a section of another version than 1, which is not read": unread,
    }


def _part(first: int, count: int) -> str:
    """What a block that holds no packet is called."""
    if not first:
        return "its header"
    return f"a block behind packet {count}" if count else "a block before the first packet"
