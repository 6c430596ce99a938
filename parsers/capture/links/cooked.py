"""Linux's cooked headers, which stand for whatever an interface has: what `tcpdump -i any` writes.

Zeek reads IP there and nothing else (src/packet_analysis/protocol/linux_sll, linux_sll2); the rest as tcpdump.org
describes LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2.
"""

from parsers.capture.headers import BIG16, Ints, Octets, gather
from parsers.capture.links.ethernet import ETHERTYPES
from parsers.capture.links.layer import ETHERNET, IEEE802_11, LLC, NOTHING, PRISM, RADIOTAP, Step

# Of the values below the EtherTypes, this one is for IEEE 802.2.
_PROTOCOLS = ETHERTYPES.copy()
_PROTOCOLS[4] = LLC
# In a GRE tunnel's frames.
_BRIDGED = 0x6558
# Linux's ARPHRD_ hardware types whose frames are not what the protocol field says.
_GRE, _NETLINK = 778, 824
_RADIO = {801: IEEE802_11, 802: PRISM, 803: RADIOTAP}


def cooked(octets: Octets, at: Ints, end: Ints) -> Step:
    """The first version: packet type, hardware type, address, protocol."""
    return _following(gather(octets, at + 14, BIG16), gather(octets, at + 2, BIG16)), at + 16, end


def cooked_2(octets: Octets, at: Ints, end: Ints) -> Step:
    """The second version begins with the protocol and names the interface."""
    return _following(gather(octets, at, BIG16), gather(octets, at + 8, BIG16)), at + 20, end


def _following(protocol: Ints, hardware: Ints) -> Ints:
    following = _PROTOCOLS[protocol]
    following[(hardware == _GRE) & (protocol == _BRIDGED)] = ETHERNET
    following[hardware == _NETLINK] = NOTHING
    for kind, layer in _RADIO.items():
        following[hardware == kind] = layer
    return following
