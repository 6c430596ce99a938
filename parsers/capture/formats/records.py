"""What formats share whose packets lie one behind the other, each behind a header that says how long it is."""

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import numpy as np

from parsers import limits
from parsers.capture.formats.index import Index, Ints
from parsers.updates import Trouble


def chain(data: memoryview, start: int, length: struct.Struct, place: int, more: int = 0, least: int = 0) -> Ints:
    """Where each record begins, from `start` on, as their lengths chain them; whether those can be is not looked at.

    `length` reads the field at byte `place` of a record, which is that many bytes long and `more`. A record shorter
    than `least`, which is not 0 where lengths may be, is the last one.
    """
    return np.fromiter(_chain(data, start, length, place, more, least), np.int64)


def _chain(data: memoryview, at: int, length: struct.Struct, place: int, more: int, least: int) -> Iterator[int]:
    read = length.unpack_from
    with suppress(struct.error):
        while True:
            (size,) = read(data, at + place)
            yield at
            size += more
            if size < least:
                return
            at += size


def whole(data: memoryview, start: int, records: Index, ends: Ints) -> Index:
    """The records before the first that cannot be; what is wrong with that one is told in `troubles`.

    `start` is where the first record begins, `ends` are the places behind each one.
    """
    too_long = records.captured > limits.CAPTURED_PACKET_BYTES
    too_short = records.offset + records.captured > ends
    bad = np.flatnonzero(too_long | too_short | (ends > len(data)))
    count = int(bad[0]) if len(bad) else len(records)
    end = int(ends[count - 1]) if count else start
    troubles = []
    if count < len(records) and too_long[count]:
        troubles = [damage(count, end, f"claims a length of {records.captured[count]}, which cannot be")]
    elif count < len(records) and too_short[count]:
        troubles = [damage(count, end, f"claims a length of {records.captured[count]}, more than its record holds")]
    elif end != len(data):
        troubles = [cut_off(count, len(data))]
    return replace(
        records,
        ts=records.ts[:count],
        offset=records.offset[:count],
        captured=records.captured[:count],
        wire=records.wire[:count],
        link=records.link[:count],
        troubles=[*records.troubles, *troubles],
    )


def damage(count: int, at: int, what: str, part: str | None = None) -> Trouble:
    """What is told of the damage at byte `at`, behind `count` packets that can be read; `part` is what is damaged."""
    return Trouble(f"{part or f'packet {count + 1}'}, at byte {at}, {what}; {_shown(count)}")


def cut_off(count: int, size: int, part: str | None = None) -> Trouble:
    """What is told of a capture that ends at byte `size`, within what comes behind `count` packets."""
    return Trouble(f"the capture is cut off in {part or f'packet {count + 1}'}, at byte {size}; {_shown(count)}")


def _shown(count: int) -> str:
    few = {0: "no packet stands before it", 1: "the one packet before it is shown"}
    return few.get(count, f"the {count} packets before it are shown")
