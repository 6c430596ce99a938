"""PPP in its framings (RFC 1661, RFC 1662) and over Ethernet (RFC 2516), and Cisco's HDLC.

As in Zeek: src/packet_analysis/protocol (ppp, ppp_serial, pppoe), which does not read compressed protocol fields nor
Cisco's HDLC.
"""

import numpy as np

from parsers.capture.headers import BIG16, Ints, Octets, gather
from parsers.capture.links.ethernet import ETHERTYPES
from parsers.capture.links.layer import CISCO_HDLC, IP, MPLS, NOTHING, Step, table

_PROTOCOLS = table({0x0021: IP, 0x0057: IP, 0x0281: MPLS})
_PPPOE_PROTOCOLS = table({0x0021: IP, 0x0057: IP})
# Cisco's addresses, where PPP has 255, and the only control field of both framings.
_CISCO = (0x0F00, 0x8F00)
_ADDRESS_AND_CONTROL = 0xFF03


def ppp(octets: Octets, at: Ints, end: Ints) -> Step:
    """With or without HDLC's address and control field, or in Cisco's framing.

    A protocol whose first byte is odd has only that one.
    """
    first = gather(octets, at, BIG16)
    cisco = np.isin(first, _CISCO)
    at = at + np.where(first == _ADDRESS_AND_CONTROL, 2, 0)
    protocol = gather(octets, at, BIG16)
    short = protocol & 0x100 != 0
    following = _PROTOCOLS[np.where(short, protocol >> 8, protocol)]
    return np.where(cisco, CISCO_HDLC, following), at + np.where(cisco, 0, np.where(short, 1, 2)), end


def cisco_hdlc(octets: Octets, at: Ints, end: Ints) -> Step:
    """An address, a control field and an EtherType."""
    return ETHERTYPES[gather(octets, at + 2, BIG16)], at + 4, end


def pppoe(octets: Octets, at: Ints, end: Ints) -> Step:
    """The header's length counts the protocol field too; what is behind it is no part of the packet."""
    length = gather(octets, at + 4, BIG16).astype(np.int64)
    following = _PPPOE_PROTOCOLS[gather(octets, at + 6, BIG16)]
    return np.where(length > 2, following, NOTHING), at + 8, np.minimum(end, at + 6 + length)
