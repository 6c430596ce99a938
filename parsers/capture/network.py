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
    Octets,
    gather,
)

Words: TypeAlias = npt.NDArray[np.uint64]

# An IPv4 address stands in the low word as its IPv6-mapped form (RFC 4291, section 2.5.5.2); the high word is 0.
MAPPED = 0xFFFF << 32
_EXTENDED = np.zeros(256, np.bool_)
_EXTENDED[list(extensions.TYPES)] = True
_HEAD_BYTES = TRANSPORT_HEADER.itemsize


@dataclass(slots=True)
class Datagrams:
    """IP packets that are to reach a transport protocol, columns of the same length.

    number: the place in the capture; the addresses as two words each; protocol; ip_len: the packet's length as its
    header says; said: length of the IP payload as the header says, 0 when it says none; captured: bytes of it that
    are there; at: where it begins in the capture, or -1 - its place in the reassembled bytes; head: its first bytes.
    """

    number: Ints
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

    def merged(self, other: "Datagrams") -> "Datagrams":
        """Both, in capture order."""
        order = np.argsort(np.concatenate((self.number, other.number)), kind="stable")
        pairs = ((getattr(self, f.name), getattr(other, f.name)) for f in fields(Datagrams))
        return Datagrams(*(np.concatenate(pair)[order] for pair in pairs))


class Network:
    """The network layer of one capture, block by block in capture order; fragments wait in it for the rest.

    `extra` holds the payloads of reassembled datagrams.
    """

    def __init__(self, octets: Octets) -> None:
        self.extra = bytearray()
        self.octets = octets
        self._reassembly = Reassembly()

    def read(self, number: Ints, now: Ints, at: Ints, left: Ints, wire: Ints) -> Datagrams:
        """The datagrams of a block of IP packets.

        number: place in the capture; now: the latest time stamp up to it, in nanoseconds; at: where the IP header
        begins; left: bytes captured from there; wire: bytes from there on the wire.
        """
        header = gather(self.octets, at, IP_HEADER)
        version = header["version"] >> 4
        is4 = version == 4
        size = np.where(is4, (header["version"] & 15).astype(np.int64) * 4, 40)
        ip_len = np.where(is4, header["total"], header["payload"] + np.int64(40))
        # Segmentation offload leaves the length zero: what was captured counts then.
        total = np.where(ip_len == 0, left, ip_len)
        sound = (is4 & (left >= 20)) | ((version == 6) & (left >= 40))
        sound &= (total <= wire) & (size <= total) & (size <= left) & (size >= 20)
        protocol = np.where(is4, header["protocol"], header["next"])
        singly = sound & np.where(is4, header["fragment"] & 0x3FFF != 0, _EXTENDED[protocol])
        plain = np.flatnonzero(sound & ~singly & (protocol != NO_NEXT))
        is4, header, size, ip_len = is4[plain], header[plain], size[plain], ip_len[plain]
        said = np.where(ip_len > 0, ip_len - size, 0)
        captured = left[plain] - size
        begin = at[plain] + size
        found = Datagrams(
            number[plain],
            np.where(is4, np.uint64(0), header["src_high"]),
            np.where(is4, header["src4"] | np.uint64(MAPPED), header["src_low"]),
            np.where(is4, np.uint64(0), header["dst_high"]),
            np.where(is4, header["dst4"] | np.uint64(MAPPED), header["dst_low"]),
            protocol[plain],
            ip_len,
            said,
            np.where(said > 0, np.minimum(captured, said), captured),
            begin,
            gather(self.octets, begin, TRANSPORT_HEADER),
        )
        rows: list[_Row] = []
        for i in np.flatnonzero(singly).tolist():
            place = int(at[i])
            packet = self.octets.data[place : place + int(left[i])]
            read = self._read4 if packet[0] >> 4 == 4 else self._read6
            row = read(int(number[i]), int(now[i]), place, packet)
            if row is not None:
                rows.append(row)
        return found.merged(_columns(rows)) if rows else found

    def _read4(self, number: int, now: int, at: int, packet: memoryview) -> "_Row | None":
        """The row of an IPv4 fragment: of the datagram that it completes, or of itself where it cannot be joined."""
        size, ip_len = (packet[0] & 15) * 4, _word(packet, 2)
        offset, more = (_word(packet, 6) & 0x1FFF) * 8, bool(packet[6] & 0x20)
        if len(packet) < ip_len:
            addresses = _addresses4(packet)
            return (
                None if offset else _row(number, addresses, packet[9], ip_len, ip_len - size, packet[size:], at + size)
            )
        key = bytes(packet[12:20]) + bytes(packet[4:6])
        fragment = Fragment(bytes(packet[:size]), packet[9], offset, more, at + size, ip_len - size)
        whole = self._reassembly.add(key, fragment, now) if ip_len else None
        if whole is None:
            return None
        first = whole.header
        ip_len = len(first) + whole.size & 0xFFFF
        if ip_len < len(first):
            return None
        payload = whole.payload(self.octets.data)[: ip_len - len(first)]
        return _row(number, _addresses4(first), first[9], ip_len, len(payload), payload, self._keep(payload))

    def _read6(self, number: int, now: int, at: int, packet: memoryview) -> "_Row | None":
        """The row of an IPv6 packet with extension headers, or of the datagram that a fragment completes."""
        chain = extensions.follow(packet)
        ip_len = _word(packet, 4) + 40
        if chain.size > ip_len:
            return None
        if chain.last != FRAGMENT:
            return _row6(number, chain, ip_len, packet[chain.size :], at + chain.size)
        field = _word(packet, chain.size - 6)
        offset, more = field & 0xFFF8, bool(field & 1)
        if len(packet) < ip_len:
            return None if offset else _row6(number, chain, ip_len, packet[chain.size :], at + chain.size)
        key = chain.source + chain.destination + bytes(packet[chain.size - 4 : chain.size])
        header = bytes(packet[: chain.size - 8])
        fragment = Fragment(header, chain.following, offset, more, at + chain.size, ip_len - chain.size)
        whole = self._reassembly.add(key, fragment, now)
        if whole is None:
            return None
        head = bytearray(whole.header)
        head[extensions.follow(whole.header).naming] = whole.protocol
        joined = bytes(head) + whole.payload(self.octets.data)
        ip_len = (len(joined) - 40 & 0xFFFF) + 40
        chain = extensions.follow(joined)
        if chain.size > ip_len:
            return None
        payload = joined[chain.size : ip_len]
        return _row6(number, chain, ip_len, payload, self._keep(payload))

    def _keep(self, payload: bytes) -> int:
        place = -1 - len(self.extra)
        self.extra += payload
        return place


