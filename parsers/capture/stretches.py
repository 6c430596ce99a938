"""What clean TCP flows deliver, by columns: the same events as `streams.Deliveries` gives of one connection."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from parsers.capture.sequences import Sequences
from parsers.limits import CHUNK_BYTES
from parsers.protocols.analyzer import Data, End, Event, Reset

# How an end and a RST stand among stretches of data, by the number of segments that these have.
_END: Final = 0
_RESET: Final = -1


class Stretches:
    """What clean flows deliver, in order: stretches of one side's data, ends, and RSTs.

    A stretch is what came in a run, nothing of the other side and no end between. A RST ends its side too; it is told
    where something came before.
    """

    def __init__(self, packets: Sequences) -> None:
        rows = np.flatnonzero(packets.length > 0)
        place = packets.place[rows]
        self._offset = np.asarray(packets.c.offset)[place].data
        self._now = packets.now[rows].data
        self._size = packets.length[rows].data
        self._until = np.cumsum(packets.length[rows]).data
        ends = np.flatnonzero(packets.ends | packets.breaks)
        passed = np.searchsorted(ends, rows)
        same = np.ones(len(rows), np.bool_)
        for column in (packets.flow[rows], packets.side[rows], passed):
            same[1:] &= column[1:] == column[:-1]
        same[:1] = False
        firsts = np.flatnonzero(~same)
        counts = np.diff(np.append(firsts, len(rows)))
        speaks = np.zeros(len(packets.starts), np.bool_)
        speaks[packets.flow[rows]] = True
        breaks = np.flatnonzero(packets.breaks & speaks[packets.flow])
        # In their order: stretches by their first packet, RST and end behind the data that they come with.
        at = np.concatenate((rows[firsts], breaks, ends))
        kind = np.repeat((0, 1, 2), (len(firsts), len(breaks), len(ends)))
        order = np.lexsort((kind, at))
        whose = packets.flow[at[order]]
        self._side = packets.side[at[order]].tolist()
        # Where there is no data, the first cell is the time.
        self._first = np.concatenate((firsts, packets.now[breaks], packets.now[ends]))[order].tolist()
        self._count = np.concatenate((counts, np.repeat((_RESET, _END), (len(breaks), len(ends)))))[order].tolist()
        self._bounds = np.searchsorted(whose, np.arange(len(packets.starts) + 1)).tolist()

    def events(self, number: int, data: memoryview) -> Iterator[Event]:
        """The events of the flow of this number."""
        for event in range(self._bounds[number], self._bounds[number + 1]):
            is_orig = not self._side[event]
            first, count = self._first[event], self._count[event]
            if count == 1:
                offset, size = self._offset[first], self._size[first]
                yield Data(is_orig, bytes(data[offset : offset + size]), [size], [self._now[first]])
            elif count == _END:
                yield End(is_orig, first)
            elif count == _RESET:
                yield Reset(is_orig, first)
            else:
                yield from self._run(is_orig, first, first + count, data)

    def _run(self, is_orig: bool, first: int, stop: int, data: memoryview) -> Iterator[Data]:
        """A stretch, in parts that are not too long."""
        start = self._until[first] - self._size[first]
        if self._until[stop - 1] - start <= CHUNK_BYTES:
            yield self._joined(is_orig, first, stop, data)
            return
        at = first
        while at < stop:
            start = self._until[at] - self._size[at]
            end = at + 1
            while end < stop and self._until[end] - start <= CHUNK_BYTES:
                end += 1
            yield self._joined(is_orig, at, end, data)
            at = end

    def _joined(self, is_orig: bool, first: int, stop: int, data: memoryview) -> Data:
        start = self._until[first] - self._size[first]
        places = zip(self._offset[first:stop].tolist(), self._size[first:stop].tolist(), strict=True)
        pieces = [data[offset : offset + size] for offset, size in places]
        ends = [end - start for end in self._until[first:stop].tolist()]
        return Data(is_orig, b"".join(pieces), ends, self._now[first:stop].tolist())
