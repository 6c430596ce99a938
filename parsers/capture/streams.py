"""What analysers are fed: stretches of bytes, holes and ends of a TCP connection, and the datagrams of UDP."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from parsers.capture.columns import Columns
from parsers.capture.packets import Packets
from parsers.limits import CHUNK_BYTES
from parsers.protocols.analyzer import Data, End, Event, Gap, Reset

# The place of a packet whose whole payload came in its turn, or (place, bytes to skip, size, time it went on).
Segment: TypeAlias = int | tuple[int, int, int, int]
# (side, segments), (side, time of its end), (side, length of a hole, time), (side, None, time of its RST).
Delivery: TypeAlias = tuple[int, list[Segment]] | tuple[int, int] | tuple[int, int | None, int]


class Deliveries:
    """What both sides of a TCP connection delivered, in order.

    A stretch (`chunk`, of `side`, with `room` for so many bytes more) holds what came in a run: nothing of the other
    side, no hole and no end between.
    """

    __slots__ = ("chunk", "list", "room", "side")

    def __init__(self) -> None:
        self.list: list[Delivery] = []
        self.chunk: list[Segment] = []
        self.side = -1
        self.room = 0

    def add(self, side: int, segment: Segment, size: int) -> None:
        """The next `size` bytes of a side."""
        if side != self.side or size > self.room:
            self.chunk = []
            self.side = side
            self.room = CHUNK_BYTES
            self.list.append((side, self.chunk))
        self.chunk.append(segment)
        self.room -= size

    def gap(self, side: int, length: int, now: int) -> None:
        self.side = -1
        self.list.append((side, length, now))

    def end(self, side: int, now: int) -> None:
        self.side = -1
        self.list.append((side, now))

    def reset(self, side: int, now: int) -> None:
        """A side breaks off; where nothing came before, nobody needs to know."""
        if self.list:
            self.side = -1
            self.list.append((side, None, now))

    def events(self, orig: int, c: Columns, packets: Packets) -> Iterator[Event]:
        """The same as events, in the order in which Zeek's analysers would meet them.

        Times are those at which bytes went on: a segment that waited behind a hole has the time at which that closed.
        """
        for delivery in self.list:
            is_orig = delivery[0] == orig
            what = delivery[1]
            if isinstance(what, list):
                yield _data(is_orig, what, c, packets)
            elif len(delivery) == 3:
                now = delivery[2]
                yield Reset(is_orig, now) if what is None else Gap(is_orig, what, now)
            elif what is not None:
                yield End(is_orig, what)


def _data(is_orig: bool, segments: list[Segment], c: Columns, packets: Packets) -> Data:
    only = segments[0]
    if len(segments) == 1 and isinstance(only, int):
        size = c.length[only]
        return Data(is_orig, bytes(packets.payload(c.offset[only], size)), [size], [c.now[only]])
    pieces = []
    ends = []
    times = []
    end = 0
    buffer, edge = packets.data, len(packets.data)
    offsets, sizes, now = c.offset, c.length, c.now
    for segment in segments:
        if isinstance(segment, int):
            offset, size = offsets[segment], sizes[segment]
            piece = buffer[offset : offset + size] if offset < edge else packets.payload(offset, size)
            time = now[segment]
        else:
            place, skip, size, time = segment
            piece = packets.payload(offsets[place], skip + size)[skip:]
        end += size
        pieces.append(piece)
        ends.append(end)
        times.append(time)
    return Data(is_orig, b"".join(pieces), ends, times)


def datagrams(places: Sequence[int], orig: int, c: Columns, packets: Packets) -> Iterator[Event]:
    """One Data for each datagram, with as much of its payload as was captured."""
    buffer, edge = packets.data, len(packets.data)
    for place in places:
        # UDP's own length may say less: all that IP carried is looked at, as in Zeek.
        offset, held = c.offset[place], c.captured[place]
        payload = buffer[offset : offset + held] if offset < edge else packets.payload(offset, held)
        yield Data(c.side[place] == orig, bytes(payload), [held], [c.now[place]])
