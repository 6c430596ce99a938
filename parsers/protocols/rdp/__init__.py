"""Remote Desktop: found by its port, or when a client asks for a session and a server confirms (Zeek: rdp/dpd.sig)."""

from typing import Final

from parsers.pieces import holds
from parsers.protocols.analyzer import Protocol
from parsers.protocols.rdp.analyzer import RdpAnalyzer
from parsers.protocols.rdp.record import RECORD

_CHANNELS: Final = (b"rdpdr", b"rdpsnd", b"drdynvc", b"cliprdr")


def _asks(said: bytes) -> bool:
    if holds(said, b"Cookie: mstshash="):
        return True
    start = said.find(b"Duca")
    return start >= 0 and any(said.find(channel, start) >= 0 for channel in _CHANNELS)


def _answers(said: bytes) -> bool:
    return said[5:6] == b"\xd0" or holds(said, b"McDn")


def recognise(orig: bytes, resp: bytes) -> bool:
    """Whether one side asks and the other answers."""
    return (_answers(resp) and _asks(orig)) or (_answers(orig) and _asks(resp))


RDP = Protocol("rdp", (RECORD,), RdpAnalyzer, tcp_ports=frozenset({3389}), recognise=recognise, mutual=True)
