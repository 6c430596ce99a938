"""Which protocols the first bytes of a stream show.

Source: Zeek, src/analyzer/protocol/pia/PIA.cc, src/RuleMatcher.cc.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from parsers.limits import RECOGNITION_BYTES, RECOGNITION_CHUNKS
from parsers.protocols.analyzer import Data, Event, Gap, Protocol
from parsers.protocols.roster import Candidates

# A protocol, and what `Recognition.missed` wants to know: how many events had been seen, and which segment showed it.
Found: TypeAlias = tuple[Protocol, int, int]

# A protocol's name, and the side that showed it; None where it took both.
_Shown: TypeAlias = tuple[str, bool | None]


class Recognition:
    """The first bytes of a stream, until they are more than what decides which protocols it speaks.

    A stream's bytes are looked at after each segment; each datagram of UDP is looked at alone. A protocol that one
    side's bytes show is found once by each side, so that it may come back after it was rejected for the other's.
    `fail` is told of a protocol whose own look at the bytes raises, and of what it raises; it is not asked again.
    `is_over` says that later bytes do not matter.
    """

    __slots__ = ("_candidates", "_fail", "_failed", "_found", "_is_udp", "_orig", "_resp", "_seen", "_size", "is_over")

    def __init__(self, candidates: Candidates, fail: Callable[[Protocol, Exception], None], *, is_udp: bool) -> None:
        self._fail = fail
        self._is_udp = is_udp
        self._candidates = candidates
        self._found: list[_Shown] = []
        self._failed: list[Protocol] = []
        self._seen: list[Event] = []
        self._orig = b""
        self._resp = b""
        self._size = 0
        self.is_over = False

    def deliver(self, data: Data) -> Sequence[Found]:
        """Look at more bytes."""
        if len(data.ends) == 1:
            return self._look(data, 0)
        found: list[Found] = []
        start = 0
        for i, end in enumerate(data.ends):
            found += self._look(data.cut(start, end), i)
            start = end
            if self.is_over:
                break
        return found

    def gap(self, gap: Gap) -> None:
        """Bytes are missing; what comes after them is looked at as if it came before."""
        if self._seen:
            self._seen.append(gap)

    def _look(self, piece: Data, segment: int) -> Sequence[Found]:
        """Look at the segment of this number of what was delivered."""
        self._seen.append(piece)
        self._size += len(piece.data)
        self.is_over = self._size > RECOGNITION_BYTES or len(self._seen) > RECOGNITION_CHUNKS
        if self._is_udp:
            known = self._known(piece.data, b"", True) if piece.is_orig else self._known(b"", piece.data, False)
        else:
            if piece.is_orig:
                self._orig += piece.data
            else:
                self._resp += piece.data
            known = self._known(self._orig, self._resp, piece.is_orig)
        if not known:
            return ()
        return [(protocol, len(self._seen), segment) for protocol in known]

    def missed(self, data: Data, seen: int, segment: int) -> list[Event]:
        """What the analyser of a protocol found in `data` has missed: what came before, at that time, and the rest."""
        now = data.times[segment]
        missed = [_at(event, now) for event in self._seen[:seen]]
        if segment + 1 < len(data.ends):
            missed.append(data.cut(data.ends[segment], len(data.data)))
        return missed

    def _known(self, orig: bytes, resp: bytes, is_orig: bool) -> Sequence[Protocol]:
        """The protocols that the bytes show in a way in which they did not show them before."""
        known: Sequence[Protocol] = ()
        both = bool(orig and resp)
        for protocol, recognise in self._candidates.after(orig, resp):
            # Most bytes are not of most protocols: this is asked some ten times for each segment.
            try:
                if not protocol.mutual and (recognise(orig, b"") if is_orig else recognise(b"", resp)):
                    shown: _Shown = (protocol.name, is_orig)
                elif both and recognise(orig, resp):
                    shown = (protocol.name, None)
                else:
                    continue
            except Exception as error:  # noqa: BLE001
                if protocol not in self._failed:
                    self._failed.append(protocol)
                    self._fail(protocol, error)
                continue
            if not self._knew(shown) and protocol not in self._failed:
                self._found.append(shown)
                known = [*known, protocol]
        return known

    def _knew(self, shown: _Shown) -> bool:
        """Whether a protocol was found before, by this side or, where it takes both, by one of them."""
        name, side = shown
        return shown in self._found or (side is None and ((name, True) in self._found or (name, False) in self._found))


def _at(event: Event, now: int) -> Event:
    if isinstance(event, Data):
        return Data(event.is_orig, event.data, [len(event.data)], [now])
    return event
