"""SSH 1 and 2 (RFC 4253): recognised when both sides begin with its name (Zeek: ssh/dpd.sig)."""

import re
from typing import Final

from parsers.protocols.analyzer import Protocol
from parsers.protocols.ssh.analyzer import SshAnalyzer
from parsers.protocols.ssh.record import RECORD

_BANNER: Final = re.compile(rb"SSH-[12]\.", re.IGNORECASE)


def recognise(orig: bytes, resp: bytes) -> bool:
    """Whether both sides begin as SSH does."""
    return _BANNER.match(orig) is not None and _BANNER.match(resp) is not None


SSH = Protocol(
    "ssh", (RECORD,), SshAnalyzer, tcp_ports=frozenset({22}), recognise=recognise, mutual=True, openings=b"Ss"
)
