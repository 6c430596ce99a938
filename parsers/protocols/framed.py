"""Analysers of binary messages over TCP: a protocol says how many bytes it wants next, this brings them together.

Source: binpac, lib/binpac_buffer.cc (what Zeek's generated parsers read from), src/pac_flow.cc.
"""

from collections.abc import Generator
from typing import ClassVar, TypeAlias

from parsers.limits import FRAME_BYTES
from parsers.protocols.analyzer import Analyzer, Context, Data, End, Gap
from parsers.protocols.binpac import BinpacError, past_capacity

# One message as it is read: it yields how many bytes it wants next and is sent just these; the first are one at least.
Frames: TypeAlias = Generator[int, bytes, None]


class Flow:
    """One direction: the message that is being read, the bytes that are held for it, how many more it wants."""

    __slots__ = ("held", "missing", "reading", "size")

    def __init__(self) -> None:
        self.reading: Frames | None = None
        self.held: list[bytes] = []
        self.size = 0
        self.missing = 0

    def begin(self, reading: Frames) -> None:
        """A message begins."""
        self.reading = reading
        self.missing = next(reading)

    def hold(self, piece: bytes) -> None:
        """Keep bytes that are fewer than are wanted."""
        self.held.append(piece)
        self.size += len(piece)
        self.missing -= len(piece)
        if self.size > FRAME_BYTES:
            raise past_capacity(self.size, FRAME_BYTES)

    def take(self, piece: bytes) -> None:
        """Pass on the bytes that were wanted, of which this is the last piece."""
        assert self.reading is not None
        self.held.append(piece)
        wanted = b"".join(self.held)
        self.held = []
        self.size = 0
        try:
            self.missing = self.reading.send(wanted)
            while not self.missing:
                self.missing = self.reading.send(b"")
        except StopIteration:
            self.reading = None

    def discard(self) -> None:
        """Forget the message that is being read."""
        self.reading = None
        self.held = []
        self.size = 0


class Framed:
    """The analyser of a protocol of such messages; a subclass has its `name` and reads a message.

    follows_partial  whether a connection is read whose opening was not seen
    follows_gaps     whether reading goes on behind a hole, as if there were none
    now              when the last byte came of what is being read
    """

    name: ClassVar[str]
    follows_partial: ClassVar[bool] = False
    follows_gaps: ClassVar[bool] = False

    def __init__(self, context: Context) -> None:
        self.context = context
        self.now = context.connection.start
        self._flows = {True: Flow(), False: Flow()}
        self._is_over = dict.fromkeys((True, False), context.connection.partial and not self.follows_partial)
        self._inner: Analyzer | None = None

    def read(self, is_orig: bool) -> Frames:
        """Read one message; one that does not fit raises a BinpacError."""
        raise NotImplementedError

    def stop(self, *sides: bool) -> None:
        """Nothing that these sides (by default both) send in later segments matters."""
        self._is_over |= dict.fromkeys(sides or (True, False), True)

    def hand_over(self, name: str) -> None:
        """What comes in later segments is another protocol's, as `Context.hand_over`."""
        self.stop()
        self._inner = self.context.hand_over(name)

    def deliver(self, data: Data) -> None:
        flow = self._flows[data.is_orig]
        start = 0
        for segment, end in enumerate(data.ends):
            if self._is_over[data.is_orig]:
                if self._inner is not None:
                    self._inner.deliver(data.cut(start, len(data.data)) if start else data)
                return
            self.now = data.times[segment]
            try:
                self._advance(flow, data, start, end)
            except BinpacError as error:
                flow.discard()
                self.fail(error, data.data[start:end])
            start = end

    def fail(self, error: BinpacError, segment: bytes) -> None:  # noqa: ARG002
        """A message does not fit; the rest of the segment is lost."""
        self.violate(str(error))

    def violate(self, reason: str) -> None:
        """The bytes are not this protocol; where that does not count, reading goes on with the next segment."""
        if self.context.reject(self.name, self.now, reason):
            self.stop()

    def gap(self, gap: Gap) -> None:
        if self._inner is not None:
            self._inner.gap(gap)
        elif not self.follows_gaps:
            self.stop()

    def end(self, end: End) -> None:
        if self._inner is not None:
            self._inner.end(end)

    def finish(self, ts: int) -> None:
        if self._inner is not None:
            self._inner.finish(ts)

    def _advance(self, flow: Flow, data: Data, place: int, end: int) -> None:
        """Read the messages that end in a segment, hold the start of the one that does not."""
        while place < end:
            if flow.reading is None:
                flow.begin(self.read(data.is_orig))
            stop = place + flow.missing
            if stop > end:
                flow.hold(data.data[place:end])
                return
            flow.take(data.data[place:stop])
            place = stop
