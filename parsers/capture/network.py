"""IP packets as columns: the plain ones all at once; fragments and IPv6 extension headers one at a time.

Which packets are dropped as broken, and which lengths count, as in Zeek: src/packet_analysis/protocol/ip/IP.cc,
src/IP.cc and src/Frag.cc, with checksums not verified (`zeek -C`).
"""

import struct
from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from parsers.capture import extensions
from parsers.capture.fragments import Fragment, Reassembly
from parsers.capture.headers import (
    ESP,
    FRAGMENT,
    IP_HEADER,
    MOBILITY,
    NO_NEXT,
    TRANSPORT_HEADER,
    Ints,
)
from parsers.capture.store import Store

Words: TypeAlias = npt.NDArray[np.uint64]

# An IPv4 address stands in the low word as its IPv6-mapped form (RFC 4291, section 2.5.5.2); the high word is 0.
MAPPED = 0xFFFF << 32
_EXTENDED = np.zeros(256, np.bool_)
_EXTENDED[list(extensions.TYPES)] = True
_HEAD_BYTES = TRANSPORT_HEADER.itemsize


@dataclass(slots=True)
class Datagrams:
    """IP packets that are to reach a transport protocol, columns of the same length.

    The addresses as two words each; protocol; ip_len: the packet's length as its
    header says; said: length of the IP payload as the header says, 0 when it says none; captured: bytes of it that
    are there, -1 where a packet is to be dropped; at: the place where it begins; head: its first bytes.
    """

    src_high: Words
    src_low: Words
    dst_high: Words
    dst_low: Words
    protocol: npt.NDArray[np.uint8]
    ip_len: Ints
    said: Ints
    captured: Ints
    at: Ints
    head: npt.NDArray[np.void]

    def put(self, place: int, row: "Row") -> None:
        """Set one row."""
        for field, cell in zip(fields(Datagrams), row, strict=True):
            getattr(self, field.name)[place] = cell


