"""The header of a pcap file, and which of pcap's variants it is.

Source: draft-ietf-opsawg-pcap; libpcap's sf-pcap.c for versions and for Kuznetzov's variant; Wireshark's
wiretap/libpcap.c for the variants that have another's magic number.
"""

import struct
from dataclasses import dataclass

from parsers import limits
from parsers.updates import OpenError

HEADER_BYTES = 24
# A record's header, and what Nokia, Kuznetzov's patches to libpcap and SuSE 6.3 made of it: longer at its end.
_PLAIN, _NOKIA, _PATCHED, _SUSE = 16, 20, 24, 28
_STANDARD, _MODIFIED = (_PLAIN, _PATCHED, _NOKIA), (_PATCHED, _SUSE)
# The magic number as it lies in the file: byte order, nanoseconds in a unit of the fraction, headers of records.
MAGICS = {
    b"\xd4\xc3\xb2\xa1": ("<", 1000, _STANDARD),
    b"\xa1\xb2\xc3\xd4": (">", 1000, _STANDARD),
    b"\x4d\x3c\xb2\xa1": ("<", 1, (_PLAIN,)),
    b"\xa1\xb2\x3c\x4d": (">", 1, (_PLAIN,)),
    b"\x34\xcd\xb2\xa1": ("<", 1000, _MODIFIED),
    b"\xa1\xb2\xcd\x34": (">", 1000, _MODIFIED),
}
# The rest of the header's field says whether a check sequence ends each frame, and how long it is. Of what remains
# libpcap reads only link types of 16 bits: others are refused by their number.
_TYPE_MASK = 0x03FFFFFF
# What stands in the header of version 2.2 for Ethernet, token ring, FDDI and loopback where AIX wrote it.
_AIX_TYPES = {6, 9, 15, 24}
_ETHERNET, _ETHERNET_BYTES = 1, 14
# What the first records of a capture are likely to keep to; the wrong headers read lengths as times.
_SECOND, _DAY = 1_000_000, 86_400
_TRIED_RECORDS = 3


@dataclass(frozen=True, slots=True)
class Header:
    """What a capture's first 24 bytes say, and its first records.

    Byte order, nanoseconds in a unit, link type, longest packet, bytes of a record's header; `lengths` are the names
    of a record's third and fourth field, None where each record has to be asked which is which.
    """

    order: str
    unit: int
    link: int
    longest: int
    record: int
    lengths: tuple[str, str] | None


def header(data: bytes | memoryview) -> Header:
    """The file header; OpenError where it is none that can be read."""
    first = bytes(data[:HEADER_BYTES])
    if first[:4] not in MAGICS:
        raise OpenError("not a pcap capture")
    if len(first) < HEADER_BYTES:
        raise OpenError(f"the capture is cut off in its header, at byte {len(first)}")
    order, unit, sizes = MAGICS[first[:4]]
    major, minor, snaplen, field = struct.unpack(order + "4xHH8xII", first)
    link = field & _TYPE_MASK
    if (major, minor) not in {(2, 0), (2, 1), (2, 2), (2, 3), (2, 4), (543, 0)}:
        raise OpenError(f"a pcap of version {major}.{minor}, only 2.0 to 2.4 are read")
    if (major, minor) == (2, 2) and link in _AIX_TYPES:
        raise OpenError("a pcap of AIX's variant, which is not read: convert it with editcap IN OUT")
    record = _record_bytes(data, order, sizes) if (major, minor) == (2, 4) else sizes[0]
    # libpcap takes the Ethernet header that such a system made up as being on top of what it captured.
    extra = _ETHERNET_BYTES if record > _PLAIN and link == _ETHERNET else 0
    longest = snaplen + extra if 0 < snaplen < limits.CAPTURED_PACKET_BYTES - extra else limits.CAPTURED_PACKET_BYTES
    return Header(order, unit, link, longest, record, _lengths(major, minor))


def _lengths(major: int, minor: int) -> tuple[str, str] | None:
    """The order of a record's lengths: it changed with version 2.3, of which there are files of both orders.

    Version 543.0 is that of DG/UX.
    """
    if (major, minor) == (2, 3):
        return None
    return ("captured", "wire") if (major, minor) == (2, 4) else ("wire", "captured")


def _record_bytes(data: bytes | memoryview, order: str, sizes: tuple[int, ...]) -> int:
    """How long the headers of records are: the first of these sizes, unless another one fits where it does not."""
    fitting = (size for size in sizes[1:] if _fits(data, order, size, 2))
    return sizes[0] if _fits(data, order, sizes[0], 0) else next(fitting, sizes[0])


def _fits(data: bytes | memoryview, order: str, size: int, least: int) -> bool:
    """Whether the first records make sense with headers of that size, and are `least` records at least."""
    end, found, before = HEADER_BYTES, 0, None
    while found < _TRIED_RECORDS and end != len(data):
        if end + size > len(data):
            return False
        seconds, fraction, captured, wire = struct.unpack_from(order + "4I", data, end)
        if fraction >= _SECOND or not 0 < captured <= min(wire, limits.CAPTURED_PACKET_BYTES):
            return False
        if before is not None and abs(seconds - before) > _DAY:
            return False
        end, found, before = end + size + captured, found + 1, seconds
    return found >= least and end <= len(data)
