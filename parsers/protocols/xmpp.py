"""XMPP (RFC 6120) up to STARTTLS: where both sides agree on it, TLS takes over; nothing is told of chats.

Source: Zeek, src/analyzer/protocol/xmpp/{XMPP.cc,xmpp-protocol.pac,xmpp-analyzer.pac}, base/protocols/xmpp.
"""

import re

from parsers.protocols.analyzer import Analyzer, Context, Data, End, Gap, Protocol
from parsers.protocols.binpac import BinpacError, mismatch

_OPENS = re.compile(rb"(?:<\?xml[^?>]*+\?>)?[\n\r ]*<stream:stream [^>]*xmlns='jabber:")
# The parts of a tag and of the text behind it, with the lines of Zeek's grammar that they stand in.
_NAME = 13
_PARTS = (
    (11, re.compile(rb"[ \r\n]*+"), "[ \\r\\n]*"),
    (12, re.compile(rb"<"), "<"),
    (_NAME, re.compile(rb"/?[?:0-9A-Za-z]++"), "/?[?:[:alnum:]]+"),
    (14, re.compile(rb"[^<>]*+"), "[^<>]*"),
    (15, re.compile(rb">"), ">"),
    (16, re.compile(rb"[^<>]*+"), "[^<>]*"),
)
# Who gets so far does without TLS.
_PAST_TLS = frozenset({b"success", b"message", b"db:result", b"db:verify", b"presence"})


class XmppAnalyzer:
    """One connection; each segment is read by itself, as in Zeek: a tag must not go on in the next."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._is_over = context.connection.partial
        self._is_asked = False
        self._tls: Analyzer | None = None

    def deliver(self, data: Data) -> None:
        start = 0
        for end, ts in zip(data.ends, data.times, strict=True):
            if self._is_over:
                return
            if self._tls is not None:
                self._tls.deliver(data.cut(start, len(data.data)))
                return
            try:
                self._read(data.data[start:end], ts, data.is_orig)
            except BinpacError as error:
                self._is_over = self._context.reject("xmpp", ts, str(error))
            start = end

    def gap(self, gap: Gap) -> None:  # noqa: ARG002
        """A hole ends what is read here; the TLS inside is not told of it, as in Zeek."""
        self._is_over = self._is_over or self._tls is None

    def end(self, end: End) -> None:
        if self._tls is not None:
            self._tls.end(end)

    def finish(self, ts: int) -> None:
        if self._tls is not None:
            self._tls.finish(ts)

    def _read(self, segment: bytes, ts: int, is_orig: bool) -> None:
        place = 0
        while place < len(segment):
            name, place = _read_tag(segment, place)
            self._take(name, ts, is_orig)

    def _take(self, name: bytes, ts: int, is_orig: bool) -> None:
        bare = name.partition(b":")[2] or name
        if is_orig and name == b"stream:stream":
            self._context.confirm("xmpp")
        if name in _PAST_TLS:
            self._is_over = True
        if is_orig and bare == b"starttls":
            self._is_asked = True
        if not is_orig and bare == b"proceed" and self._is_asked:
            self._start_tls()
        elif not is_orig and name == b"proceed":
            self._context.weird("XMPP: proceed without starttls", ts)

    def _start_tls(self) -> None:
        if self._tls is None:
            self._tls = self._context.hand_over("ssl")
            self._is_over = self._is_over or self._tls is None


def _read_tag(segment: bytes, place: int) -> tuple[bytes, int]:
    """A tag's name, and where the next tag begins."""
    name = b""
    for line, part, pattern in _PARTS:
        found = part.match(segment, place)
        if found is None:
            raise mismatch(f"xmpp-protocol.pac:{line}", pattern, segment[place:])
        if line == _NAME:
            name = found[0]
        place = found.end()
    return name, place


def recognise(orig: bytes, resp: bytes) -> bool:
    """Whether one side opens a stream."""
    return _OPENS.match(orig) is not None or _OPENS.match(resp) is not None


XMPP = Protocol("xmpp", (), XmppAnalyzer, frozenset({5222, 5269}), recognise=recognise)
