"""IRC (RFC 2812): recognised by how clients and servers introduce themselves (Zeek: irc/dpd.sig)."""

import re
from typing import Final

from parsers.pieces import holds
from parsers.protocols.analyzer import Protocol
from parsers.protocols.irc.analyzer import IrcAnalyzer
from parsers.protocols.irc.data import IrcDataAnalyzer
from parsers.protocols.irc.record import RECORD
from parsers.protocols.irc.session import DATA

_REPLY: Final = re.compile(rb"(?:\A|[\n\r])(?::[^ \n\r]+ )?[0-9]{3} ")
_USER: Final = re.compile(rb"(?:\A|[\r\n]) *USER +.", re.DOTALL)
_NICK: Final = re.compile(rb"(?:\A|[\r\n]) *NICK +.", re.DOTALL)
_SERVER: Final = re.compile(rb"(?:\A|[\r\n]) *SERVER +[^ ]+ +[0-9]+ +:.")


def recognise(orig: bytes, resp: bytes) -> bool:
    """Whether a client says who it is and a server replies with a number, or both sides are servers."""
    said = orig.upper()
    if holds(said, b"NICK") and (_follow(said, _USER, _NICK) or _follow(said, _NICK, _USER)):
        return _REPLY.search(resp) is not None
    return holds(said, b"SERVER") and _introduces_server(said) and _introduces_server(resp.upper())


def _follow(said: bytes, first: re.Pattern[bytes], second: re.Pattern[bytes]) -> bool:
    """Whether a line is followed by another, which is whole."""
    found = first.search(said)
    found = second.search(said, found.end()) if found else None
    return found is not None and _ends(said, found.end() - 1)


def _introduces_server(said: bytes) -> bool:
    found = _SERVER.search(said)
    return found is not None and _ends(said, found.end())


def _ends(said: bytes, place: int) -> bool:
    return said.find(b"\n", place) >= 0 or said.find(b"\r", place) >= 0


IRC = Protocol("irc", (RECORD,), IrcAnalyzer, tcp_ports=frozenset(range(6666, 6670)), recognise=recognise, mutual=True)
# A connection for a file is found by what is said on the other one alone.
IRC_DATA = Protocol(DATA, (), IrcDataAnalyzer)
