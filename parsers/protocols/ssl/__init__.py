"""SSL, TLS and DTLS: the handshake is read, what is encrypted is passed over.

Source: RFC 8446, 5246, 6347, 9147; Zeek, scripts/base/protocols/ssl, src/analyzer/protocol/ssl.
"""

import re
from typing import Final

from parsers.protocols.analyzer import Protocol
from parsers.protocols.ssl.dtls import Dtls
from parsers.protocols.ssl.record import RECORD
from parsers.protocols.ssl.tls import Tls

__all__ = ["DTLS", "RECORD", "SSL"]

# Zeek's signatures: scripts/base/protocols/ssl/dpd.sig.
_CLIENT: Final = re.compile(rb"\x16\x03[\x00-\x03]..\x01...\x03[\x00-\x03]", re.DOTALL)
_SERVER: Final = re.compile(
    rb"(?:\x15\x03[\x00-\x03]....)?\x16\x03[\x00-\x03]..\x02...(?:\x03[\x00-\x04]|\x7f[\x00-\x50])", re.DOTALL
)
_DATAGRAM: Final = re.compile(rb"\x16\xfe[\xff\xfd]\x00{7}...\x01.{11}\xfe[\xff\xfd]", re.DOTALL)


def _is_tls(orig: bytes, resp: bytes) -> bool:
    return bool(_CLIENT.match(orig) or _SERVER.match(resp))


def _is_dtls(orig: bytes, resp: bytes) -> bool:
    return bool(_DATAGRAM.match(orig) or _DATAGRAM.match(resp))


SSL = Protocol(
    name="ssl",
    records=(RECORD,),
    make=Tls,
    tcp_ports=frozenset({443, 465, 563, 585, 614, 636, 989, 990, 992, 993, 995, 5223}),
    recognise=_is_tls,
    openings=b"\x15\x16",
)

DTLS = Protocol(
    name="dtls",
    records=(RECORD,),
    make=Dtls,
    udp_ports=frozenset({443}),
    recognise=_is_dtls,
    openings=b"\x16",
    transports=frozenset({"udp"}),
)
