"""IPv6 extension headers (RFC 8200, section 4), followed as far as Zeek follows them.

Source: Zeek, src/IP.cc (IPv6_Hdr_Chain); the home address is RFC 6275, section 6.3, routing types 0 and 2 are
RFC 2460, section 4.4, and RFC 6275, section 6.4.
"""

from dataclasses import dataclass, field

from parsers.capture.headers import AH, DSTOPTS, ESP, FRAGMENT, HOPOPTS, IPV6, MOBILITY, NO_NEXT, ROUTING

TYPES = frozenset((HOPOPTS, ROUTING, FRAGMENT, ESP, AH, DSTOPTS, MOBILITY))
_ENDS = (FRAGMENT, ESP, MOBILITY)
_HOME_ADDRESS = 201
_ADDRESS_BYTES = 16


@dataclass(slots=True)
class Chain:
    """The headers of an IPv6 packet.

    size: bytes of all headers; last: the type of the last one; following: the type that it names; naming: where it
    does so; source, destination: the addresses that count in the end; mobility: the bytes of a mobility header;
    weirds: what is weird in them, each with the addresses that counted then: name, source, destination, more words.
    """

    source: bytes
    destination: bytes
    size: int = 0
    last: int = NO_NEXT
    following: int = NO_NEXT
    naming: int = 6
    mobility: bytes = b""
    weirds: list[tuple[str, bytes, bytes, str]] = field(default_factory=list)

    def tell(self, name: str, addl: str = "") -> None:
        self.weirds.append((name, self.source, self.destination, addl))


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
        if kind == ROUTING:
            routed = _route(chain, packet[at : at + size], routed=routed)
        elif kind == DSTOPTS:
            at_home = _go_home(chain, packet[at : at + size], at_home=at_home)
        elif kind == MOBILITY:
            chain.mobility = bytes(packet[at : at + size])
    return chain


def _size(kind: int, length: int) -> int:
    if kind in (FRAGMENT, ESP):
        return 8
    return 8 + (4 if kind == AH else 8) * length


def _route(chain: Chain, header: bytes | memoryview, *, routed: bool) -> bool:
    """Take up the address that a routing header sends the packet to in the end; whether one has been found."""
    length, kind, segments_left = header[1], header[2], header[3]
    if routed:
        chain.tell("multiple_routing_headers")
        return True
    routes = bool(segments_left) and ((kind == 0 and length >= 2 and length % 2 == 0) or (kind == 2 and length == 2))
    if routes:
        chain.destination = bytes(header[-_ADDRESS_BYTES:])
    if kind == 0:
        if segments_left and length >= 2 and length % 2:
            chain.tell("odd_routing0_len")
        # It is deprecated (RFC 5095).
        chain.tell("routing0_hdr")
    elif kind == 2:
        if segments_left and length != 2:
            chain.tell("bad_routing2_len")
    else:
        chain.tell("unknown_routing_type", str(kind))
    return routes


def _go_home(chain: Chain, header: bytes | memoryview, *, at_home: bool) -> bool:
    """Take up the address that a mobile node is known by, from its destination options; whether one has been found."""
    at = 2
    while at < len(header):
        if header[at] == 0:
            at += 1
            continue
        after = at + 2 + (header[at + 1] if at + 1 < len(header) else len(header))
        if after > len(header):
            chain.tell("bad_ipv6_dest_opt_len")
            break
        if header[at] == _HOME_ADDRESS:
            if after - at != 2 + _ADDRESS_BYTES:
                chain.tell("bad_home_addr_len")
            elif at_home:
                chain.tell("multiple_home_addr_opts")
            else:
                chain.source, at_home = bytes(header[at + 2 : after]), True
        at = after
    return at_home
