"""Geneve (RFC 8926): the frame of an EtherType behind options.

Source: Zeek, src/packet_analysis/protocol/geneve/Geneve.cc.
"""

import numpy as np

from parsers.capture.tunnels.reading import ETHERNET, RAW, Payloads, Reading, TunnelProtocol

_HEADER = np.dtype({"names": ["first", "kind"], "formats": ["u1", ">u2"], "offsets": [0, 2]})
_HEADER_BYTES = 8
_BRIDGED, _IPV4, _IPV6 = 0x6558, 0x0800, 0x86DD


def read(payloads: Payloads) -> Reading:
    """The frame begins behind the options."""
    reading = Reading(payloads)
    header = payloads.gather(_HEADER)
    first, kind = header["first"].astype(np.int64), header["kind"]
    size = _HEADER_BYTES + (first & 0x3F) * 4
    reading.violate(payloads.size < _HEADER_BYTES, "Geneve header truncation")
    reading.refuse(first >> 6 > 0, "geneve_invalid_version", first >> 6)
    reading.violate(payloads.size < size, "Geneve option header truncation")
    reading.confirm()
    reading.skip(size)
    reading.refuse(reading.size == 0, "geneve_empty_packet")
    reading.pass_over(~np.isin(kind, (_BRIDGED, _IPV4, _IPV6)))
    reading.link = np.where(kind == _BRIDGED, ETHERNET, RAW)
    return reading


PROTOCOL: TunnelProtocol = TunnelProtocol(
    "geneve", "GENEVE", "Tunnel::GENEVE", read, ports=frozenset((6081,)), shows=True
)