# number, the four words of the addresses, protocol, ip_len, said, captured, at, head
_Row: TypeAlias = tuple[int, int, int, int, int, int, int, int, int, int, bytes]


def _word(packet: bytes | memoryview, at: int) -> int:
    return packet[at] << 8 | packet[at + 1]


def _addresses4(header: bytes | memoryview) -> tuple[int, int, int, int]:
    source, destination = struct.unpack_from(">II", header, 12)
    return 0, MAPPED | source, 0, MAPPED | destination


def _row6(number: int, chain: extensions.Chain, ip_len: int, payload: bytes | memoryview, at: int) -> "_Row | None":
    """Nothing reaches a transport protocol from behind an ESP or mobility header, or from no next header."""
    if chain.last in (ESP, MOBILITY) or chain.following == NO_NEXT:
        return None
    addresses = struct.unpack(">QQQQ", chain.source + chain.destination)
    return _row(number, addresses, chain.following, ip_len, ip_len - chain.size, payload, at)


def _row(
    number: int,
    addresses: tuple[int, ...],
    protocol: int,
    ip_len: int,
    said: int,
    payload: bytes | memoryview,
    at: int,
) -> _Row:
    captured = min(len(payload), said) if said else len(payload)
    head = bytes(payload[:_HEAD_BYTES]).ljust(_HEAD_BYTES, b"\0")
    src_high, src_low, dst_high, dst_low = addresses
    return number, src_high, src_low, dst_high, dst_low, protocol, ip_len, said, captured, at, head


def _columns(rows: list[_Row]) -> Datagrams:
    number, src_high, src_low, dst_high, dst_low, protocol, ip_len, said, captured, at, heads = zip(*rows, strict=True)
    return Datagrams(
        np.array(number, np.int64),
        np.array(src_high, np.uint64),
        np.array(src_low, np.uint64),
        np.array(dst_high, np.uint64),
        np.array(dst_low, np.uint64),
        np.array(protocol, np.uint8),
        np.array(ip_len, np.int64),
        np.array(said, np.int64),
        np.array(captured, np.int64),
        np.array(at, np.int64),
        np.frombuffer(b"".join(heads), TRANSPORT_HEADER),
    )
