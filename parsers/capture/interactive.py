"""Sessions that may be silent for an hour whatever their port: SSH, and FTP's control connection.

Zeek grants it when its analyser is sure of the protocol: SSH at the end of the key exchange, FTP at a first command.
It is asked only of a connection that was silent for long, by what its sides sent.
Source: Zeek, scripts/base/protocols/conn/inactivity.zeek, src/analyzer/protocol/{ssh/ssh-analyzer.pac,ftp/FTP.cc}.
"""

import re
from typing import Final

from parsers.capture.columns import Columns
from parsers.capture.packets import Packets
from parsers.capture.tcp import Tcp

_BANNER: Final = re.compile(rb"SSH-[12]\.", re.IGNORECASE)
# A key exchange takes this much of each side, with the banner before it.
_KEYS_EXCHANGED: Final = 500
_FTP_PORTS: Final = frozenset((21, 2811))
_FTP_GREETING: Final = re.compile(rb"\s*[12]20[ -]")
_FTP_COMMAND: Final = re.compile(
    rb"\s*(USER|PASS|ACCT|CWD|CDUP|SMNT|REIN|QUIT|PORT|PASV|TYPE|STRU|MODE|RETR|STOR|STOU|APPE|ALLO|REST|RNFR|RNTO|ABOR|"
    rb"DELE|RMD|MKD|PWD|LIST|NLST|SITE|SYST|STAT|HELP|NOOP|AUTH|EPRT|EPSV|FEAT|OPTS|SIZE|MDTM|MLST|MLSD|PBSZ|PROT)\s",
    re.IGNORECASE,
)


def is_interactive(tcp: Tcp, c: Columns, packets: Packets) -> bool:
    """Whether the connection is known to be one of these."""
    orig, resp = (_first_bytes(tcp, side.side, c, packets) for side in (tcp.orig, tcp.resp))
    if _BANNER.match(orig) and _BANNER.match(resp):
        return min(tcp.orig.delivered, tcp.resp.delivered) > _KEYS_EXCHANGED
    is_ftp = tcp.ports[tcp.resp.side] in _FTP_PORTS or _FTP_GREETING.match(resp)
    return bool(is_ftp and _FTP_COMMAND.match(orig))


def _first_bytes(tcp: Tcp, side: int, c: Columns, packets: Packets) -> bytes:
    for delivery in tcp.out.list:
        what = delivery[1]
        if delivery[0] == side and isinstance(what, list):
            first = what[0]
            place, skip = first[:2] if isinstance(first, tuple) else (first, 0)
            return bytes(packets.payload(c.offset[place], c.captured[place])[skip : skip + 16])
    return b""
