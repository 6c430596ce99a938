"""What Zeek's Spicy parsers have in common: a grammar is a generator that reads a direction's bytes as they come.

Source: Zeek, src/spicy/protocol-analyzer.cc; Spicy, "Parsing" (attributes of fields, error recovery).
"""

from collections.abc import Generator
from typing import ClassVar, TypeAlias, TypeVar

from parsers.protocols.analyzer import Analyzer, Context, Data, End, Gap

T = TypeVar("T")
# What is read: it yields where it has to wait for more bytes.
Read: TypeAlias = Generator[None, None, T]


class SpicyError(Exception):
    """The bytes are not what the grammar says; the text is what analyzer.log says of it, without a place in a file.

    shows_data  whether it also shows the bytes
    """

    def __init__(self, reason: str, *, shows_data: bool = True) -> None:
        super().__init__(reason)
        self.shows_data = shows_data


class MissingDataError(Exception):
    """A hole is where bytes are wanted."""


class Input:
    """One direction's bytes that have come and are not read yet.

    is_closed  no more will come
    left       how many of them belong to the field that is being read; None where it has no size
    """

    __slots__ = ("_buffer", "_dropped", "_place", "is_closed", "left")

    def __init__(self, content: bytes = b"", *, is_closed: bool = False) -> None:
        self._buffer = bytearray(content)
        self._place = self._dropped = 0
        self.is_closed = is_closed
        self.left: int | None = None

    def __len__(self) -> int:
        """How many bytes are there."""
        return len(self._buffer) - self._place

    @property
    def offset(self) -> int:
        """How many bytes have been read."""
        return self._dropped + self._place

    def feed(self, piece: bytes) -> None:
        """More bytes have come."""
        if self._place:
            del self._buffer[: self._place]
            self._dropped += self._place
            self._place = 0
        self._buffer += piece

    def drop(self) -> None:
        """Forget what has come."""
        self._buffer.clear()
        self._place = 0

    def peek(self, length: int) -> bytes:
        """So many of the bytes that come next, as far as they are there."""
        return bytes(self._buffer[self._place : self._place + length])

    def rest(self) -> bytes:
        """All bytes that are there."""
        start, self._place = self._place, len(self._buffer)
        return bytes(self._buffer[start:])

    def has_more(self) -> Read[bool]:
        """Whether anything follows."""
        while not len(self):
            if self.is_closed:
                return False
            yield
        return True

    def octets(self, length: int) -> Read[bytes]:
        """So many bytes."""
        self._take(length)
        yield from self.wait_for(length)
        start, self._place = self._place, self._place + length
        return bytes(self._buffer[start : self._place])

    def number(self, length: int) -> Read[int]:
        """A number of so many bytes, its high byte first."""
        return int.from_bytes((yield from self.octets(length)), "big")

    def until(self, end: bytes, limit: int) -> Read[bytes]:
        """The bytes before `end`, which is passed over; with it they are no more than `limit`."""
        if self.left is not None:
            limit = min(limit, self.left)
        # How many bytes have been looked at: they are not looked at again when more come.
        seen = 0
        while (found := self._buffer.find(end, self._place + seen, self._place + limit)) < 0:
            size = len(self)
            if size >= limit:
                raise SpicyError("parsing not done within &max-size bytes")
            seen = max(size - len(end) + 1, 0)
            self._wait("end-of-data reached before &until expression found")
            yield
        start, self._place = self._place, found + len(end)
        self._take(self._place - start)
        return bytes(self._buffer[start:found])

    def wait_for(self, length: int) -> Read[None]:
        """Wait until so many bytes are there."""
        while len(self) < length:
            self._wait(f"expected {length} bytes")
            yield

    def skip(self, length: int) -> Read[None]:
        """Pass over so many bytes, none of which is kept."""
        self._take(length)
        while length:
            step = min(length, len(self))
            self._place += step
            length -= step
            if length:
                self._wait(f"expected {length} bytes")
                yield

    def skip_field(self) -> Read[None]:
        """Pass over what is left of the field."""
        yield from self.skip(self.left or 0)

    def sized(self, length: int, read: Read[T]) -> Read[T]:
        """A field of this size, which `read` must read to its end."""
        self.left = length
        found = yield from read
        if self.left:
            raise SpicyError(f"&size amount not consumed: expected {length} bytes, got {length - self.left} bytes")
        self.left = None
        return found

    def _take(self, length: int) -> None:
        if self.left is not None:
            if length > self.left:
                raise SpicyError(f"expected {length} bytes, got {self.left} bytes")
            self.left -= length

    def _wait(self, wanted: str) -> None:
        if self.is_closed:
            raise SpicyError(wanted)


