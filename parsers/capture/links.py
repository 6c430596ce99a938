"""Link types: which ones are read, and where a frame's IP packet begins.

Source: the link-layer header types of tcpdump.org; what lies inside what as in Zeek's
scripts/base/packet-protocols.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from parsers.capture.ethernet import HARDER, TAGS, VLAN, find_ip
from parsers.capture.formats.index import Index
from parsers.capture.headers import BIG16, LITTLE32, Ints, Octets, gather
from parsers.updates import OpenError, Trouble

# What a capture of a type that is not read is called, so that its owner knows what it is.
NAMES = {
    6: "IEEE802_5",
    8: "SLIP",
    9: "PPP",
    10: "FDDI",
    50: "PPP_HDLC",
    51: "PPP_ETHER",
    104: "C_HDLC",
    105: "IEEE802_11",
    107: "FRELAY",
    117: "PFLOG",
    119: "IEEE802_11_PRISM",
    122: "IP_OVER_FC",
    127: "IEEE802_11_RADIOTAP",
    138: "APPLE_IP_OVER_IEEE1394",
    143: "DOCSIS",
    147: "USER0",
    149: "USER2",
    163: "IEEE802_11_AVS",
    187: "BLUETOOTH_HCI_H4",
    189: "USB_LINUX",
    192: "PPI",
    195: "IEEE802_15_4_WITHFCS",
    201: "BLUETOOTH_HCI_H4_WITH_PHDR",
    215: "IEEE802_15_4_NONASK_PHY",
    220: "USB_LINUX_MMAPPED",
    227: "CAN_SOCKETCAN",
    230: "IEEE802_15_4_NOFCS",
    239: "NFLOG",
    240: "NETANALYZER",
    249: "USBPCAP",
    251: "BLUETOOTH_LE_LL",
    252: "WIRESHARK_UPPER_PDU",
    253: "NETLINK",
    254: "BLUETOOTH_LINUX_MONITOR",
    256: "BLUETOOTH_LE_LL_WITH_PHDR",
}

IP_TYPES = (0x0800, 0x86DD)
# What an EtherType leads to.
_OTHER, _IP, _TAG, _LENGTH, _HARDER = range(5)
_ETHERNET = np.full(1 << 16, _OTHER, np.uint8)
_ETHERNET[:1501] = _LENGTH
_ETHERNET[list(IP_TYPES)] = _IP
_ETHERNET[list(TAGS)] = _TAG
_ETHERNET[list(HARDER)] = _HARDER
# Systems number IPv6 differently: NetBSD and OpenBSD, FreeBSD, macOS.
FAMILIES = np.array([2, 24, 28, 30], np.uint32)


def troubles(index: Index) -> list[Trouble]:
    """What is said of the packets whose link type is not read; OpenError when no interface has one that is."""
    foreign = sorted(index.links - _FINDERS.keys())
    if foreign and not index.links & _FINDERS.keys():
        raise OpenError(f"packets of {_named(foreign[0])} are not read; Ethernet, Linux cooked and raw IP are")
    counts = {link: int(np.count_nonzero(index.link == link)) for link in foreign}
    return [Trouble(f"{count} packets of {_named(link)} are not read") for link, count in counts.items() if count]


def _named(link: int) -> str:
    return f"link type {link} ({NAMES[link]})" if link in NAMES else f"link type {link}"


def ip_packets(octets: Octets, link: Ints, offset: Ints, captured: Ints) -> tuple[Ints, Ints, Ints]:
    """The IP packets of frames: the row of the frame that each came from, where it begins, its captured bytes (> 0).

    `link`, `offset` and `captured` are the frames' link types, places and lengths. The rows ascend; a row is missing
    where a frame has no IP packet or is of a link type that is not read, and comes again for a frame that has several.
    """
    at, left = _first(octets, link, offset, captured)
    rows = np.flatnonzero(left > 0)
    return rows, at[rows], left[rows]


def _first(octets: Octets, link: Ints, offset: Ints, captured: Ints) -> tuple[Ints, Ints]:
    kinds = np.unique(link).tolist()
    if len(kinds) == 1 and kinds[0] in _FINDERS:
        return _FINDERS[kinds[0]](octets, offset, captured)
    at, left = offset.copy(), np.zeros(len(offset), np.int64)
    for kind in _FINDERS.keys() & kinds:
        rows = np.flatnonzero(link == kind)
        at[rows], left[rows] = _FINDERS[kind](octets, offset[rows], captured[rows])
    return at, left


def _ethernet(octets: Octets, offset: Ints, captured: Ints) -> tuple[Ints, Ints]:
    kind = gather(octets, offset + 12, BIG16).astype(np.uint16)
    at = offset + 14
    tagged = np.flatnonzero(_ETHERNET[kind] == _TAG)
    while len(tagged):
        kind[tagged] = gather(octets, at[tagged] + 2, BIG16)
        at[tagged] += 4
        tagged = tagged[(kind[tagged] == VLAN) & (at[tagged] < (offset + captured)[tagged])]
    what = _ETHERNET[kind]
    left = np.where(what == _IP, offset + captured - at, 0)
    odd = np.flatnonzero(what >= _LENGTH)
    snap = gather(octets, at[odd], BIG16) == 0xAAAA
    for i in odd[snap | (what[odd] == _HARDER)].tolist():
        begin = int(offset[i])
        found = find_ip(octets.data, begin, begin + int(captured[i]))
        if found:
            at[i], left[i] = found[0], found[1] - found[0]
    return at, left


def _cooked(octets: Octets, offset: Ints, captured: Ints) -> tuple[Ints, Ints]:
    return _after(16, np.isin(gather(octets, offset + 14, BIG16), IP_TYPES), offset, captured)


def _cooked_2(octets: Octets, offset: Ints, captured: Ints) -> tuple[Ints, Ints]:
    return _after(20, np.isin(gather(octets, offset, BIG16), IP_TYPES), offset, captured)


def _loopback(octets: Octets, offset: Ints, captured: Ints) -> tuple[Ints, Ints]:
    """The address family before the packet is in the byte order of the machine that captured."""
    family = gather(octets, offset, LITTLE32)
    return _after(4, np.isin(family, FAMILIES) | np.isin(family, FAMILIES.byteswap()), offset, captured)


def _raw(octets: Octets, offset: Ints, captured: Ints) -> tuple[Ints, Ints]:  # noqa: ARG001
    return offset, captured


def _after(header: int, is_ip: npt.NDArray[np.bool_], offset: Ints, captured: Ints) -> tuple[Ints, Ints]:
    return offset + header, np.where(is_ip, captured - header, 0)


_FINDERS: dict[int, Callable[[Octets, Ints, Ints], tuple[Ints, Ints]]] = {
    0: _loopback,
    1: _ethernet,
    12: _raw,
    14: _raw,
    101: _raw,
    108: _loopback,
    113: _cooked,
    228: _raw,
    229: _raw,
    276: _cooked_2,
}
