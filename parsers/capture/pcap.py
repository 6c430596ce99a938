"""The pcap file: its header, and where each packet lies in it.

Source: draft-ietf-opsawg-pcap (the file format); the bounds are those of libpcap's sf-pcap.c.
"""

import struct
from dataclasses import dataclass

import numpy as np

from parsers import limits
from parsers.capture import links
from parsers.capture.headers import Ints, gather
from parsers.updates import OpenError, Trouble

HEADER_BYTES = 24
RECORD_BYTES = 16
# The magic number as it lies in the file: byte order, and nanoseconds in a unit of the fraction.
MAGICS = {
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}
VARIANTS = (b"\x34\xcd\xb2\xa1", b"\xa1\xb2\xcd\x34")


@dataclass(frozen=True, slots=True)
class Header:
    """What a capture's first 24 bytes say: byte order, nanoseconds in a unit, link type, longest packet."""

    order: str
    unit: int
    link: int
    longest: int


@dataclass(frozen=True, slots=True)
class Index:
    """Where each packet of a capture lies.

    Columns of the same length: ts int64 nanoseconds since the epoch, offset int64 of the packet's first byte,
    captured int64 bytes in the file, wire int64 bytes on the wire. `link` is the type of all of them.
    """

    link: int
    ts: Ints
    offset: Ints
    captured: Ints
    wire: Ints
    troubles: list[Trouble]

    def __len__(self) -> int:
        return len(self.ts)


def header(data: bytes | memoryview) -> Header:
    """The file header; OpenError where it is none that can be read."""
    first = bytes(data[:HEADER_BYTES])
    if first[:4] in VARIANTS:
        raise OpenError("a pcap of Kuznetzov's variant, which is not read: convert it with editcap -F pcap")
    if first[:4] not in MAGICS:
        raise OpenError("not a pcap capture")
    if len(first) < HEADER_BYTES:
        raise OpenError(f"the capture is cut off in its header, at byte {len(first)}")
    order, unit = MAGICS[first[:4]]
    major, minor, snaplen, link = struct.unpack(order + "4xHH8xII", first)
    if (major, minor) != (2, 4):
        raise OpenError(f"a pcap of version {major}.{minor}, only 2.4 is read: convert it with editcap -F pcap")
    link = links.known(link & links.TYPE_MASK)
    longest = snaplen if 0 < snaplen < limits.CAPTURED_PACKET_BYTES else limits.CAPTURED_PACKET_BYTES
    return Header(order, unit, link, longest)


def index(data: memoryview) -> Index:
    """Walk the record headers; what is wrong with them ends the walk and is told in `troubles`.

    OpenError where the file header cannot be read or the link type is not known.
    """
    head = header(data)
    places, end = _walk(data, head.order)
    at = np.array(places, np.int64)
    layout = np.dtype([(name, head.order + "u4") for name in ("seconds", "fraction", "captured", "wire")])
    records = gather(np.frombuffer(data, np.uint8), at, layout)
    seconds, fraction, captured, wire = (records[name].astype(np.int64) for name in layout.names or ())
    ts = seconds * 1_000_000_000 + fraction * head.unit
    # A packet may be longer than the capture's own bound: readers cut it there, as libpcap does.
    captured = np.minimum(captured, head.longest)
    return Index(head.link, ts, at + RECORD_BYTES, captured, wire, _troubles(data, head.order, len(places), end))


def _walk(data: memoryview, order: str) -> tuple[list[int], int]:
    """Where each whole record begins, and where the first that is not whole does."""
    length = struct.Struct(order + "I").unpack_from
    places: list[int] = []
    add = places.append
    at, last = HEADER_BYTES, len(data)
    longest = limits.CAPTURED_PACKET_BYTES
    while at + RECORD_BYTES <= last:
        captured = length(data, at + 8)[0]
        following = at + RECORD_BYTES + captured
        if following > last or captured > longest:
            break
        add(at)
        at = following
    return places, at


def _troubles(data: memoryview, order: str, count: int, end: int) -> list[Trouble]:
    """Why the walk ended before the capture did, where it did."""
    if end == len(data):
        return []
    shown = f"the {count} packets before it are shown" if count != 1 else "the one packet before it is shown"
    if end + RECORD_BYTES <= len(data):
        captured = struct.unpack_from(order + "I", data, end + 8)[0]
        if captured > limits.CAPTURED_PACKET_BYTES:
            what = f"packet {count + 1}, at byte {end}, claims a length of {captured} bytes, which cannot be"
            return [Trouble(f"{what}; {shown}")]
    return [Trouble(f"the capture is cut off in packet {count + 1}, at byte {len(data)}; {shown}")]
