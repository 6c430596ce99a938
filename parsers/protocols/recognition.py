"""Which protocols the first bytes of a stream show.

Source: Zeek, src/analyzer/protocol/pia/PIA.cc, src/RuleMatcher.cc.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from parsers.limits import RECOGNITION_BYTES, RECOGNITION_CHUNKS
from parsers.protocols.analyzer import Data, Event, Gap, Protocol

Recognise: TypeAlias = Callable[[bytes, bytes], bool]
# A protocol and what its analyser has missed: the events before, at the time of now, and the rest of this one.
Found: TypeAlias = tuple[Protocol, list[Event]]


class Recognition:
    """The first bytes of a stream, until they are more than what decides which protocols it speaks.

    A stream's bytes are looked at after each segment; each datagram of UDP is looked at alone. A protocol that one
    side's bytes show is found once by each side, so that it may come back after it was rejected for the other's.
    `attempt` calls a function for a protocol and gives what it returns, None when that fails; `is_over` says that
    later bytes do not matter.
    """

    def __init__(self, protocols: Iterable[Protocol], proto: str, attempt: Callable[..., Any]) -> None:
        self._attempt = attempt
        self._is_udp = proto == "udp"
        self._candidates = [(p, p.recognise) for p in protocols if p.recognise is not None and proto in p.transports]
        self._found: set[tuple[str, bool | None]] = set()
        self._seen: list[Event] = []
        self._first = {True: b"", False: b""}
        self._size = 0
        self.is_over = not self._candidates

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
            known = [
                p for p, recognise in self._candidates if self._attempt(p, self._is_known, p, recognise, data.is_orig)
            ]
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

    def _is_known(self, protocol: Protocol, recognise: Recognise, is_orig: bool) -> bool:
        """Whether the bytes show the protocol in a way in which they did not show it before."""
        orig, resp = self._first[True], self._first[False]
        name = protocol.name
        if (name, is_orig) not in self._found and (recognise(orig, b"") if is_orig else recognise(b"", resp)):
            self._found.add((name, is_orig))
            return True
        if orig and resp and not self._found & {(name, True), (name, False), (name, None)} and recognise(orig, resp):
            self._found.add((name, None))
            return True
        return False


def _at(event: Event, now: int) -> Event:
    if isinstance(event, Data):
        return Data(event.is_orig, event.data, [len(event.data)], [now])
    return event
