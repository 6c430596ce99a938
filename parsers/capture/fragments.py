"""Datagrams that arrive in fragments, joined as Zeek joins them: of two that overlap, the bytes that came first stay.

Source: Zeek, src/Frag.cc and src/Reassem.cc; RFC 791, section 3.2, and RFC 8200, section 4.5.
"""

from bisect import bisect_right, insort
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from parsers import limits

# What gives the bytes from a place of the store on, so many; what is told of by name that is weird.
Piece: TypeAlias = Callable[[int, int], memoryview | bytes]
Tell: TypeAlias = Callable[[str], None]

# Zeek's bounds for a fragment that is not the last one, and for where any may end.
_SMALL, _LARGE = 64, 64_000


@dataclass(slots=True)
class Fragment:
    """One fragment: the headers before it, the protocol that it names, its place in the datagram, whether more
    follow, the place of its bytes in the store and how many they are; how long its packet is, and whether that was
    not to be fragmented.
    """

    header: bytes
    protocol: int
    offset: int
    more: bool
    at: int
    length: int
    packet: int
    unfragmentable: bool = False


@dataclass(slots=True)
class Datagram:
    """What has come of one datagram.

    header: of the fragment that came first; protocol: the one that the fragment at offset 0 names;
    size: bytes of payload, 0 while the last fragment is missing.
    """

    header: bytes
    protocol: int
    expires: int
    size: int = 0
    # Runs of bytes that are there, none touching the next: where each begins and ends.
    begins: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    # place in the datagram, place in the store, length; in order, and none overlaps another.
    pieces: list[tuple[int, int, int]] = field(default_factory=list)

    def add(self, fragment: Fragment, piece: Piece, tell: Tell) -> bool:
        """Take a fragment in; True when the datagram is whole with it."""
        begin, end = fragment.offset, fragment.offset + fragment.length
        self._check(fragment, end, tell)
        if begin == 0:
            self.protocol = fragment.protocol
        # A fragment that reaches beyond what the last one said makes the datagram longer.
        if not fragment.more or self.size:
            self.size = max(self.size, end)
        if begin == end:
            return False
        self._compare(fragment, end, piece, tell)
        self._insert(begin, end, fragment.at - begin)
        if self.begins[0] or not self.size or self.ends[0] < self.size:
            return False
        if len(self.begins) > 1 or self.ends[0] > self.size:
            tell("fragment_size_inconsistency")
        self.size = self.ends[0]
        return True

    def _check(self, fragment: Fragment, end: int, tell: Tell) -> None:
        """What is weird in the fragment itself, and beside those that came before."""
        protocol = self.header[9] if self.header[0] >> 4 == 4 else self.protocol
        if fragment.protocol != protocol or len(fragment.header) != len(self.header):
            tell("fragment_protocol_inconsistency")
        if fragment.unfragmentable:
            tell("fragment_with_DF")
        if fragment.more and fragment.packet < _SMALL:
            tell("excessively_small_fragment")
        if end > _LARGE:
            tell("excessively_large_fragment")
        if self.size and (end > self.size or (end != self.size and not fragment.more)):
            tell("fragment_size_inconsistency")

    def _compare(self, fragment: Fragment, end: int, piece: Piece, tell: Tell) -> None:
        """Whether what is there already says the same as a fragment that overlaps it."""
        begin, base = fragment.offset, fragment.at - fragment.offset
        if self.ends and begin == self.ends[-1]:
            return
        first = max(bisect_right(self.pieces, (begin,)) - 1, 0)
        for number in range(first, len(self.pieces)):
            place, at, length = self.pieces[number]
            if place >= end:
                break
            start, stop = max(place, begin), min(place + length, end)
            if start < stop:
                same = piece(at + start - place, stop - start) == piece(base + start, stop - start)
                tell("fragment_overlap" if same else "fragment_inconsistency")

    def _insert(self, begin: int, end: int, base: int) -> None:
        """Fill the holes between begin and end; `base` is where offset 0 would lie in the store."""
        first = bisect_right(self.ends, begin - 1)
        last = bisect_right(self.begins, end)
        free = begin
        for run in range(first, last):
            if self.begins[run] > free:
                insort(self.pieces, (free, base + free, self.begins[run] - free))
            free = max(free, self.ends[run])
        if free < end:
            insort(self.pieces, (free, base + free, end - free))
        if first < last:
            begin, end = min(begin, self.begins[first]), max(end, self.ends[last - 1])
        self.begins[first:last], self.ends[first:last] = [begin], [end]

    def payload(self, piece: Piece) -> bytes:
        """The joined bytes of a whole datagram."""
        joined = bytearray(self.size)
        for place, at, length in self.pieces:
            if place < self.size:
                kept = min(length, self.size - place)
                joined[place : place + kept] = piece(at, kept)
        return bytes(joined)


@dataclass(slots=True)
class Begun:
    """The datagrams that began in a part of a capture: for each one when it did, and how many pieces all have."""

    first: dict[bytes, int] = field(default_factory=dict)
    pieces: int = 0


class Reassembly:
    """The datagrams that wait for fragments, oldest first; `piece` gives the bytes of a place in the store.

    What begins is noted in `begun`, where that is asked for.
    """

    def __init__(self, piece: Piece, begun: Begun | None = None) -> None:
        self._piece = piece
        self._begun = begun
        self._waiting: dict[bytes, Datagram] = {}
        self._pieces = 0

    def add(self, key: bytes, fragment: Fragment, now: int, tell: Tell) -> Datagram | None:
        """The datagram that this fragment makes whole; `key` stands for its addresses and identification.

        `now` is the latest time stamp so far, in nanoseconds; what is weird in it is told.
        """
        self._give_up(now)
        datagram = self._waiting.get(key)
        if datagram is None:
            expires = now + limits.FRAGMENT_TIMEOUT
            datagram = self._waiting[key] = Datagram(fragment.header, fragment.protocol, expires)
        before = len(datagram.pieces)
        whole = datagram.add(fragment, self._piece, tell)
        more = len(datagram.pieces) - before
        self._pieces += more
        if self._begun is not None:
            self._begun.first.setdefault(key, now)
            self._begun.pieces += more
        if not whole:
            return None
        self._forget(key)
        return datagram

    def is_apart_from(self, begun: Begun) -> bool:
        """Whether what waits here makes no difference to a later part of the capture."""
        if not self._waiting or not begun.first:
            return True
        if len(self._waiting) + len(begun.first) > limits.WAITING_DATAGRAMS:
            return False
        if self._pieces + begun.pieces > limits.WAITING_FRAGMENTS:
            return False
        common = self._waiting.keys() & begun.first.keys()
        return all(self._waiting[key].expires <= begun.first[key] for key in common)

    def _give_up(self, now: int) -> None:
        """Forget what has waited too long, and the oldest where too much waits."""
        while self._waiting:
            oldest = next(iter(self._waiting))
            crowded = len(self._waiting) > limits.WAITING_DATAGRAMS or self._pieces > limits.WAITING_FRAGMENTS
            if not crowded and self._waiting[oldest].expires > now:
                break
            self._forget(oldest)

    def _forget(self, key: bytes) -> None:
        self._pieces -= len(self._waiting.pop(key).pieces)
