"""LDAP over TCP, and over UDP (CLDAP): found by their ports, the first also by how clients log in."""

import re
from typing import Final

from parsers.protocols.analyzer import Protocol
from parsers.protocols.ldap.analyzer import LdapTcpAnalyzer, LdapUdpAnalyzer
from parsers.protocols.ldap.record import RECORD, SEARCH_RECORD

# A login: a sequence of the message's number and a request to bind.
_BIND: Final = re.compile(rb"\x30[^\n]\x02\x01[^\n]\x60")
_SEQUENCE: Final = b"\x30"


def recognise(orig: bytes, resp: bytes) -> bool:
    """Whether one side logs in and the other answers with a message."""
    if orig[:1] != _SEQUENCE or resp[:1] != _SEQUENCE:
        return False
    return _BIND.match(orig) is not None or _BIND.match(resp) is not None


_RECORDS: Final = (RECORD, SEARCH_RECORD)
TCP = Protocol(
    "ldap_tcp",
    _RECORDS,
    LdapTcpAnalyzer,
    tcp_ports=frozenset({389, 3268}),
    recognise=recognise,
    mutual=True,
    openings=_SEQUENCE,
)
UDP = Protocol("ldap_udp", _RECORDS, LdapUdpAnalyzer, udp_ports=frozenset({389}), transports=frozenset({"udp"}))
