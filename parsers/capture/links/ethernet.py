"""Ethernet, and what may stand between its addresses and an IP packet.

What may follow what as in Zeek: src/packet_analysis/protocol (ethernet, vlan, vntag, pbb, llc, snap) and the tables
of scripts/base/packet-protocols.
"""

import numpy as np

from parsers.capture.headers import BIG16, Ints, Octets, gather
from parsers.capture.links.layer import (
    ARP,
    BACKBONE,
    ETHERNET,
    FABRIC_PATH,
    IP,
    LLC,
    MPLS,
    NOTHING,
    PPPOE,
    VLAN,
    VNTAG,
    Step,
    table,
)

_TAG, _SERVICE_TAG, _OLD_TAG = 0x8100, 0x88A8, 0x9100
_IP_TYPES = {0x0800: IP, 0x86DD: IP, 0x0806: ARP, 0x8035: ARP}
_IN_TAG = _IP_TYPES | {_TAG: VLAN, 0x8864: PPPOE, 0x8847: MPLS, 0x88E7: BACKBONE, 0x8926: VNTAG}
# What follows an EtherType: in general, directly behind Ethernet's addresses, in a tag, in a VN-Tag, in SNAP. Below
# 1501 the field of Ethernet and of a tag is the length of an IEEE 802.3 frame.
ETHERTYPES = table(_IN_TAG | {_SERVICE_TAG: VLAN, _OLD_TAG: VLAN})
_LENGTHS = dict.fromkeys(range(1501), LLC)
_BEHIND_ADDRESSES = table(_LENGTHS | _IN_TAG | {_SERVICE_TAG: VLAN, _OLD_TAG: VLAN, 0x8903: FABRIC_PATH})
_BEHIND_TAG = table(_LENGTHS | _IN_TAG)
_BEHIND_VNTAG = table(dict.fromkeys((_TAG, _SERVICE_TAG, _OLD_TAG), VLAN))
_BEHIND_SNAP = table(_IP_TYPES)

_LABEL = np.dtype([("organisation", "u1", 3), ("kind", ">u2")])


def ethernet(octets: Octets, at: Ints, end: Ints) -> Step:
    """Addresses, and an EtherType or a length."""
    return _by_type(_BEHIND_ADDRESSES, octets, at + 14, end)


def vlan(octets: Octets, at: Ints, end: Ints) -> Step:
    """A tag of IEEE 802.1Q, or 802.1ad, which may be followed by one more."""
    return _by_type(_BEHIND_TAG, octets, at + 4, end)


def _by_type(layers: Ints, octets: Octets, at: Ints, end: Ints) -> Step:
    """What the EtherType says, or the length, that ends just before `at`; a length cuts off what is behind it."""
    kind = gather(octets, at - 2, BIG16)
    following = layers[kind]
    lengths = np.flatnonzero(following == LLC)
    if len(lengths):
        end = end.copy()
        end[lengths] = np.minimum(end[lengths], at[lengths] + kind[lengths])
    return following, at, end


def fabric_path(octets: Octets, at: Ints, end: Ints) -> Step:  # noqa: ARG001
    """Cisco's header before the frame has two bytes behind its EtherType."""
    return ETHERNET, at + 2, end


def vntag(octets: Octets, at: Ints, end: Ints) -> Step:
    """IEEE 802.1BR's forerunner: always before a VLAN tag."""
    return _BEHIND_VNTAG[gather(octets, at + 4, BIG16)], at + 6, end


def backbone(octets: Octets, at: Ints, end: Ints) -> Step:  # noqa: ARG001
    """IEEE 802.1ah: a frame with its own addresses behind the service identifier."""
    return ETHERNET, at + 4, end


def llc(octets: Octets, at: Ints, end: Ints) -> Step:
    """IEEE 802.2, which leads on with a SNAP header; its control field has one byte in unnumbered frames, or two."""
    snap = gather(octets, at, BIG16) == 0xAAAA
    at = at + np.where(gather(octets, at + 2, np.dtype("u1")) & 3 == 3, 3, 4)
    label = gather(octets, at, _LABEL)
    snap &= ~label["organisation"].any(axis=1)
    return np.where(snap, _BEHIND_SNAP[label["kind"]], NOTHING), at + 5, end
