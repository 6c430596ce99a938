"""What analysers are fed: stretches of bytes, holes and ends of a TCP connection, datagrams of UDP."""

from collections.abc import Iterator

from parsers.capture.columns import Columns
from parsers.capture.packets import Packets
from parsers.capture.tcp import Segment, Tcp
from parsers.protocols.analyzer import Data, End, Event, Gap


def stream(tcp: Tcp, c: Columns, packets: Packets) -> Iterator[Event]:
    """The events of a TCP connection, in the order in which Zeek's analysers would meet them.

    Times are those at which bytes went on: a segment that waited for a hole has the time at which it was filled.
    """
    orig = tcp.orig
    for delivery in tcp.deliveries:
        is_orig = delivery[0] == orig
        what = delivery[1]
        if isinstance(what, list):
            yield _data(is_orig, what, c, packets)
        elif len(delivery) == 3:
            yield Gap(is_orig, what, delivery[2])
        else:
            yield End(is_orig, what)


def _data(is_orig: bool, segments: list[Segment], c: Columns, packets: Packets) -> Data:
    pieces = []
    ends = []
    times = []
    end = 0
    buffer = packets.data
    offsets, sizes, now = c.offset, c.length, c.now
    for segment in segments:
        if isinstance(segment, int):
            offset, size = offsets[segment], sizes[segment]
            piece = buffer[offset : offset + size] if offset >= 0 else packets.payload(offset, size)
            time = now[segment]
        else:
            place, skip, size, time = segment
            piece = packets.payload(offsets[place], skip + size)[skip:]
        end += size
        pieces.append(piece)
        ends.append(end)
        times.append(time)
    return Data(is_orig, b"".join(pieces), ends, times)


def datagrams(places: range, orig_sides: list[int], c: Columns, packets: Packets) -> Iterator[Event]:
    """One Data for each datagram that holds any payload; `orig_sides` says who was the originator when it came."""
    for place, orig in zip(places, orig_sides, strict=True):
        held = min(c.captured[place], c.length[place])
        payload = bytes(packets.payload(c.offset[place], held))
        yield Data(c.side[place] == orig, payload, [held], [c.now[place]])
