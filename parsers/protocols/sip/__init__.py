"""SIP over UDP: sip.log, a row for each reply and for each request that none came to."""

from parsers.protocols.analyzer import Protocol
from parsers.protocols.sip.analyzer import SIP, recognise
from parsers.protocols.sip.record import RECORD

__all__ = ["PROTOCOL", "RECORD"]

PROTOCOL = Protocol(
    "sip", (RECORD,), SIP, udp_ports=frozenset({5060}), recognise=recognise, transports=frozenset({"udp"})
)
