"""AYIYA, of the tunnel broker SixXS (draft-massar-v6ops-ayiya-02): IP behind an identity and a signature.

Source: Zeek, src/packet_analysis/protocol/ayiya/AYIYA.cc.
"""

import numpy as np

from parsers.capture.tunnels.ip import IPV4, IPV6
from parsers.capture.tunnels.reading import Bools, Payloads, Reading, TunnelProtocol

_HEADER = np.dtype([("identity", "u1"), ("signature", "u1"), ("operation", "u1"), ("following", "u1")])
_HEADER_BYTES = 8
_FORWARD = 1


def read(payloads: Payloads) -> Reading:
    """The packet begins behind the signature, where it is to be forwarded."""
    reading = Reading(payloads)
    header = payloads.gather(_HEADER)
    identity = np.int64(1) << (header["identity"] >> 4).astype(np.int64)
    size = _HEADER_BYTES + identity + (header["signature"] >> 4).astype(np.int64) * 4
    reading.violate((payloads.size < _HEADER_BYTES) | (payloads.size < size), "Truncated AYIYA")
    reading.pass_over(header["operation"] & 0x0F != _FORWARD)
    reading.confirm()
    reading.skip(size)
    reading.refuse(reading.size == 0, "ayiya_empty_packet")
    reading.pass_over(~np.isin(header["following"], (IPV4, IPV6)))
    return reading


def detect(payloads: Payloads) -> Bools:
    """An identity and a signature of the usual kinds, to be forwarded."""
    header = payloads.gather(_HEADER)
    found: Bools = (payloads.size >= 3) & (header["signature"] == 0x52) & (header["operation"] == 0x11)
    return found


PROTOCOL: TunnelProtocol = TunnelProtocol(
    "ayiya", "AYIYA", "Tunnel::AYIYA", read, ports=frozenset((5072,)), detect=detect
)
