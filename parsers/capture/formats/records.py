"""What formats share whose packets lie one behind the other, each behind a header that says how long it is."""

import struct
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

import numpy as np

from parsers import limits
from parsers.capture.formats.index import Index, Ints
from parsers.updates import Trouble


def chain(data: memoryview, start: int, length: struct.Struct, place: int, more: int = 0, least: int = 0) -> Ints:
    """Where each record begins, from `start` on, as their lengths chain them; whether those can be is not looked at.

    `length` reads the field at byte `place` of a record, which is that many bytes long and `more`. A record shorter
    than `least`, which is not 0 where lengths may be, is the last one.
    """
    fields = _lengths(data, start + place, length, more, least)
    return np.fromiter(islice(fields, limits.CAPTURE_PACKETS + 1), np.int64) - place


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


def fitting(records: Index, at: Ints, ends: Ints) -> Index:
    """The packets before the first that is longer than can be, or than its record; that is told in `troubles`.

    `at` is where each record begins, `ends` is the place behind it.
    """
    too_long = records.captured > limits.CAPTURED_PACKET_BYTES
    bad = np.flatnonzero(too_long | (records.offset + records.captured > ends))
    if not len(bad):
        return records
    first = int(bad[0])
    why = "which cannot be" if too_long[first] else "which is more than there is room for"
    return records.until(first, damage(first, int(at[first]), f"claims a length of {records.captured[first]}, {why}"))


def whole(data: memoryview, start: int, records: Index, at: Ints, ends: Ints) -> Index:
    """The same for records that the end of the file may cut; `start` is where the first one begins."""
    found = fitting(records, at, ends)
    if found.troubles:
        return found
    count = int(np.count_nonzero(ends <= len(data)))
    end = int(ends[count - 1]) if count else start
    return found if end == len(data) or is_bounded(at) else found.until(count, cut_off(count, len(data)))


def damage(count: int, at: int, what: str, part: str | None = None) -> Trouble:
    """What is told of the damage at byte `at`, behind `count` packets that can be read; `part` is what is damaged."""
    return Trouble(f"{part or f'packet {count + 1}'}, at byte {at}, {what}; {_shown(count)}")


def cut_off(count: int, size: int, part: str | None = None) -> Trouble:
    """What is told of a capture that ends at byte `size`, within what comes behind `count` packets."""
    return Trouble(f"the capture is cut off in {part or f'packet {count + 1}'}, at byte {size}; {_shown(count)}")


def _shown(count: int) -> str:
    few = {0: "no packet stands before it", 1: "the one packet before it is shown"}
    return few.get(count, f"the {count} packets before it are shown")
