"""The pcap file: its header, and where each packet lies in it.

Source: draft-ietf-opsawg-pcap (the file format); the bounds are those of libpcap's sf-pcap.c.
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from parsers import limits
from parsers.capture.formats.index import Format, Index
from parsers.capture.headers import gather
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
# The rest of the header's field says whether a check sequence ends each frame, and how long it is.
_TYPE_MASK = 0x03FFFFFF
VARIANTS = (b"\x34\xcd\xb2\xa1", b"\xa1\xb2\xcd\x34")


@dataclass(frozen=True, slots=True)
class Header:
    """What a capture's first 24 bytes say: byte order, nanoseconds in a unit, link type, longest packet."""

    order: str
    unit: int
    link: int
    longest: int


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
    longest = snaplen if 0 < snaplen < limits.CAPTURED_PACKET_BYTES else limits.CAPTURED_PACKET_BYTES
    return Header(order, unit, link & _TYPE_MASK, longest)


def index(data: memoryview) -> Index:
    """Walk the record headers; what is wrong with them ends the walk and is told in `troubles`.

    OpenError where the file header cannot be read.
    """
    head = header(data)
    at = np.fromiter(_walk(data, head.order), np.int64)
    layout = np.dtype([(name, head.order + "u4") for name in ("seconds", "fraction", "captured", "wire")])
    records = gather(np.frombuffer(data, np.uint8), at, layout)
    seconds, fraction, captured, wire = (records[name].astype(np.int64) for name in layout.names or ())
    offset = at + RECORD_BYTES
    bad = np.flatnonzero((captured > limits.CAPTURED_PACKET_BYTES) | (offset + captured > len(data)))
    count = int(bad[0]) if len(bad) else len(at)
    end = int(offset[count - 1] + captured[count - 1]) if count else HEADER_BYTES
    claimed = int(captured[count]) if len(bad) else 0
    return Index(
        (seconds * 1_000_000_000 + fraction * head.unit)[:count],
        offset[:count],
        # A packet may be longer than the capture's own bound: readers cut it there, as libpcap does.
        np.minimum(captured, head.longest)[:count],
        wire[:count],
        np.full(count, head.link, np.int64),
        frozenset((head.link,)),
        _troubles(count, end, claimed, len(data)),
    )


def _walk(data: memoryview, order: str) -> Iterator[int]:
    """Where each record begins, as their lengths chain them; it is not looked at whether those can be."""
    length = struct.Struct(order + "I").unpack_from
    at = HEADER_BYTES
    with suppress(struct.error):
        while True:
            (captured,) = length(data, at + 8)
            yield at
            at += RECORD_BYTES + captured


def _troubles(count: int, end: int, claimed: int, size: int) -> list[Trouble]:
    """Why the walk ended after `count` packets, at byte `end`, where a packet of `claimed` bytes begins."""
    if end == size:
        return []
    shown = {0: "no packet stands before it", 1: "the one packet before it is shown"}.get(
        count, f"the {count} packets before it are shown"
    )
    if claimed > limits.CAPTURED_PACKET_BYTES:
        return [Trouble(f"packet {count + 1}, at byte {end}, claims a length of {claimed}, which cannot be; {shown}")]
    return [Trouble(f"the capture is cut off in packet {count + 1}, at byte {size}; {shown}")]


FORMAT = Format("pcap", (*MAGICS, *VARIANTS), index)
