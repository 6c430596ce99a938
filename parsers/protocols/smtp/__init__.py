"""Mail on its way (RFC 5321): recognised by the client's greeting and the server's (Zeek: smtp/dpd.sig)."""

import re
from typing import Final

from parsers.protocols.analyzer import Protocol
from parsers.protocols.smtp.analyzer import SmtpAnalyzer
from parsers.protocols.smtp.record import RECORD

_CLIENT: Final = re.compile(rb"(?:.*[\n\r])?\s*(?:HELO|EHLO)", re.IGNORECASE | re.DOTALL)
_SERVER: Final = re.compile(rb"\s*220[\s-]")


def recognise(orig: bytes, resp: bytes) -> bool:
    """Whether a server greets and a client greets back."""
    return _SERVER.match(resp) is not None and _CLIENT.match(orig) is not None


SMTP = Protocol(
    "smtp",
    (RECORD,),
    SmtpAnalyzer,
    tcp_ports=frozenset({25, 587}),
    recognise=recognise,
    mutual=True,
    openings=b"\t\n\v\f\r 2",
)
