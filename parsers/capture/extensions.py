"""IPv6 extension headers (RFC 8200, section 4), followed as far as Zeek follows them.

Source: Zeek, src/IP.cc (IPv6_Hdr_Chain); the home address is RFC 6275, section 6.3, routing types 0 and 2 are
RFC 2460, section 4.4, and RFC 6275, section 6.4.
"""

from dataclasses import dataclass

from parsers.capture.headers import AH, DSTOPTS, ESP, FRAGMENT, HOPOPTS, IPV6, MOBILITY, NO_NEXT, ROUTING

TYPES = frozenset((HOPOPTS, ROUTING, FRAGMENT, ESP, AH, DSTOPTS, MOBILITY))
_ENDS = (FRAGMENT, ESP, MOBILITY)
_HOME_ADDRESS = 201
_ADDRESS_BYTES = 16


@dataclass(slots=True)
class Chain:
    """The headers of an IPv6 packet.

    size: bytes of all headers; last: the type of the last one; following: the type that it names; naming: where it
    does so; source, destination: the addresses that count in the end.
    """

    source: bytes
    destination: bytes
    size: int = 0
    last: int = NO_NEXT
    following: int = NO_NEXT
    naming: int = 6


def follow(packet: bytes | memoryview) -> Chain:
    """The headers of a packet of at least 40 bytes; a header that is cut off does not count."""
    chain = Chain(bytes(packet[8:24]), bytes(packet[24:40]), 40, IPV6, packet[6])
    routed = at_home = False
    while chain.last not in _ENDS and chain.following in TYPES and len(packet) - chain.size >= 2:
        kind, at = chain.following, chain.size
        size = _size(kind, packet[at + 1])
        if at + size > len(packet):
            break
        chain.size, chain.last, chain.naming = at + size, kind, at
        chain.following = NO_NEXT if kind == ESP else packet[at]
        if kind == ROUTING and not routed and (address := _final_destination(packet[at : at + size])):
            chain.destination, routed = address, True
        elif kind == DSTOPTS and not at_home and (address := _home_address(packet[at : at + size])):
            chain.source, at_home = address, True
    return chain


def _size(kind: int, length: int) -> int:
    if kind in (FRAGMENT, ESP):
        return 8
    return 8 + (4 if kind == AH else 8) * length


def _final_destination(header: bytes | memoryview) -> bytes | None:
    """The address that a routing header sends the packet to in the end."""
    length, kind, segments_left = header[1], header[2], header[3]
    routes = (kind == 0 and length >= 2 and length % 2 == 0) or (kind == 2 and length == 2)
    return bytes(header[-_ADDRESS_BYTES:]) if routes and segments_left else None


def _home_address(header: bytes | memoryview) -> bytes | None:
    """The address that a mobile node is known by, from its destination options."""
    at = 2
    while at < len(header):
        if header[at] == 0:
            at += 1
            continue
        after = at + 2 + (header[at + 1] if at + 1 < len(header) else len(header))
        if after > len(header):
            break
        if header[at] == _HOME_ADDRESS and after - at == 2 + _ADDRESS_BYTES:
            return bytes(header[at + 2 : after])
        at = after
    return None
