"""IP packets that are read one at a time: fragments, and IPv6 packets with extension headers.

Source: Zeek, src/packet_analysis/protocol/ip/IP.cc, src/Frag.cc.
"""

import struct
from functools import partial
from typing import Final, TypeAlias

import numpy as np

from parsers.capture import extensions
from parsers.capture.addresses import MAPPED, Addresses
from parsers.capture.fragments import Begun, Fragment, Reassembly
from parsers.capture.headers import ESP, FRAGMENT, MOBILITY, NO_NEXT, TRANSPORT_HEADER
from parsers.capture.packet_weirds import Oddities
from parsers.capture.store import Store
from parsers.capture.sums import ONES, of_bytes

# Source and destination, each as two words.
Ends: TypeAlias = tuple[int, int, int, int]
# A row of `Datagrams`.
Row: TypeAlias = tuple[int, int, int, int, int, int, int, int, int, np.void]

_ANALYZER: Final = "IP"
_HEAD_BYTES = TRANSPORT_HEADER.itemsize
_DONT_FRAGMENT: Final = 0x40
_MORE_FRAGMENTS: Final = 0x20


class Singles:
    """Those of one capture, in its order; fragments wait in it for the rest.

    The store keeps the payloads of reassembled datagrams. Checksums are looked at or taken as right. `begun` and
    `is_apart_from` are `Reassembly`'s.
    """

    def __init__(self, store: Store, *, checksums: bool, begun: Begun | None = None) -> None:
        self._store = store
        self._checksums = checksums
        self._reassembly = Reassembly(store.slice, begun)
        self.is_apart_from = self._reassembly.is_apart_from
        self._weirds: dict[tuple[str, str], list[tuple[int, Ends | None, str]]] = {}

    def read(self, row: int, now: int, at: int, packet: memoryview | bytes, *, bubble: bool) -> Row | None:
        """What a packet comes to: itself, the datagram that it completes, or nothing.

        row: its place in its block; now: the latest time stamp up to it, in nanoseconds; at: its place in the store;
        bubble: Teredo sends packets without anything in them.
        """
        if packet[0] >> 4 == 4:
            return self._read4(row, now, at, packet)
        return self._read6(row, now, at, packet, bubble=bubble)

    def tell(self, oddities: Oddities, addresses: Addresses) -> None:
        """Say what was weird in the packets of a block, and begin the next one."""
        for (name, analyzer), told in self._weirds.items():
            for known in (True, False):
                some = [each for each in told if (each[1] is not None) is known]
                rows = np.array([row for row, _, _ in some], np.int64)
                words = np.array([ends for _, ends, _ in some if ends is not None], np.uint64).reshape(-1, 4).T
                places = addresses.places(words[0], words[1]), addresses.places(words[2], words[3])
                oddities.tell(rows, name, analyzer, places if known else None, [addl for _, _, addl in some])
        self._weirds.clear()

    def _weird(self, row: int, ends: Ends | None, analyzer: str, name: str, addl: str = "") -> None:
        self._weirds.setdefault((name, analyzer), []).append((row, ends, addl))

    def _read4(self, row: int, now: int, at: int, packet: memoryview | bytes) -> Row | None:
        """An IPv4 fragment: the datagram that it completes, or itself where it cannot be joined."""
        size, ip_len = (packet[0] & 15) * 4, _word(packet, 2)
        offset, more = (_word(packet, 6) & 0x1FFF) * 8, bool(packet[6] & _MORE_FRAGMENTS)
        ends = _ends4(packet)
        if len(packet) < ip_len:
            self._weird(row, ends, _ANALYZER, "incompletely_captured_fragment")
            return None if offset else _row(ends, packet[9], ip_len, ip_len - size, packet[size:], at + size)
        if not ip_len:
            self._weird(row, ends, "", "fragment_protocol_inconsistency")
            return None
        key = bytes(packet[12:20]) + bytes(packet[4:6])
        fixed = bool(packet[6] & _DONT_FRAGMENT)
        head = bytes(packet[:size])
        fragment = Fragment(head, packet[9], offset, more, at + size, ip_len - size, ip_len, fixed)
        whole = self._reassembly.add(key, fragment, now, partial(self._weird, row, ends, ""))
        if whole is None:
            return None
        first = whole.header
        ip_len = len(first) + whole.size & 0xFFFF
        if ip_len < len(first):
            self._weird(row, ends, _ANALYZER, "invalid_IP_header_size")
            return None
        if first[9] == NO_NEXT:
            self._weird(row, ends, _ANALYZER, "ipv6_no_next")
            return None
        payload = whole.payload(self._store.slice)[: ip_len - len(first)]
        return _row(_ends4(first), first[9], ip_len, len(payload), payload, self._store.keep(payload))

    def _read6(self, row: int, now: int, at: int, packet: memoryview | bytes, *, bubble: bool) -> Row | None:
        """An IPv6 packet with extension headers: itself, or the datagram that a fragment completes."""
        chain = self._follow(row, packet)
        ends = _ends6(chain)
        ip_len = _word(packet, 4) + 40
        if chain.size > ip_len:
            self._weird(row, None, _ANALYZER, "invalid_IP_header_size")
            return None
        if chain.last != FRAGMENT:
            return self._row6(row, chain, ip_len, packet[chain.size :], at + chain.size, bubble=bubble)
        field = _word(packet, chain.size - 6)
        offset, more = field & 0xFFF8, bool(field & 1)
        if len(packet) < ip_len:
            self._weird(row, ends, _ANALYZER, "incompletely_captured_fragment")
            if offset:
                return None
            return self._row6(row, chain, ip_len, packet[chain.size :], at + chain.size, bubble=bubble)
        key = chain.source + chain.destination + bytes(packet[chain.size - 4 : chain.size])
        header = bytes(packet[: chain.size - 8])
        fragment = Fragment(header, chain.following, offset, more, at + chain.size, ip_len - chain.size, ip_len)
        whole = self._reassembly.add(key, fragment, now, partial(self._weird, row, ends, ""))
        if whole is None:
            return None
        head = bytearray(whole.header)
        head[extensions.follow(whole.header).naming] = whole.protocol
        joined = bytes(head) + whole.payload(self._store.slice)
        ip_len = (len(joined) - 40 & 0xFFFF) + 40
        chain = self._follow(row, joined)
        if chain.size > ip_len:
            self._weird(row, ends, _ANALYZER, "invalid_IP_header_size")
            return None
        payload = joined[chain.size : ip_len]
        return self._row6(row, chain, ip_len, payload, self._store.keep(payload), bubble=bubble)

    def _follow(self, row: int, packet: memoryview | bytes) -> extensions.Chain:
        chain = extensions.follow(packet)
        for name, source, destination, addl in chain.weirds:
            self._weird(row, struct.unpack(">QQQQ", source + destination), "", name, addl)
        return chain

    def _row6(
        self, row: int, chain: extensions.Chain, ip_len: int, payload: bytes | memoryview, at: int, *, bubble: bool
    ) -> Row | None:
        """Nothing reaches a transport protocol from behind an ESP or mobility header, or from no next header."""
        if chain.last == ESP:
            return None
        ends = _ends6(chain)
        if chain.last == MOBILITY:
            if self._checksums and _is_wrong(chain):
                self._weird(row, ends, _ANALYZER, "bad_MH_checksum")
            elif chain.following != NO_NEXT:
                self._weird(row, ends, _ANALYZER, "mobility_piggyback")
            return None
        if chain.following == NO_NEXT:
            if not bubble:
                self._weird(row, ends, _ANALYZER, "ipv6_no_next")
            return None
        return _row(ends, chain.following, ip_len, ip_len - chain.size, payload, at)


def _is_wrong(chain: extensions.Chain) -> bool:
    """Whether the checksum of a mobility header is (RFC 6275, section 6.1.1)."""
    # Zeek keeps the length in one byte.
    size = len(chain.mobility) & 0xFF
    return (of_bytes(chain.source + chain.destination + chain.mobility[:size]) + MOBILITY + size) % ONES != 0


def _word(packet: bytes | memoryview, at: int) -> int:
    return packet[at] << 8 | packet[at + 1]


def _ends4(header: bytes | memoryview) -> Ends:
    source, destination = struct.unpack_from(">II", header, 12)
    return 0, MAPPED | source, 0, MAPPED | destination


def _ends6(chain: extensions.Chain) -> Ends:
    return struct.unpack(">QQQQ", chain.source + chain.destination)


def _row(ends: Ends, protocol: int, ip_len: int, said: int, payload: bytes | memoryview, at: int) -> Row:
    captured = min(len(payload), said) if said else len(payload)
    head: np.void = np.frombuffer(bytes(payload[:_HEAD_BYTES]).ljust(_HEAD_BYTES, b"\0"), TRANSPORT_HEADER)[0]
    return *ends, protocol, ip_len, said, captured, at, head