class SpicyAnalyzer:
    """The analyser of a protocol over TCP with such a grammar; a subclass has its `name` and reads each direction.

    A connection is read even if its opening was not seen.

    now      when the last byte came of what is being read
    has_hole whether bytes are missing: what does not fit counts no more
    """

    name: ClassVar[str]

    def __init__(self, context: Context) -> None:
        self.context = context
        self.now = context.connection.start
        self.has_hole = False
        self.inputs = {True: Input(), False: Input()}
        self._reading: dict[bool, Read[None] | None] = {}
        self._is_over = self._is_confirmed = False
        self._inner: dict[str, Analyzer | None] = {}

    def read(self, is_orig: bool, stream: Input) -> Read[None]:
        """Read one direction to its end; a SpicyError where it does not fit."""
        raise NotImplementedError

    def failed(self) -> None:
        """What does not fit was told."""

    def confirm(self) -> None:
        """The connection speaks this protocol."""
        if not self._is_confirmed:
            self._is_confirmed = True
            self.context.confirm(self.name, self.now)

    def stop(self) -> None:
        """Nothing more is read."""
        self._is_over = True

    def pass_on(self, name: str, is_orig: bool, content: bytes) -> None:
        """Bytes of another protocol inside this one."""
        if name not in self._inner:
            self._inner[name] = self.context.hand_over(name)
        inner = self._inner[name]
        if inner is not None and content:
            inner.deliver(Data(is_orig, content, [len(content)], [self.now]))

    def deliver(self, data: Data) -> None:
        start = 0
        for end, ts in zip(data.ends, data.times, strict=True):
            if self._is_over:
                return
            self.now = ts
            self.inputs[data.is_orig].feed(data.data[start:end])
            self._advance(data.is_orig, data.data[start:end])
            start = end

    def deliver_datagram(self, data: Data) -> None:
        """Read a datagram, which stands alone."""
        if self._is_over:
            return
        self.now = data.times[-1]
        try:
            for _ in self.read(data.is_orig, Input(data.data, is_closed=True)):
                pass
        except SpicyError as error:
            self._violate(error, data.data)

    def gap(self, gap: Gap) -> None:
        self.has_hole = True
        if self._is_over:
            return
        self.now = gap.ts
        reading = self._reading_of(gap.is_orig)
        if reading is None:
            return
        try:
            next(reading)
            reading.throw(MissingDataError())
        except (MissingDataError, StopIteration):
            self.stop()
        except SpicyError as error:
            self._violate(error, None)

    def end(self, end: End) -> None:
        if not self._is_over:
            self.now = end.ts
            self.inputs[end.is_orig].is_closed = True
            if end.is_orig in self._reading:
                self._advance(end.is_orig, None)
        for inner in self._inner.values():
            if inner is not None:
                inner.end(end)

    def finish(self, ts: int) -> None:
        for inner in self._inner.values():
            if inner is not None:
                inner.finish(ts)

    def _reading_of(self, is_orig: bool) -> Read[None] | None:
        if is_orig not in self._reading:
            self._reading[is_orig] = self.read(is_orig, self.inputs[is_orig])
        return self._reading[is_orig]

    def _advance(self, is_orig: bool, segment: bytes | None) -> None:
        reading = self._reading_of(is_orig)
        if reading is None:
            self.inputs[is_orig].drop()
            return
        try:
            next(reading)
        except StopIteration:
            self._reading[is_orig] = None
        except SpicyError as error:
            self._reading[is_orig] = None
            self._violate(error, segment)

    def _violate(self, error: SpicyError, segment: bytes | None) -> None:
        """The bytes are not this protocol; what does not fit at the end of a direction leaves the other one be."""
        if segment is not None:
            self.stop()
        self.failed()
        self.context.reject(self.name, self.now, str(error), segment if error.shows_data else None)
