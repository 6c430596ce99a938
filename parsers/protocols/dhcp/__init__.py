"""DHCP for IPv4: dhcp.log, a row for what a client and its servers said to each other."""

from parsers.protocols.analyzer import Protocol
from parsers.protocols.dhcp.analyzer import DHCP, recognise
from parsers.protocols.dhcp.record import MESSAGES, RECORD
from parsers.protocols.dhcp.transactions import joined

__all__ = ["MESSAGES", "PROTOCOL", "RECORD", "joined"]

PROTOCOL = Protocol(
    "dhcp",
    (RECORD,),
    DHCP,
    udp_ports=frozenset({67, 68, 4011}),
    recognise=recognise,
    transports=frozenset({"udp"}),
)
