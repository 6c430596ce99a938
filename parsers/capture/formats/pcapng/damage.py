"""Where the blocks of a pcapng file stop making sense.

Source: draft-ietf-opsawg-pcapng; the same is damage to libpcap's sf-pcapng.c and to Wireshark's wiretap/pcapng.c.
"""

import numpy as np

from parsers import limits
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
from parsers.capture.formats.records import cut_off, damage, is_bounded
from parsers.updates import Trouble

# What a block has at least, its type and lengths included.
_LEAST = {SECTION: 28, INTERFACE: 20, OLD_PACKET: 32, SIMPLE_PACKET: 16, PACKET: 32}
_VERSION = 1
_TOO_MANY = "these are more blocks than are read; cut the capture into pieces with editcap -c"


def sound(data: memoryview, blocks: Blocks) -> tuple[Blocks, list[Trouble]]:
    """The blocks before the first that cannot be, and what is wrong with that one."""
    bad = _faults(blocks, len(data))
    first = min((int(where.argmax()) for where in bad.values() if where.any()), default=len(blocks))
    before = blocks.until(first)
    count = int(np.count_nonzero(before.is_packet))
    if first == len(blocks):
        if is_bounded(blocks.at):
            return before, [Trouble(f"the rest from byte {blocks.ends[-1]} is left: {_TOO_MANY}")]
        is_whole = int(blocks.ends[-1:].sum()) == len(data)
        return before, [] if is_whole else [cut_off(count, len(data), _part(first, count))]
    what = next(what for what, where in bad.items() if where[first])
    part = None if blocks.is_packet[first] else _part(first, count)
    if not what:
        return before, [cut_off(count, len(data), part)]
    text = what.format(size=blocks.words["size"][first], tail=blocks.tail[first])
    return before, [damage(count, int(blocks.at[first]), text, part)]


def _faults(blocks: Blocks, length: int) -> dict[str, Bools]:
    """What can be wrong with a block and which ones it is wrong with, the gravest first; "" for a file that ends."""
    size, begins, beyond = blocks.words["size"], blocks.kind == SECTION, blocks.ends > length
    least = np.full(len(blocks), BLOCK_BYTES, np.uint8)
    for kind, few in _LEAST.items():
        least[blocks.kind == kind] = few
    unread = begins.copy()
    unread[begins] = blocks.where(begins).half("second") != _VERSION
    return {
        "begins a section whose byte order cannot be told": begins & (blocks.words["first"] != MARK),
        "claims a length of {size}, too little for what it is": size < least,
        "claims a length of {size}, which is no multiple of 4": size % 4 != 0,
        "claims a length of {size}, which cannot be": beyond & (size > limits.PCAPNG_BLOCK_BYTES),
        "": beyond,
        "has a length of {size} at its beginning and of {tail} at its end": blocks.tail != size,
        "begins a section of another version than 1, which is not read": unread,
    }


def _part(first: int, count: int) -> str:
    """What a block that holds no packet is called."""
    if not first:
        return "its header"
    return f"a block behind packet {count}" if count else "a block before the first packet"
