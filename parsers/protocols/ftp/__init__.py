"""FTP (RFC 959): recognised when a client names itself and the server greets and asks for more (Zeek: ftp/dpd.sig)."""

import re
from typing import Final

from parsers.protocols.analyzer import Protocol
from parsers.protocols.ftp.analyzer import FtpAnalyzer
from parsers.protocols.ftp.data import FtpDataAnalyzer
from parsers.protocols.ftp.record import RECORD
from parsers.protocols.ftp.session import DATA

_SERVER: Final = re.compile(rb"[\n\r ]*(?:120|220)[^0-9].*[\n\r] *(?:230|331)[^0-9]", re.DOTALL)
_CLIENT: Final = re.compile(rb"(?:.*[\n\r])? *USER ", re.DOTALL | re.IGNORECASE)


def recognise(orig: bytes, resp: bytes) -> bool:
    """Whether a server greets and asks for more when the client names itself."""
    return _SERVER.match(resp) is not None and _CLIENT.match(orig) is not None


FTP = Protocol(
    "ftp",
    (RECORD,),
    FtpAnalyzer,
    tcp_ports=frozenset({21, 2811}),
    recognise=recognise,
    mutual=True,
    openings=b"\n\r 12",
)
# A connection for data is found by what is said on the other one alone.
FTP_DATA = Protocol(DATA, (), FtpDataAnalyzer)
