"""What an analyser is: bytes of one connection in, rows out; no files, no clock, no globals."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias
from typing import Protocol as Interface

from parsers.schema import Record, Row

if TYPE_CHECKING:
    from parsers.files.analysis import Files
    from parsers.protocols.expectation import Expectations


# A letter of conn's history, and when it was written.
Mark: TypeAlias = tuple[int, str]


@dataclass(slots=True, init=False)
class Serving:
    """What a connection shows of its responder's service.

    since   when it was seen that there is one: a TCP server has agreed, or sent anything at all
    spoken  when its first bytes came
    still   whether the connection shows it in the end
    """

    since: int | None
    spoken: int | None
    still: bool

    def __init__(self, since: int | None, spoken: int | None, still: bool) -> None:
        self.since = since
        self.spoken = spoken
        self.still = still


@dataclass(slots=True, init=False)
class Connection:
    """What an analyser may know of the connection that its bytes come from. Times are nanoseconds UTC.

    partial  of TCP: its opening was not seen; Zeek's analysers of text and TLS leave such a one alone
    turned   originator and responder changed places after its first packet
    marks    what analysers add to conn's history, in order
    confirmed  when an analyser became sure of its protocol, and the names of all that were known by then
    established  when both sides of TCP had agreed to it
    serving  finds out what it shows of its responder's service; there is none where it shows nothing
    removal  finds out when Zeek forgets the connection: after the capture's last packet where that ends it
    reused   another began between the same ports before it was forgotten; known once that has been found out
    """

    uid: str
    orig_h: str
    orig_p: int
    resp_h: str
    resp_p: int
    proto: str
    start: int
    partial: bool
    turned: bool
    marks: list[Mark]
    confirmed: list[tuple[int, tuple[str, ...]]]
    established: int | None
    serving: Callable[[], Serving] | None
    removal: Callable[[], int] | None
    reused: bool

    def __init__(
        self,
        uid: str,
        orig_h: str,
        orig_p: int,
        resp_h: str,
        resp_p: int,
        proto: str,
        start: int,
        partial: bool = False,
    ) -> None:
        self.uid = uid
        self.orig_h = orig_h
        self.orig_p = orig_p
        self.resp_h = resp_h
        self.resp_p = resp_p
        self.proto = proto
        self.start = start
        self.partial = partial
        self.turned = self.reused = False
        self.marks = []
        self.confirmed = []
        self.established = None
        self.serving = None
        self.removal = None

    @property
    def server_p(self) -> int:
        """The port that analysers are chosen by: the first responder's, whoever that is now."""
        return self.orig_p if self.turned else self.resp_p

    def turn_round(self, ts: int) -> None:
        """What was taken for the originator is the responder; events go on to say who sent them as before."""
        self.orig_h, self.orig_p, self.resp_h, self.resp_p = self.resp_h, self.resp_p, self.orig_h, self.orig_p
        self.turned = not self.turned
        self.marks.append((ts, "^"))

    def give_up(self, ts: int) -> None:
        """Something is passed over because it is none of what the analyser reads, or too long."""
        if all(letter != "X" for _, letter in self.marks):
            self.marks.append((ts, "X"))

    @property
    def head(self) -> tuple[str, str, int, str, int]:
        """The cells between `ts` and a log's own fields."""
        return self.uid, self.orig_h, self.orig_p, self.resp_h, self.resp_p


@dataclass(slots=True, init=False)
class Data:
    """Bytes of one direction that arrived in a run, nothing of the other direction between them.

    `ends[i]` is the place in `data` after the last byte of segment i, which came at `times[i]`.
    """

    is_orig: bool
    data: bytes
    ends: list[int]
    times: list[int]

    # Written out, for there is one for each delivery: what dataclass makes is never compiled.
    def __init__(self, is_orig: bool, data: bytes, ends: list[int], times: list[int]) -> None:
        self.is_orig = is_orig
        self.data = data
        self.ends = ends
        self.times = times

    @property
    def ts(self) -> int:
        """When the first byte came."""
        return self.times[0]

    def time_of(self, place: int) -> int:
        """When the byte at `place` came."""
        return self.times[min(bisect_right(self.ends, place), len(self.times) - 1)]

    def segment_end(self, place: int) -> int:
        """Where the segment of the byte at `place` ends."""
        return self.ends[min(bisect_right(self.ends, place), len(self.ends) - 1)]

    def cut(self, start: int, end: int) -> "Data":
        """The bytes from `start` up to `end`, with the segments that they came in."""
        first = bisect_right(self.ends, start)
        last = bisect_left(self.ends, end)
        ends = [min(at, end) - start for at in self.ends[first : last + 1]]
        return Data(self.is_orig, self.data[start:end], ends, self.times[first : last + 1])


@dataclass(slots=True)
class Gap:
    """Bytes of one direction that the peer acknowledged and the capture does not hold."""

    is_orig: bool
    length: int
    ts: int


