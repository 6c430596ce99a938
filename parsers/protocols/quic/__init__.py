"""QUIC, as far as everybody can read it: the packets of its handshake, and the TLS hellos in the first of them.

Source: RFC 9000, 9001, 9369; Zeek, scripts/base/protocols/quic, src/analyzer/protocol/quic.
"""

from parsers.protocols.analyzer import Protocol
from parsers.protocols.quic.analyzer import QuicAnalyzer
from parsers.protocols.quic.record import RECORD

__all__ = ["PROTOCOL", "RECORD"]

# HTTP/3; DNS over QUIC (RFC 9250) and its port of earlier drafts. Zeek 8.2 finds it by ports only.
PROTOCOL = Protocol(
    "quic", (RECORD,), QuicAnalyzer, udp_ports=frozenset({443, 784, 853}), transports=frozenset({"udp"})
)
