"""A file's pieces put in order: ranges that come in any order and overlap, as Zeek's file reassembler does.

Source: Zeek, src/file_analysis/FileReassembler.cc, src/Reassem.cc.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable

from parsers.limits import FILE_PIECES, FILE_REASSEMBLY_BYTES


class Reassembly:
    """Pieces that wait for what comes before them. What was there first wins over what overlaps it.

    `deliver(data)` is called with bytes in order, `gap(length)` with the holes that are given up.
    """

    __slots__ = ("_deliver", "_gap", "_held", "_last", "_pieces", "_starts", "_trimmed", "flushing")

    def __init__(self, start: int, deliver: Callable[[bytes], None], gap: Callable[[int], None]) -> None:
        self._deliver = deliver
        self._gap = gap
        self._last = self._trimmed = start
        self._starts: list[int] = []
        self._pieces: dict[int, bytes] = {}
        self._held = 0
        self.flushing = False

    @property
    def is_full(self) -> bool:
        """More is held back than one file may hold."""
        return self._held > FILE_REASSEMBLY_BYTES or len(self._starts) > FILE_PIECES

    @property
    def expected(self) -> int:
        """The place of the byte that is to be delivered next."""
        return self._last

    def add(self, offset: int, data: bytes) -> None:
        """Bytes at a place of their own."""
        start, end = max(offset, self._trimmed), offset + len(data)
        for hole_start, hole_end in self._holes(start, end):
            insort(self._starts, hole_start)
            self._pieces[hole_start] = data[hole_start - offset : hole_end - offset]
            self._held += hole_end - hole_start
        self._advance()

    def _holes(self, start: int, end: int) -> list[tuple[int, int]]:
        """The parts of start..end that no piece covers."""
        holes = []
        place = bisect_right(self._starts, start) - 1
        for known in self._starts[max(place, 0) : bisect_left(self._starts, end)]:
            if known > start:
                holes.append((start, known))
            start = max(start, known + len(self._pieces[known]))
        if start < end:
            holes.append((start, end))
        return holes

    def _advance(self) -> None:
        """Deliver the pieces that follow on what has been delivered."""
        done = 0
        for start in self._starts:
            if start != self._last:
                break
            piece = self._pieces.pop(start)
            done += 1
            self._held -= len(piece)
            self._last += len(piece)
            self._deliver(piece)
        del self._starts[:done]
        self._trimmed = max(self._trimmed, self._last)

    def flush(self) -> int:
        """Give up every hole; the length of the first one."""
        if self.flushing or not self._starts:
            return 0
        first_hole = self._starts[0] - self._last
        last = self._starts[-1]
        self._give_up(last + len(self._pieces[last]))
        return first_hole

    def flush_to(self, offset: int) -> None:
        """Give up the holes before a place."""
        if not self.flushing:
            self._give_up(offset)
            self._last = offset

    def _give_up(self, offset: int) -> None:
        self.flushing = True
        while self._starts and self._starts[0] < offset:
            self._skip(self._starts[0])
            self._advance()
        if self._last < offset:
            self._skip(offset)
            self._advance()
        self._trimmed = max(self._trimmed, offset)
        self.flushing = False

    def _skip(self, offset: int) -> None:
        hole = offset - self._last
        self._last = offset
        self._gap(hole)