@dataclass(slots=True)
class End:
    """One direction has been closed in order; no byte of it will follow."""

    is_orig: bool
    ts: int


@dataclass(slots=True)
class Reset:
    """One side has broken the connection off (RST); bytes that were on their way may still follow."""

    is_orig: bool
    ts: int


Event: TypeAlias = Data | Gap | End | Reset


class Analyzer(Interface):
    """One protocol on one connection.

    TCP delivers `Data`, `Gap` and `End` in the order in which Zeek would; UDP delivers each datagram as one
    `Data`. `finish` comes once, when the connection is removed, with the time of its last packet.
    """

    def deliver(self, data: Data) -> None: ...
    def gap(self, gap: Gap) -> None: ...
    def end(self, end: End) -> None: ...
    def finish(self, ts: int) -> None: ...


@dataclass
class Rows:
    """The rows that a shard's analysers write, by record; `now` is the time of what they are fed.

    `written` has for each record the times at which its rows were added.
    """

    by_record: dict[str, tuple[Record, list[Row]]] = field(default_factory=dict)
    written: dict[str, list[int]] = field(default_factory=dict)
    now: int = 0

    def add(self, record: Record, row: Row) -> None:
        """One row, cells in the record's order; times and intervals in nanoseconds, None where unset."""
        entry = self.by_record.get(record.name)
        if entry is None:
            entry = self.by_record[record.name] = (record, [])
            self.written[record.name] = []
        entry[1].append(row)
        self.written[record.name].append(self.now)


class Reject(Interface):
    """`Context.reject`."""

    def __call__(self, name: str, ts: int, reason: str, data: bytes | None = None) -> bool: ...


class Weird(Interface):
    """`Context.weird`."""

    def __call__(self, name: str, ts: int, addl: str = "", source: str | None = None) -> None: ...


class Context:
    """What an analyser is given beside its bytes.

    confirm(name, ts)        the connection speaks this protocol, as was seen at `ts`: the name joins conn's service
    reject(name, ts, reason, data)
                             it does not, after all, as was seen at `ts`: the analyser is fed no more; where the name
                             was confirmed, analyzer.log tells it, with the bytes if there are any (Zeek: an analyzer
                             violation); False where that does not count, for the connection has gone on for long or
                             has holes
    weird(name, ts, addl, source)
                             something that weird.log tells, by Zeek's name for it, each time that it is met; the
                             source is the protocol's own name in capitals where no other is given, empty for what
                             Zeek's scripts find without one
    hand_over(name, events)  the rest of the stream, or an inner one, is another protocol's: the named protocol's
                             analyser is made on this connection; later events are delivered by calling the
                             analyser that is returned (None when no protocol has that name). An empty name means
                             whatever the bytes are recognised as. Whoever is handed one calls its `finish`.
    at_removal(function)     call this when the connection is removed, with the time at which Zeek forgets it, whatever
                             has become of the analyser (Zeek: Conn::register_removal_hook)
    expectations             other connections of the same two hosts that are announced, and what is said of them
    shared                   what the analysers of one connection leave for each other, by protocol
    """

    def __init__(
        self,
        connection: Connection,
        rows: Rows,
        files: "Files",
        confirm: Callable[[str, int], None],
        reject: Reject,
        weird: Weird,
        hand_over: Callable[[str], Analyzer | None],
        at_removal: Callable[[Callable[[int], None]], None],
        expectations: "Expectations",
        shared: dict[str, object] | None = None,
    ) -> None:
        self.connection = connection
        self.rows = rows
        self.files = files
        self.confirm = confirm
        self.reject = reject
        self.weird = weird
        self.hand_over = hand_over
        self.at_removal = at_removal
        self.expectations = expectations
        self.shared: dict[str, object] = {} if shared is None else shared


@dataclass(frozen=True)
class Protocol:
    """A protocol's line in the registry points at one of these.

    `recognise` looks at the first bytes of both directions (the originator's first, empty while nothing came;
    of UDP at one datagram, the other side empty) and says whether they are this protocol; it must answer fast
    and never fail. A protocol that only ports find has none. One that `stays` is only ever carried by others and
    heard on after it was rejected: Zeek takes off what stands on a connection itself. `openings` are the bytes of
    which one comes first on one side or the other wherever `recognise` says yes; None where any may. What is `mutual`
    is recognised by both sides alone, never while one of them has said nothing.
    """

    name: str
    records: tuple[Record, ...]
    make: Callable[[Context], Analyzer]
    tcp_ports: frozenset[int] = frozenset()
    udp_ports: frozenset[int] = frozenset()
    recognise: Callable[[bytes, bytes], bool] | None = None
    transports: frozenset[str] = frozenset({"tcp"})
    stays: bool = False
    openings: bytes | None = None
    mutual: bool = False
