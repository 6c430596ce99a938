"""One's complement sums (RFC 1071) of many stretches of bytes at once.

A sum is a plain integer that is the right one modulo 65535: words of 16 bits may be added in any order and grouping,
and in the other byte order a sum is 256 times as much.
"""

from typing import Final

import numpy as np

from parsers.capture.headers import LITTLE16, Ints, Octets
from parsers.capture.packet_weirds import Bools
from parsers.capture.store import Store

ONES: Final = 0xFFFF
# So many bytes are widened at a time: that stays in the processor's cache.
_STRETCH: Final = 1 << 18


def sums(store: Store, at: Ints, size: Ints) -> Ints:
    """The sum of each stretch: its place in the store, and how many bytes it has, one at least and all there."""
    total = np.empty(len(at), np.int64)
    inside = at < store.edge
    rows = np.flatnonzero(inside)
    total[rows] = _sums(store.octets, at[rows], size[rows])
    for row in np.flatnonzero(~inside).tolist():
        total[row] = of_bytes(bytes(store.slice(int(at[row]), int(size[row]))))
    return total


def of_bytes(data: bytes) -> int:
    """The sum of one stretch."""
    number = int.from_bytes(data + bytes(len(data) % 2), "big")
    return number % ONES or ONES * (number > 0)


def are_wrong(total: Ints) -> Bools:
    """Whether sums, that of the checksum itself among them, are not all ones; nothing but zeros is wrong too."""
    wrong: Bools = (total % ONES != 0) | (total == 0)
    return wrong


def _sums(octets: Octets, at: Ints, size: Ints) -> Ints:
    order = np.argsort(at, kind="stable")
    begin, end = at[order], at[order] + size[order]
    odd = (begin & 1).astype(np.bool_)
    inner = _whole_words(octets, begin, end)
    # Words at odd places hold their bytes the other way round.
    summed = np.where(odd, inner, inner << 8)
    summed[odd] += octets[begin[odd]].astype(np.int64) << 8
    rest = np.flatnonzero(end & 1)
    summed[rest] += octets[end[rest] - 1].astype(np.int64) << np.where(odd[rest], 0, 8)
    total = np.empty(len(at), np.int64)
    total[order] = summed
    return total


def _whole_words(octets: Octets, begin: Ints, end: Ints) -> Ints:
    """The sums of those words of two bytes, at even places and little-endian, that lie within each stretch.

    The stretches are in order of where they begin.
    """
    words = octets[: len(octets) & ~1].view(LITTLE16)
    first, last = begin + 1 >> 1, end >> 1
    made = np.zeros(len(begin), np.int64)
    room = np.empty(_STRETCH // 2 + int((end - begin).max(initial=0)) // 2 + 2, np.int64)
    start = 0
    while start < len(begin):
        stop = int(np.searchsorted(begin, begin[start] + _STRETCH))
        low, high = int(first[start]), max(int(last[start:stop].max()), int(first[stop - 1]))
        # A place after the last word, so that all may end there.
        widened = room[: high - low + 1]
        widened[:-1], widened[-1] = words[low:high], 0
        bounds = np.column_stack((first[start:stop], last[start:stop])).ravel() - low
        made[start:stop] = np.add.reduceat(widened, bounds)[::2]
        start = stop
    made[first >= last] = 0
    return made
