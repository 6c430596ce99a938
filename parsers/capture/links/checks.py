"""What is weird in link layers: headers that are cut off, lengths that cannot be.

Source: Zeek, src/packet_analysis/protocol. A header that is followed by nothing counts as cut off, as there.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from parsers.capture.headers import BIG16, LITTLE16, Ints, Octets, gather
from parsers.capture.links import layer

if TYPE_CHECKING:
    from parsers.capture.packet_weirds import Bools

_BYTE = np.dtype("u1")
_SNAP, _NOVELL, _FRAMED, _FABRIC_PATH = 0xAAAA, 0xFFFF, 0xFF03, 0x8903
# Of the field behind Ethernet's addresses: up to the first it is a length, from the second on a type.
_LENGTHS, _TYPES = 1500, 1536
# The header between IEEE 802.11 and IP.
_LLC_BYTES = 8


class Finding(NamedTuple):
    """Something in some frames: whether Zeek goes no further with them, more words for each, and whether a tunnel
    around them makes no difference.
    """

    where: "Bools"
    name: str
    analyzer: str
    stops: bool = True
    addl: Sequence[str] = ()
    anywhere: bool = False


# A check is given what a layer is given, and what that says of what comes next.
Check: TypeAlias = Callable[[Octets, Ints, Ints, Ints], Iterator[Finding]]


def _needs(size: int, name: str, analyzer: str, *, anywhere: bool = False) -> Check:
    """A layer whose header has always the same size."""

    def check(octets: Octets, at: Ints, end: Ints, following: Ints) -> Iterator[Finding]:  # noqa: ARG001
        yield Finding(end - at <= size, name, analyzer, anywhere=anywhere)

    return check


def _typed(header: int, needed: int, short: str, undefined: str, analyzer: str) -> Check:
    """A header that ends in a type or in the length of an IEEE 802.3 frame; so many bytes are needed."""

    def check(octets: Octets, at: Ints, end: Ints, following: Ints) -> Iterator[Finding]:
        yield Finding(end - at <= needed, short, analyzer)
        # What is a type that is read needs no other look.
        rows = np.flatnonzero((following == layer.NOTHING) | (following == layer.LLC))
        if not len(rows):
            return
        kind = gather(octets, at[rows] + (header - 2), BIG16)
        left = (end - at)[rows] - header
        novell = gather(octets, at[rows] + header, BIG16) == _NOVELL
        framed = kind <= _LENGTHS
        for name, who, holds in (
            (undefined, analyzer, (kind > _LENGTHS) & (kind < _TYPES)),
            (short, analyzer, framed & (left < 2)),
            ("no_suitable_analyzer_found", "NOVELL_802_3", framed & (left >= 2) & novell),
        ):
            where = np.zeros(len(at), np.bool_)
            where[rows[holds]] = end[rows[holds]] - at[rows[holds]] > needed
            yield Finding(where, name, who)

    return check


_addresses = _typed(14, 16, "truncated_ethernet_frame", "undefined_ether_type", "ETHERNET")


def _ethernet(octets: Octets, at: Ints, end: Ints, following: Ints) -> Iterator[Finding]:
    yield from _addresses(octets, at, end, following)
    few = np.flatnonzero((end - at > 16) & (end - at <= 30))
    if len(few):
        where = np.zeros(len(at), np.bool_)
        where[few] = gather(octets, at[few] + 12, BIG16) == _FABRIC_PATH
        yield Finding(where, "truncated_link_header_cfp", "ETHERNET")


def _llc(octets: Octets, at: Ints, end: Ints, following: Ints) -> Iterator[Finding]:  # noqa: ARG001
    size = end - at
    snap = (gather(octets, at, BIG16) == _SNAP) & (size >= 2)
    header = np.where(gather(octets, at + 2, _BYTE) & 3 == 3, 3, 4)
    yield Finding(~snap & ((size < 3) | (size < header)), "truncated_llc_header", "LLC")
    yield Finding(snap & (size < 3), "truncated_snap_llc_header", "SNAP")
    yield Finding(snap & (size >= 3) & (size < header + 5), "truncated_snap_header", "SNAP")


def _ppp(octets: Octets, at: Ints, end: Ints, following: Ints) -> Iterator[Finding]:  # noqa: ARG001
    size = end - at
    yield Finding(size <= 2, "truncated_ppp_header", "PPP")
    framed = (size > 2) & (size <= 4) & (gather(octets, at, BIG16) == _FRAMED)
    yield Finding(framed, "truncated_ppp_hdlc_header", "PPP")


def _pppoe(octets: Octets, at: Ints, end: Ints, following: Ints) -> Iterator[Finding]:  # noqa: ARG001
    left = end - at - 6
    cut = left <= 2
    yield Finding(cut, "truncated_pppoe_header", "PPPOE")
    said = gather(octets, at + 4, BIG16).astype(np.int64)
    yield Finding(~cut & (said < left), "pppoe_extra_data_after_payload", "PPPOE", stops=False)
    yield Finding(~cut & (said > left), "pppoe_truncated_payload", "PPPOE", stops=False, anywhere=True)


def _nflog(octets: Octets, at: Ints, end: Ints, following: Ints) -> Iterator[Finding]:  # noqa: ARG001
    cut = end - at <= 4
    yield Finding(cut, "truncated_nflog_header", "NFLOG")
    yield Finding(~cut & (gather(octets, at + 1, _BYTE) != 0), "unknown_nflog_version", "NFLOG")


def _nflog_value(octets: Octets, at: Ints, end: Ints, following: Ints) -> Iterator[Finding]:  # noqa: ARG001
    left = end - at
    cut = left <= 4
    yield Finding(cut, "nflog_no_pcap_payload", "NFLOG")
    length, kind = gather(octets, at, LITTLE16).astype(np.int64), gather(octets, at + 2, LITTLE16)
    # No type is above 255: so it shows the byte order.
    length = np.where(kind > 0xFF, length >> 8 | (length & 0xFF) << 8, length)
    other = ~cut & ~np.isin(kind, (9, 9 << 8))
    yield Finding(other & (length < 4), "nflog_bad_tlv_len", "NFLOG")
    skipped = (length + 3) // 4 * 4
    beyond = other & (length >= 4) & (skipped > left)
    pairs = zip(skipped[beyond].tolist(), left[beyond].tolist(), strict=True)
    yield Finding(beyond, "nflog_bad_tlv_len", "NFLOG", addl=[f"({skip} > {there})" for skip, there in pairs])


def _arp(octets: Octets, at: Ints, end: Ints, following: Ints) -> Iterator[Finding]:  # noqa: ARG001
    sizes = gather(octets, at + 4, np.dtype([("hardware", "u1"), ("protocol", "u1")]))
    needed = 8 + 2 * (sizes["hardware"].astype(np.int64) + sizes["protocol"])
    yield Finding((end - at < 8) | (end - at < needed), "truncated_ARP", "ARP")


def _ieee802_11(octets: Octets, at: Ints, end: Ints, following: Ints) -> Iterator[Finding]:
    size = end - at
    kind, flags = gather(octets, at, _BYTE), gather(octets, at + 1, _BYTE)
    holds = (kind & 0x08 > 0) & (kind & 0x40 == 0)
    header = np.where(flags & 3 == 3, 30, 24)
    qos = holds & (kind & 0x80 > 0) & (flags & 0x40 == 0) & (size > header)
    header = header + np.where(qos, 2, 0)
    cut = (size <= 24) | (holds & (size <= header))
    yield Finding(cut, "truncated_802_11_header", "IEEE802_11")
    # Of what is encrypted, Zeek notices it in frames with a field for quality of service only.
    single = holds & ~cut & (qos | (kind & 0x80 == 0)) & (following != layer.SEVERAL)
    yield Finding(single & (size - header < _LLC_BYTES), "truncated_802_11_llc_header", "IEEE802_11")


def _radiotap(octets: Octets, at: Ints, end: Ints, following: Ints) -> Iterator[Finding]:  # noqa: ARG001
    size = end - at
    cut = (size <= 3) | (gather(octets, at + 2, LITTLE16) >= size)
    yield Finding(cut, "truncated_radiotap_header", "IEEE802_11_RADIO")


CHECKS: dict[int, Check] = {
    0: _needs(4, "null_analyzer_failed", "NULL"),
    1: _ethernet,
    9: _ppp,
    10: _needs(21, "FDDI_analyzer_failed", "FDDI", anywhere=True),
    50: _needs(4, "truncated_ppp_serial_header", "PPPSERIAL"),
    51: _pppoe,
    105: _ieee802_11,
    108: _needs(4, "null_analyzer_failed", "NULL"),
    113: _needs(16, "truncated_Linux_SLL_header", "LINUXSLL"),
    127: _radiotap,
    239: _nflog,
    276: _needs(20, "truncated_Linux_SLL2_header", "LINUXSLL2"),
    layer.LLC: _llc,
    layer.VLAN: _typed(4, 4, "truncated_VLAN_header", "undefined_vlan_protocol", "VLAN"),
    layer.VNTAG: _needs(6, "truncated_vntag_header", "VNTAG"),
    layer.BACKBONE: _needs(18, "truncated_PBB_header", "PBB"),
    layer.PPPOE: _pppoe,
    layer.MPLS: _needs(4, "truncated_link_header", "MPLS"),
    layer.NFLOG_VALUE: _nflog_value,
    layer.ARP: _arp,
}
