"""DNS, multicast DNS, LLMNR and the NetBIOS name service: dns.log."""

from parsers.protocols.analyzer import Protocol
from parsers.protocols.dns.analyzer import DNS
from parsers.protocols.dns.record import RECORD

PROTOCOL = Protocol(
    "dns",
    (RECORD,),
    DNS,
    tcp_ports=frozenset({53}),
    udp_ports=frozenset({53, 137, 5353, 5355}),
    transports=frozenset({"tcp", "udp"}),
)
