"""What formats share whose packets lie one behind the other, each behind a header that says how long it is."""

import struct
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

import numpy as np

from parsers import budget, limits, scratch
from parsers.capture import shared
from parsers.capture.formats.index import Index, Ints
from parsers.updates import Trouble


def chain(data: memoryview, start: int, length: struct.Struct, place: int, more: int = 0, least: int = 0) -> Ints:
    """Where each record begins, from `start` on, as their lengths chain them; whether those can be is not looked at.

    `length` reads the field at byte `place` of a record, which is that many bytes long and `more`. A record shorter
    than `least`, which is not 0 where lengths may be, is the last one.
    """
    return gathered(_lengths(data, start + place, length, more, least), -place)


def gathered(places: Iterator[int], shift: int = 0) -> Ints:
    """The places in a file, each moved by so much; of too many the first ones, and one more."""
    found = scratch.Numbers(np.int64, budget.for_packets() // 8)
    left = limits.CAPTURE_PACKETS + 1
    while left and len(some := np.fromiter(islice(places, min(shared.BLOCK, left)), np.int64)):
        some += shift
        found.add(some)
        left -= len(some)
    return found.whole()


def is_bounded(at: Ints) -> bool:
    """Whether these are more records than are looked at, so that the rest of the file is left."""
    return len(at) > limits.CAPTURE_PACKETS


def _lengths(data: memoryview, at: int, length: struct.Struct, more: int, least: int) -> Iterator[int]:
    """Where the lengths of the records stand: one step for each packet, and nothing in it that need not be."""
    read = length.unpack_from
    least -= more
    with suppress(struct.error):
        while True:
            (size,) = read(data, at)
            yield at
            if size < least:
                return
            at += size + more


def fitting(records: Index, at: Ints, ends: Ints | None = None) -> Index:
    """The packets before the first that is longer than can be, or than its record; that is told in `troubles`.

    `at` is where each record begins, `ends` is the place behind it; without `ends` it is where the packet ends.
    """
    for part in shared.blocks(len(records)):
        too_long = records.captured[part] > limits.CAPTURED_PACKET_BYTES
        bad = too_long if ends is None else too_long | (_ends(records, part) > ends[part])
        if bad.any():
            first = int(bad.argmax())
            why = "which cannot be" if too_long[first] else "which is more than there is room for"
            first += part.start
            told = damage(first, int(at[first]), f"claims a length of {records.captured[first]}, {why}")
            return records.until(first, told)
    return records


def whole(data: memoryview, start: int, records: Index, at: Ints, ends: Ints | None = None) -> Index:
    """The same for records that the end of the file may cut; `start` is where the first one begins."""
    found = fitting(records, at, ends)
    if found.troubles:
        return found
    count, end = 0, start
    for part in shared.blocks(len(records)):
        some = _ends(records, part) if ends is None else ends[part]
        inside = int(np.count_nonzero(some <= len(data)))
        if inside:
            count, end = count + inside, int(some[inside - 1])
    return found if end == len(data) or is_bounded(at) else found.until(count, cut_off(count, len(data)))


def _ends(records: Index, part: slice) -> Ints:
    """Where packets end."""
    return records.offset[part] + records.captured[part]


def damage(count: int, at: int, what: str, part: str | None = None) -> Trouble:
    """What is told of the damage at byte `at`, behind `count` packets that can be read; `part` is what is damaged."""
    return Trouble(f"{part or f'packet {count + 1}'}, at byte {at}, {what}; {_shown(count)}")


def cut_off(count: int, size: int, part: str | None = None) -> Trouble:
    """What is told of a capture that ends at byte `size`, within what comes behind `count` packets."""
    return Trouble(f"the capture is cut off in {part or f'packet {count + 1}'}, at byte {size}; {_shown(count)}")


def _shown(count: int) -> str:
    few = {0: "no packet stands before it", 1: "the one packet before it is shown"}
    return few.get(count, f"the {count} packets before it are shown")