class Network:
    """The network layer of one capture, block by block in capture order; fragments wait in it for the rest.

    The store keeps the payloads of reassembled datagrams.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._reassembly = Reassembly()

    def read(self, now: Ints, at: Ints, left: Ints, wire: Ints) -> Datagrams:
        """The datagrams of a block of IP packets, row by row.

        now: the latest time stamp up to a packet, in nanoseconds; at: where its IP header begins; left: bytes captured
        from there; wire: bytes from there on the wire.
        """
        header = self.store.gather(at, IP_HEADER)
        version = header["version"] >> 4
        is4 = version == 4
        size = np.where(is4, (header["version"] & np.uint8(15)).astype(np.int64) * 4, 40)
        ip_len = np.where(is4, header["total"], header["payload"] + np.int64(40))
        protocol = np.where(is4, header["protocol"], header["next"])
        # Segmentation offload leaves the length zero: what was captured counts then.
        total = np.where(ip_len == 0, left, ip_len)
        sound = (is4 & (left >= 20)) | ((version == 6) & (left >= 40))
        sound &= (total <= wire) & (size <= total) & (size <= left) & (size >= 20) & (protocol != NO_NEXT)
        singly = sound & np.where(is4, header["fragment"] & 0x3FFF != 0, _EXTENDED[protocol])
        said = np.where(ip_len > 0, ip_len - size, 0)
        captured = np.where(said > 0, np.minimum(left - size, said), left - size)
        captured[~sound | singly] = -1
        begin = at + size
        found = Datagrams(
            *_words(header, is4, "src"),
            *_words(header, is4, "dst"),
            protocol,
            ip_len,
            said,
            captured,
            begin,
            self.store.gather(begin, TRANSPORT_HEADER),
        )
        for i in np.flatnonzero(singly).tolist():
            place = int(at[i])
            packet = self.store.slice(place, int(left[i]))
            row = (self._read4 if packet[0] >> 4 == 4 else self._read6)(int(now[i]), place, packet)
            if row is not None:
                found.put(i, row)
        return found

    def _read4(self, now: int, at: int, packet: memoryview | bytes) -> "Row | None":
        """The row of an IPv4 fragment: of the datagram that it completes, or of itself where it cannot be joined."""
        size, ip_len = (packet[0] & 15) * 4, _word(packet, 2)
        offset, more = (_word(packet, 6) & 0x1FFF) * 8, bool(packet[6] & 0x20)
        if len(packet) < ip_len:
            addresses = _addresses4(packet)
            return None if offset else _row(addresses, packet[9], ip_len, ip_len - size, packet[size:], at + size)
        key = bytes(packet[12:20]) + bytes(packet[4:6])
        fragment = Fragment(bytes(packet[:size]), packet[9], offset, more, at + size, ip_len - size)
        whole = self._reassembly.add(key, fragment, now) if ip_len else None
        if whole is None:
            return None
        first = whole.header
        ip_len = len(first) + whole.size & 0xFFFF
        if ip_len < len(first):
            return None
        payload = whole.payload(self.store.slice)[: ip_len - len(first)]
        return _row(_addresses4(first), first[9], ip_len, len(payload), payload, self.store.keep(payload))

    def _read6(self, now: int, at: int, packet: memoryview | bytes) -> "Row | None":
        """The row of an IPv6 packet with extension headers, or of the datagram that a fragment completes."""
        chain = extensions.follow(packet)
        ip_len = _word(packet, 4) + 40
        if chain.size > ip_len:
            return None
        if chain.last != FRAGMENT:
            return _row6(chain, ip_len, packet[chain.size :], at + chain.size)
        field = _word(packet, chain.size - 6)
        offset, more = field & 0xFFF8, bool(field & 1)
        if len(packet) < ip_len:
            return None if offset else _row6(chain, ip_len, packet[chain.size :], at + chain.size)
        key = chain.source + chain.destination + bytes(packet[chain.size - 4 : chain.size])
        header = bytes(packet[: chain.size - 8])
        fragment = Fragment(header, chain.following, offset, more, at + chain.size, ip_len - chain.size)
        whole = self._reassembly.add(key, fragment, now)
        if whole is None:
            return None
        head = bytearray(whole.header)
        head[extensions.follow(whole.header).naming] = whole.protocol
        joined = bytes(head) + whole.payload(self.store.slice)
        ip_len = (len(joined) - 40 & 0xFFFF) + 40
        chain = extensions.follow(joined)
        if chain.size > ip_len:
            return None
        payload = joined[chain.size : ip_len]
        return _row6(chain, ip_len, payload, self.store.keep(payload))


def _words(header: npt.NDArray[np.void], is4: npt.NDArray[np.bool_], end: str) -> tuple[Words, Words]:
    """The addresses of one end, each as two words."""
    high = np.zeros(len(header), np.uint64)
    low = header[f"{end}4"] | np.uint64(MAPPED)
    longer = np.flatnonzero(~is4)
    high[longer] = header[f"{end}_high"][longer]
    low[longer] = header[f"{end}_low"][longer]
    return high, low


# A row of `Datagrams`.
Row: TypeAlias = tuple[int, int, int, int, int, int, int, int, int, np.void]


def _word(packet: bytes | memoryview, at: int) -> int:
    return packet[at] << 8 | packet[at + 1]


def _addresses4(header: bytes | memoryview) -> tuple[int, int, int, int]:
    source, destination = struct.unpack_from(">II", header, 12)
    return 0, MAPPED | source, 0, MAPPED | destination


def _row6(chain: extensions.Chain, ip_len: int, payload: bytes | memoryview, at: int) -> Row | None:
    """Nothing reaches a transport protocol from behind an ESP or mobility header, or from no next header."""
    if chain.last in (ESP, MOBILITY) or chain.following == NO_NEXT:
        return None
    addresses = struct.unpack(">QQQQ", chain.source + chain.destination)
    return _row(addresses, chain.following, ip_len, ip_len - chain.size, payload, at)


def _row(
    addresses: tuple[int, int, int, int],
    protocol: int,
    ip_len: int,
    said: int,
    payload: bytes | memoryview,
    at: int,
) -> Row:
    captured = min(len(payload), said) if said else len(payload)
    head: np.void = np.frombuffer(bytes(payload[:_HEAD_BYTES]).ljust(_HEAD_BYTES, b"\0"), TRANSPORT_HEADER)[0]
    return *addresses, protocol, ip_len, said, captured, at, head
