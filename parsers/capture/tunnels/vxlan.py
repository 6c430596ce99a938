"""VXLAN (RFC 7348): Ethernet behind eight bytes. Source: Zeek, src/packet_analysis/protocol/vxlan/VXLAN.cc."""

from parsers.capture.tunnels.reading import ETHERNET, Payloads, Reading, TunnelProtocol

_HEADER_BYTES = 8
_HAS_IDENTIFIER = 0x08


def read(payloads: Payloads) -> Reading:
    """The frame begins behind the header."""
    reading = Reading(payloads, ETHERNET)
    flags = payloads.gather("u1").astype(int)
    reading.violate(payloads.size < _HEADER_BYTES, "VXLAN header truncation")
    reading.violate(flags & _HAS_IDENTIFIER == 0, "VXLAN 'I' flag not set")
    reading.confirm()
    reading.skip(_HEADER_BYTES)
    reading.refuse(reading.size == 0, "vxlan_empty_packet")
    return reading


PROTOCOL: TunnelProtocol = TunnelProtocol("vxlan", "VXLAN", "Tunnel::VXLAN", read, ports=frozenset((4789,)), shows=True)
