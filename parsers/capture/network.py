"""IP packets as columns: the plain ones all at once; fragments and IPv6 extension headers one at a time.

Which packets are dropped as broken, and which lengths count, as in Zeek: src/packet_analysis/protocol/ip/IP.cc,
src/IP.cc and src/Frag.cc.
"""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from parsers.capture import extensions
from parsers.capture.addresses import MAPPED, Addresses, Words
from parsers.capture.fragments import Begun
from parsers.capture.headers import IP_HEADER, NO_NEXT, TRANSPORT_HEADER, Ints
from parsers.capture.packet_weirds import Bools, Ends, Oddities
from parsers.capture.singles import Row, Singles
from parsers.capture.store import Store
from parsers.capture.sums import are_wrong, sums

_ANALYZER = "IP"
_SHORTEST4, _SHORTEST6 = 20, 40
_HEADER_WORDS = np.dtype([("words", ">u4", 5)])
_EXTENDED = np.zeros(256, np.bool_)
_EXTENDED[list(extensions.TYPES)] = True


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

    def ends(self, rows: Ints, addresses: Addresses) -> Ends:
        """The places of the addresses of some rows."""
        source = addresses.places(self.src_high[rows], self.src_low[rows])
        return source, addresses.places(self.dst_high[rows], self.dst_low[rows])

    def put(self, place: int, row: Row) -> None:
        """Set one row."""
        for field, cell in zip(fields(Datagrams), row, strict=True):
            getattr(self, field.name)[place] = cell


class Network:
    """The network layer of one capture, block by block in capture order; fragments wait in it for the rest.

    Packets with wrong checksums are left out where `checksums` asks for that, else taken as right (`zeek -C`);
    `bad_headers` are how many had one in IP's header. `begun` is where the datagrams are noted that began in it.
    """

    def __init__(
        self, store: Store, addresses: Addresses, *, checksums: bool = False, begun: Begun | None = None
    ) -> None:
        self.store = store
        self.addresses = addresses
        self.checksums = checksums
        self.bad_headers = 0
        self._singles = Singles(store, checksums=checksums, begun=begun)

    def is_apart_from(self, begun: Begun) -> bool:
        """Whether what waits for fragments here makes no difference to a part of the capture that follows."""
        return self._singles.is_apart_from(begun)

    def read(self, now: Ints, at: Ints, left: Ints, wire: Ints, bubbles: Bools, oddities: Oddities) -> Datagrams:
        """The datagrams of a block of IP packets, row by row.

        now: the latest time stamp up to a packet, in nanoseconds; at: where its IP header begins; left: bytes captured
        from there; wire: bytes from there on the wire; bubbles: whether it came through Teredo, which sends packets
        without anything in them.
        """
        header = self.store.gather(at, IP_HEADER)
        version = header["version"] >> 4
        is4 = version == 4
        size = np.where(is4, (header["version"] & np.uint8(15)).astype(np.int64) * 4, 40)
        ip_len = np.where(is4, header["total"], header["payload"] + np.int64(40))
        protocol = np.where(is4, header["protocol"], header["next"])
        # Segmentation offload leaves the length zero: what was captured counts then.
        open_ended = ip_len == 0
        total = np.where(open_ended, left, ip_len)
        there = (is4 & (left >= _SHORTEST4)) | ((version == 6) & (left >= _SHORTEST6))
        oddities.tell(np.flatnonzero(open_ended & there), "ip_hdr_len_zero", _ANALYZER)
        sound = there & (total <= wire) & (size <= total) & (size <= left) & (size >= _SHORTEST4)
        unsound = np.flatnonzero(~sound)
        if self.checksums:
            # The cards that leave the length open leave the checksums open, too.
            sound &= ~open_ended
            unsound = np.flatnonzero(~sound & ~(open_ended & there))
        if len(unsound):
            _tell_unsound(oddities, unsound, version.astype(np.int64), left, total, wire, size)
        bad = self._wrong(np.flatnonzero(sound & is4), at, size)
        sound[bad] = False
        singly = sound & np.where(is4, header["fragment"] & 0x3FFF != 0, _EXTENDED[protocol])
        said = np.where(ip_len > 0, ip_len - size, 0)
        captured = np.where(said > 0, np.minimum(left - size, said), left - size)
        idle = sound & (protocol == NO_NEXT)
        captured[~sound | singly | idle] = -1
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
        oddities.tell(bad, "bad_IP_checksum", _ANALYZER, found.ends(bad, self.addresses))
        rows = np.flatnonzero(idle & ~singly & ~bubbles)
        oddities.tell(rows, "ipv6_no_next", _ANALYZER, found.ends(rows, self.addresses))
        for i in np.flatnonzero(singly).tolist():
            packet = self.store.slice(int(at[i]), int(left[i]))
            row = self._singles.read(i, int(now[i]), int(at[i]), packet, bubble=bool(bubbles[i]))
            if row is not None:
                found.put(i, row)
        self._singles.tell(oddities, self.addresses)
        return found

    def _wrong(self, rows: Ints, at: Ints, size: Ints) -> Ints:
        """Those of these IPv4 packets whose header has a wrong checksum; none where that is not asked."""
        if not self.checksums:
            return rows[:0]
        total = self.store.gather(at[rows], _HEADER_WORDS)["words"].sum(axis=1, dtype=np.int64)
        longer = np.flatnonzero(size[rows] > _SHORTEST4)
        total[longer] = sums(self.store, at[rows[longer]], size[rows[longer]])
        bad = rows[are_wrong(total)]
        self.bad_headers += len(bad)
        return bad


def _tell_unsound(
    oddities: Oddities, rows: Ints, version: Ints, left: Ints, total: Ints, wire: Ints, size: Ints
) -> None:
    """Why these are no IP packets that can be read: the first reason counts."""
    version, left, total, wire, size = (column[rows] for column in (version, left, total, wire, size))
    reasons = (
        ("truncated_IP", (left < _SHORTEST4) | ((version == 6) & (left < _SHORTEST6))),
        ("unknown_ip_version", (version != 4) & (version != 6)),
        ("truncated_IP_len", total > wire),
        ("invalid_IP_header_size", size > total),
        ("internally_truncated_header", size > left),
        ("IPv4_min_header_size", size < _SHORTEST4),
    )
    waiting = np.ones(len(rows), np.bool_)
    for name, holds in reasons:
        oddities.tell(rows[waiting & holds], name, _ANALYZER)
        waiting &= ~holds


def _words(header: npt.NDArray[np.void], is4: npt.NDArray[np.bool_], end: str) -> tuple[Words, Words]:
    """The addresses of one end, each as two words."""
    high = np.zeros(len(header), np.uint64)
    low = header[f"{end}4"] | np.uint64(MAPPED)
    longer = np.flatnonzero(~is4)
    high[longer] = header[f"{end}_high"][longer]
    low[longer] = header[f"{end}_low"][longer]
    return high, low
