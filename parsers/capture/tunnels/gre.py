"""GRE (RFC 2784, RFC 2890), NVGRE (RFC 7637), ERSPAN I, II and III, Aruba's wireless frames, PPTP's PPP (RFC 2637).

Source: Zeek, src/packet_analysis/protocol/gre/GRE.cc.
"""

import numpy as np

from parsers.capture.headers import Ints
from parsers.capture.tunnels.ip import refuse_misfits
from parsers.capture.tunnels.reading import ETHERNET, IEEE802_11, RAW, Bools, Payloads, Reading, TunnelProtocol

_HEADER = np.dtype([("flags", ">u2"), ("kind", ">u2")])
_CHECKSUM, _ROUTING, _KEY, _SEQUENCE, _ACKNOWLEDGEMENT = 0x8000, 0x4000, 0x2000, 0x1000, 0x0080
_RESERVED, _VERSION = 0x0078, 0x0007
_OPTIONAL = (_CHECKSUM, _KEY, _SEQUENCE, _ACKNOWLEDGEMENT)
_BRIDGED, _PPP, _ERSPAN, _ERSPAN3 = 0x6558, 0x880B, 0x88BE, 0x22EB
# A mirrored or bridged frame has an Ethernet header at least.
_ETHERNET_BYTES = 14
_PPP_IPV4, _PPP_IPV6 = 0x0021, 0x0057
_PPP_BYTES = 4
_CUT = "truncated_GRE"


def _is_aruba(kind: Ints) -> Bools:
    """Whether it is a wireless frame, as access points pass them on to their controller."""
    found: Bools = (kind & 0x820F == 0x8200) | (kind == 0x9000)
    return found


def _mirroring(reading: Reading, payloads: Payloads, plain: Bools, kind: Ints, flags: Ints, size: Ints) -> Ints:
    """The bytes of ERSPAN's header; frames that are too short for it and an Ethernet header are refused."""
    erspan, erspan3 = plain & (kind == _ERSPAN), plain & (kind == _ERSPAN3)
    left = payloads.size - size - _ETHERNET_BYTES
    reading.refuse((erspan | plain & (kind == _BRIDGED)) & (left <= 0), _CUT)
    reading.refuse(erspan3 & (left <= 12), _CUT)
    last = payloads.gather("u1", size + 11)
    longer = erspan3 & (last.astype(np.int64) & 1 == 1)
    reading.refuse(longer & (left <= 20), _CUT)
    return np.where(erspan & (flags & _SEQUENCE > 0), 8, np.where(longer, 20, np.where(erspan3, 12, 0)))


def read(payloads: Payloads) -> Reading:
    """What follows the header, and ERSPAN's or PPP's behind it."""
    reading = Reading(payloads)
    header = payloads.gather(_HEADER)
    flags, kind = header["flags"].astype(np.int64), header["kind"].astype(np.int64)
    version = flags & _VERSION
    plain, enhanced = version == 0, version == 1
    size = np.full(len(flags), 4)
    for flag in _OPTIONAL:
        size[flags & flag > 0] += 4
    reading.refuse(payloads.size < 4, _CUT)
    reading.refuse(version > 1, "unknown_gre_version", version, "version={}")
    framed = plain & np.isin(kind, (_BRIDGED, _ERSPAN, _ERSPAN3))
    erspan = _mirroring(reading, payloads, plain, kind, flags, size)
    aruba = plain & ~framed & _is_aruba(kind)
    reading.refuse(aruba & (payloads.size <= size), _CUT)
    reading.refuse(enhanced & (kind != _PPP), "egre_protocol_type", kind, "proto={}")
    reading.refuse(flags & _ROUTING > 0, "gre_routing")
    reading.refuse(flags & _RESERVED > 0, "unknown_gre_flags")
    size = size + np.where(enhanced, _PPP_BYTES, erspan)
    reading.refuse(payloads.size < size + np.where(framed, _ETHERNET_BYTES, 0), _CUT)
    reading.skip(size)
    reading.link = np.where(framed, ETHERNET, np.where(aruba, IEEE802_11, RAW))
    if enhanced.any():
        inner = payloads.gather(">u2", size - 2)
        reading.refuse(enhanced & (inner != _PPP_IPV4) & (inner != _PPP_IPV6), "non_ip_packet_in_encap")
        refuse_misfits(reading, enhanced, payloads.store, inner == _PPP_IPV6)
    return reading


PROTOCOL: TunnelProtocol = TunnelProtocol(
    "", "GRE", "Tunnel::GRE", read, numbers=frozenset((47,)), ports=frozenset((4754,)), between_addresses=True
)
