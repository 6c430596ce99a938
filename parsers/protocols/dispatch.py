"""Which analysers a connection gets, and what its `service` comes to."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar

from parsers.files.analysis import Files
from parsers.limits import HAND_OVERS, VIOLATION_BYTES
from parsers.protocols import failure, registry, weird
from parsers.protocols.analyzer import (
    Analyzer,
    Connection,
    Context,
    Data,
    End,
    Event,
    Gap,
    Protocol,
    Reset,
    Rows,
)
from parsers.protocols.expectation import Expectations
from parsers.protocols.recognition import Recognition
from parsers.protocols.roster import Roster

# Loaded before work is shared out to processes, each of which would have to load the analysers again.
_ROSTER: Final = Roster(registry.protocols())

A = TypeVar("A")
T = TypeVar("T")


def dispatch(
    connection: Connection,
    events: Iterable[Event],
    rows: Rows,
    files: Files,
    troubles: list[str] | None,
    last: int,
    roster: Roster = _ROSTER,
    expectations: Expectations | None = None,
) -> str | None:
    """Run a connection's events through its analysers; what comes back is conn's `service`, None when none.

    A protocol's analyser is there from the first byte when the responder's port is one of its own, and joins
    when `recognise` knows the first bytes; it then gets what came before, at the time at which it was
    recognised. Of a connection that is expected, the protocol that it is expected to speak takes the port's place.
    `last` is the time of the connection's last packet. An analyser that raises is dropped from this connection and told
    of in `troubles`, one line each; it raises where there are none.
    Source: Zeek, src/analyzer/protocol/pia/PIA.cc, scripts/base/frameworks/analyzer/dpd.zeek.
    """
    expectations = expectations or Expectations()
    expected = roster.of_names(expectations.protocols(connection))
    protocols = expected or roster.at_port(connection)
    events = iter(events)
    first = _first(events, is_heard=bool(protocols))
    rows.now = last
    # Whom the port brings in says nothing where nothing comes; what is expected is told of all the same.
    if first is None and not expected:
        return None
    shared = _Shared(connection, rows, files, roster, troubles, expectations)
    stream = Stream(shared, protocols)
    event = first
    while event is not None:
        if isinstance(event, Data):
            rows.now = event.times[-1]
            _deliver(shared, stream, event)
        else:
            rows.now = event.ts
            if isinstance(event, End):
                stream.end(event)
            elif isinstance(event, Reset):
                stream.reset(event)
            else:
                shared.size += event.length
                shared.gapped = True
                stream.gap(event)
        if stream.idle:
            break
        event = next(events, None)
    rows.now = last
    stream.finish(last)
    if shared.removals:
        rows.now = ts = last if connection.removal is None else connection.removal()
        for protocol, function in shared.removals:
            shared.attempt(protocol, function, ts)
    # What analysers leave for each other, and what waits for the end, holds their context, which holds all of this.
    shared.notes.clear()
    shared.removals.clear()
    return ",".join(shared.service) or None


def _first(events: Iterator[Event], *, is_heard: bool) -> Event | None:
    """The first event that matters: where nobody listens yet, the first bytes or the first hole."""
    for event in events:
        if is_heard or isinstance(event, Data | Gap):
            return event
    return None


def _deliver(shared: "_Shared", stream: "Stream", data: Data) -> None:
    """Bytes that came, in two parts where the bound of violations lies between their segments."""
    length = len(data.data)
    if shared.size <= VIOLATION_BYTES < shared.size + length:
        place = _last_end(data, VIOLATION_BYTES - shared.size)
        if place:
            shared.size += place
            stream.deliver(data.cut(0, place))
            data = data.cut(place, length)
            length -= place
    shared.size += length
    stream.deliver(data)


class _Shared:
    """What all streams of one connection share.

    service  the names in the order of their confirmation, as keys
    size     the bytes of both directions that came until now
    gapped   some are missing: what looks like another protocol may be this one with a hole
    notes    what their analysers leave for each other
    broken   the names of protocols that have failed
    weirds   which of the weird things that come in masses count
    removals what protocols want to be called when the connection is removed
    """

    def __init__(
        self,
        connection: Connection,
        rows: Rows,
        files: Files,
        roster: Roster,
        troubles: list[str] | None,
        expectations: Expectations,
    ) -> None:
        self.connection = connection
        self.rows = rows
        self.files = files
        self.roster = roster
        self.troubles = troubles
        self.expectations = expectations
        self.service: dict[str, None] = {}
        self.notes: dict[str, object] = {}
        self.broken: set[str] = set()
        self.size = 0
        self.gapped = False
        self.weirds = weird.Sampling()
        self.removals: list[tuple[Protocol, Callable[[int], None]]] = []

    def attempt(self, protocol: Protocol, function: Callable[[A], T], told: A) -> T | None:
        """Call into a protocol; the one place where a fault of ours in it ends, and the protocol with it."""
        if protocol.name in self.broken:
            return None
        try:
            return function(told)
        except Exception as error:  # noqa: BLE001
            self.fail(protocol, error)
            return None

    def fail(self, protocol: Protocol, error: Exception) -> None:
        """A fault of ours in a protocol: this connection does without it."""
        if self.troubles is None:
            raise error
        self.broken.add(protocol.name)
        self.tell(f"the {protocol.name} analyser failed: {error!r}; please report it")

    def tell(self, trouble: str) -> None:
        """Something of the connection could not be read."""
        if self.troubles is not None:
            self.troubles.append(f"connection {self.connection.uid}: {trouble}")


class Stream:
    """One stream of bytes in both directions and the analysers on it: a connection's own, or one inside it.

    It is an analyser itself, so that a protocol which carries another can feed it. `losing` says that one of its
    analysers hears no more after the event that is being told.
    """

    def __init__(
        self, shared: _Shared, protocols: Iterable[Protocol], *, recognising: bool = True, depth: int = 0
    ) -> None:
        self.shared = shared
        self.depth = depth
        self.losing = False
        self.seats: list[_Seat] = []
        for protocol in protocols:
            self.join(protocol, ())
        proto = shared.connection.proto
        candidates = shared.roster.candidates(proto) if recognising else None
        self.recognition: Recognition | None = None
        if candidates is not None:
            self.recognition = Recognition(candidates, shared.fail, is_udp=proto == "udp")

    @property
    def idle(self) -> bool:
        """Whether no later byte can matter."""
        return not self.seats and self.recognition is None

    def deliver(self, data: Data) -> None:
        for seat in self.seats:
            self.shared.attempt(seat.protocol, seat.analyzer.deliver, data)
        if self.recognition is not None:
            for protocol, seen, segment in self.recognition.deliver(data):
                if not self._has(protocol):
                    self.join(protocol, self.recognition.missed(data, seen, segment))
            if self.recognition.is_over:
                self.recognition = None
        if self.losing:
            self._leave(data)

    def gap(self, gap: Gap) -> None:
        for seat in self.seats:
            self.shared.attempt(seat.protocol, seat.analyzer.gap, gap)
        if self.recognition is not None:
            self.recognition.gap(gap)
        if self.losing:
            self._leave(gap)

    def end(self, end: End) -> None:
        for seat in self.seats:
            self.shared.attempt(seat.protocol, seat.analyzer.end, end)
        if self.losing:
            self._leave(end)

    def reset(self, reset: Reset) -> None:
        """The connection was broken off; what it carries inside is not told, as in Zeek."""
        for seat in self.seats:
            told = getattr(seat.analyzer, "reset", None)
            if told is not None:
                self.shared.attempt(seat.protocol, told, reset)

    def finish(self, ts: int) -> None:
        for seat in self.seats:
            self.shared.attempt(seat.protocol, seat.analyzer.finish, ts)
        self.seats = []

    def join(self, protocol: Protocol, events: Sequence[Event]) -> None:
        """Let a protocol's analyser take part from now on, after the `events` that it has missed.

        One that rejects them is heard out, as in Zeek.
        """
        if self._has(protocol):
            return
        told = _Told(self, protocol)
        shared = self.shared
        context = Context(
            shared.connection,
            shared.rows,
            shared.files,
            told.confirm,
            told.reject,
            told.weird,
            told.hand_over,
            told.at_removal,
            shared.expectations,
            shared.notes,
        )
        analyzer = shared.attempt(protocol, protocol.make, context)
        if analyzer is None:
            return
        self.seats.append(_Seat(protocol, analyzer, told))
        for event in events:
            if isinstance(event, Data):
                shared.attempt(protocol, analyzer.deliver, event)
            elif isinstance(event, Gap):
                shared.attempt(protocol, analyzer.gap, event)

    def _has(self, protocol: Protocol) -> bool:
        return any(seat.protocol is protocol for seat in self.seats)

    def _leave(self, event: Event) -> None:
        self.losing = False
        ts = event.times[-1] if isinstance(event, Data) else event.ts
        rejected = [seat for seat in self.seats if seat.told.has_rejected]
        self.seats = [seat for seat in self.seats if not seat.told.has_rejected]
        for seat in rejected:
            self.shared.attempt(seat.protocol, seat.analyzer.finish, ts)


class _Told:
    """What one analyser says of its stream: the functions of its Context."""

    def __init__(self, stream: Stream, protocol: Protocol) -> None:
        self.stream = stream
        self.protocol = protocol
        self.source = protocol.name.upper()
        self.stays = protocol.stays
        self.has_confirmed = self.has_rejected = False

    def confirm(self, name: str, ts: int) -> None:
        shared = self.stream.shared
        shared.service[name] = None
        if not self.has_confirmed:
            self.has_confirmed = True
            shared.connection.confirmed.append((ts, tuple(shared.service)))

    def reject(self, name: str, ts: int, reason: str, data: bytes | None = None) -> bool:
        shared = self.stream.shared
        if shared.size > VIOLATION_BYTES or shared.gapped or shared.connection.partial:
            return False
        if name in shared.service:
            del shared.service[name]
            shared.rows.add(failure.RECORD, failure.of_protocol(ts, shared.connection, name, reason, data))
        if self.stays:
            return False
        self.has_rejected = self.stream.losing = True
        return True

    def weird(self, name: str, ts: int, addl: str = "", source: str | None = None) -> None:
        shared = self.stream.shared
        if shared.weirds.permits(name, ts):
            told = self.source if source is None else source
            shared.rows.add(weird.RECORD, weird.of_connection(ts, shared.connection, name, addl, told))

    def at_removal(self, function: Callable[[int], None]) -> None:
        self.stream.shared.removals.append((self.protocol, function))

    def hand_over(self, name: str) -> Analyzer | None:
        shared = self.stream.shared
        depth = self.stream.depth + 1
        if depth > HAND_OVERS:
            shared.tell(f"protocols inside protocols are followed {HAND_OVERS} deep, not what is inside")
            return None
        if not name:
            return Stream(shared, (), depth=depth)
        protocol = shared.roster.named(name)
        return Stream(shared, (protocol,), recognising=False, depth=depth) if protocol else None


class _Seat:
    """One analyser's place on a stream."""

    def __init__(self, protocol: Protocol, analyzer: Analyzer, told: _Told) -> None:
        self.protocol = protocol
        self.analyzer = analyzer
        self.told = told


def _last_end(data: Data, place: int) -> int:
    """Where the last segment ends that ends at `place` or before; 0 when none does."""
    count = bisect_right(data.ends, place)
    return data.ends[count - 1] if count else 0
