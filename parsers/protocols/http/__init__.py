"""HTTP/0.9 to 1.1 (RFC 9110, RFC 9112): recognised by its methods and status lines, as Zeek does (http/dpd.sig)."""

import re
from typing import Final

from parsers.protocols.analyzer import Protocol
from parsers.protocols.http.analyzer import HttpAnalyzer
from parsers.protocols.http.record import RECORD

_METHODS: Final = (
    b"OPTIONS GET HEAD POST PUT DELETE ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT CONNECT COPY LABEL LINK LOCK "
    b"MERGE MKACTIVITY MKCALENDAR MKCOL MKREDIRECTREF MOVE ORDERPATCH PATCH PROPFIND PROPPATCH REBIND REPORT SEARCH "
    b"TRACE UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE VERSION-CONTROL BCOPY BDELETE BMOVE BPROPFIND BPROPPATCH NOTIFY "
    b"POLL SUBSCRIBE UNSUBSCRIBE X-MS-ENUMATTS MKWORKSPACE RPC_IN_DATA RPC_OUT_DATA"
)
_REQUEST: Final = re.compile(rb"\s*(?:%s)" % b"|".join(re.escape(method) for method in _METHODS.split()))
_REPLY: Final = re.compile(rb"HTTP/[0-9]", re.IGNORECASE)
_OPENINGS: Final = b"\t\n\v\f\r Hh" + bytes(method[0] for method in _METHODS.split())


def recognise(orig: bytes, resp: bytes) -> bool:
    """Whether one side speaks HTTP."""
    return _REQUEST.match(orig) is not None or _REPLY.match(resp) is not None


HTTP = Protocol(
    "http",
    (RECORD,),
    HttpAnalyzer,
    tcp_ports=frozenset({80, 81, 631, 1080, 3128, 8000, 8080, 8888}),
    recognise=recognise,
    openings=_OPENINGS,
)
