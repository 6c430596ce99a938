"""SMB, Windows' shared files, printers and pipes, in its three versions (MS-CIFS, MS-SMB, MS-SMB2)."""

from typing import Final

from parsers.protocols.analyzer import Protocol
from parsers.protocols.smb.analyzer import SmbAnalyzer
from parsers.protocols.smb.record import FILES, MAPPING

__all__ = ["PROTOCOL"]

_SIGNATURES: Final = (b"\xffSMB", b"\xfeSMB")


def recognise(orig: bytes, resp: bytes) -> bool:
    """Whether one side begins with a frame that holds a message."""
    return orig[4:8] in _SIGNATURES or resp[4:8] in _SIGNATURES


PROTOCOL = Protocol("smb", (FILES, MAPPING), SmbAnalyzer, tcp_ports=frozenset({139, 445}), recognise=recognise)
