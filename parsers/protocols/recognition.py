"""Which protocols the first bytes of a stream show.

Source: Zeek, src/analyzer/protocol/pia/PIA.cc, src/RuleMatcher.cc.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from parsers.limits import RECOGNITION_BYTES, RECOGNITION_CHUNKS
from parsers.protocols.analyzer import Data, Event, Gap, Protocol
from parsers.protocols.roster import Candidate

# A protocol and what its analyser has missed: the events before, at the time of now, and the rest of this one.
Found: TypeAlias = tuple[Protocol, list[Event]]


class Recognition:
    """The first bytes of a stream, until they are more than what decides which protocols it speaks.

    A stream's bytes are looked at after each segment; each datagram of UDP is looked at alone. A protocol that one
    side's bytes show is found once by each side, so that it may come back after it was rejected for the other's.
    `fail` is told of a protocol whose own look at the bytes raises, and of what it raises; it is not asked again.
    `is_over` says that later bytes do not matter.
    """

    def __init__(
        self, candidates: Sequence[Candidate], fail: Callable[[Protocol, Exception], None], *, is_udp: bool
    ) -> None:
        self._fail = fail
        self._is_udp = is_udp
        self._candidates = candidates
        self._found: set[tuple[str, bool | None]] = set()
        self._seen: list[Event] = []
        self._first = {True: b"", False: b""}
        self._size = 0
        self.is_over = False

    def deliver(self, data: Data) -> list[Found]:
        """Look at more bytes."""
        found: list[Found] = []
        start = 0
        for i, end in enumerate(data.ends):
            piece = data if len(data.ends) == 1 else data.cut(start, end)
            start = end
            self._seen.append(piece)
            self._size += len(piece.data)
            if self._is_udp:
                self._first = {data.is_orig: piece.data, not data.is_orig: b""}
            else:
                self._first[data.is_orig] += piece.data
            known = self._known(data.is_orig)
            if known:
                missed = self._missed(data, i)
                found += [(protocol, missed) for protocol in known]
            self.is_over = self._size > RECOGNITION_BYTES or len(self._seen) > RECOGNITION_CHUNKS
            if self.is_over:
                break
        return found

    def gap(self, gap: Gap) -> None:
        """Bytes are missing; what comes after them is looked at as if it came before."""
        if self._seen:
            self._seen.append(gap)

    def _missed(self, data: Data, segment: int) -> list[Event]:
        now = data.times[segment]
        missed = [_at(event, now) for event in self._seen]
        if segment + 1 < len(data.ends):
            missed.append(data.cut(data.ends[segment], len(data.data)))
        return missed

    def _known(self, is_orig: bool) -> list[Protocol]:
        """The protocols that the bytes show in a way in which they did not show them before."""
        orig, resp = self._first[True], self._first[False]
        own, others = (orig, b"") if is_orig else (b"", resp)
        known = []
        for candidate in self._candidates:
            protocol, recognise = candidate
            name = protocol.name
            shown: tuple[str, bool | None]
            # Most bytes are not of most protocols: this is asked some twenty times for each segment.
            try:
                if recognise(own, others):
                    shown = (name, is_orig)
                elif orig and resp and recognise(orig, resp):
                    shown = (name, None)
                else:
                    continue
            except Exception as error:  # noqa: BLE001
                self._fail(protocol, error)
                self._candidates = [other for other in self._candidates if other is not candidate]
                continue
            if shown in self._found or (shown[1] is None and self._found & {(name, True), (name, False)}):
                continue
            self._found.add(shown)
            known.append(protocol)
        return known


def _at(event: Event, now: int) -> Event:
    if isinstance(event, Data):
        return Data(event.is_orig, event.data, [len(event.data)], [now])
    return event
