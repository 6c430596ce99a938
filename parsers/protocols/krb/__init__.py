"""Kerberos (RFC 4120): kerberos.log, a row for each connection that someone logs in or shows a ticket on."""

from parsers.protocols.analyzer import Protocol
from parsers.protocols.krb.analyzer import FIRST_TAGS, Krb, KrbTcp, recognise_datagram, recognise_stream
from parsers.protocols.krb.record import RECORD

__all__ = ["CARRIED", "RECORD", "TCP", "UDP"]

# What other protocols hand over to; it is listed before the others, for it has the name of one of them.
CARRIED = Protocol("krb", (RECORD,), Krb, stays=True)
UDP = Protocol(
    "krb",
    (RECORD,),
    Krb,
    udp_ports=frozenset({88}),
    recognise=recognise_datagram,
    openings=FIRST_TAGS,
    transports=frozenset({"udp"}),
)
TCP = Protocol("krb_tcp", (RECORD,), KrbTcp, tcp_ports=frozenset({88}), recognise=recognise_stream)
