"""XMPP (RFC 6120) up to STARTTLS: where both sides agree on it, TLS takes over; nothing is told of chats.

Source: Zeek, src/analyzer/protocol/xmpp/{XMPP.cc,xmpp-protocol.pac,xmpp-analyzer.pac}, base/protocols/xmpp.
"""

import re
from typing import Final

from parsers.protocols.analyzer import Context, Protocol
from parsers.protocols.opportunistic import OpportunisticAnalyzer, Part

_OPENS: Final = re.compile(rb"(?:<\?xml[^?>]*+\?>)?[\n\r ]*<stream:stream [^>]*xmlns='jabber:")
_GRAMMAR: Final = "xmpp-protocol.pac"
_NAME: Final = Part(f"{_GRAMMAR}:13", re.compile(rb"/?[?:0-9A-Za-z]++"), "/?[?:[:alnum:]]+")
# A tag and the text behind it.
_PARTS: Final = (
    Part(f"{_GRAMMAR}:11", re.compile(rb"[ \r\n]*+"), "[ \\r\\n]*"),
    Part(f"{_GRAMMAR}:12", re.compile(rb"<"), "<"),
    _NAME,
    Part(f"{_GRAMMAR}:14", re.compile(rb"[^<>]*+"), "[^<>]*"),
    Part(f"{_GRAMMAR}:15", re.compile(rb">"), ">"),
    Part(f"{_GRAMMAR}:16", re.compile(rb"[^<>]*+"), "[^<>]*"),
)
# Who gets so far does without TLS.
_PAST_TLS: Final = frozenset({b"success", b"message", b"db:result", b"db:verify", b"presence"})


class XmppAnalyzer(OpportunisticAnalyzer):
    """One connection's tags."""

    name = "xmpp"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._is_asked = False

    def read(self, segment: bytes, place: int, *, is_orig: bool) -> int:
        """A tag, and the text behind it."""
        name = b""
        for part in _PARTS:
            found, place = part.match(segment, place)
            if part is _NAME:
                name = found
        self._take(name, is_orig=is_orig)
        return place

    def _take(self, name: bytes, *, is_orig: bool) -> None:
        bare = name.partition(b":")[2] or name
        if is_orig and name == b"stream:stream":
            self.confirm()
        if name in _PAST_TLS:
            self.is_over = True
        if is_orig and bare == b"starttls":
            self._is_asked = True
        if not is_orig and bare == b"proceed" and self._is_asked:
            self.start_tls()
        elif not is_orig and name == b"proceed":
            self.weird("XMPP: proceed without starttls")


def recognise(orig: bytes, resp: bytes) -> bool:
    """Whether one side opens a stream."""
    return _OPENS.match(orig) is not None or _OPENS.match(resp) is not None


XMPP = Protocol("xmpp", (), XmppAnalyzer, frozenset({5222, 5269}), recognise=recognise, openings=b"\n\r <")
