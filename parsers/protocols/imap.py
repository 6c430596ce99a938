"""IMAP (RFC 9051) up to STARTTLS: where both sides agree on it, TLS takes over; nothing is told of mails.

Source: Zeek, src/analyzer/protocol/imap/{imap-protocol,imap-analyzer}.pac, base/protocols/imap.
"""

import re
from typing import Final

from parsers.protocols.analyzer import Context, Protocol
from parsers.protocols.opportunistic import OpportunisticAnalyzer, Part

_GRAMMAR: Final = "imap-protocol.pac"
_TAG: Final = Part(f"{_GRAMMAR}:8", re.compile(rb"[!-~]++"), "[[:alnum:][:punct:]]+")
_REST: Final = Part(f"{_GRAMMAR}:9", re.compile(rb"[^\r\n]*+"), "[^\\r\\n]*")
_SPACING: Final = Part(f"{_GRAMMAR}:10", re.compile(rb" ++"), "[ ]+")
_OPTIONAL_SPACING: Final = Part(f"{_GRAMMAR}:11", re.compile(rb" *+"), "[ ]*")
_NEWLINE: Final = Part(f"{_GRAMMAR}:12", re.compile(rb"[\r\n]++"), "[\\r\\n]+")
_OPTIONAL_NEWLINE: Final = Part(f"{_GRAMMAR}:13", re.compile(rb"[\r\n]*+"), "[\\r\\n]*")
# Who gets so far does without TLS; Zeek knows these in small letters alone.
_PAST_TLS: Final = frozenset((b"authenticate", b"login", b"examine", b"create", b"list", b"fetch"))


class ImapAnalyzer(OpportunisticAnalyzer):
    """One connection's lines."""

    name = "imap"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        # The tag of the client's STARTTLS.
        self._tag = b""

    def read(self, segment: bytes, place: int, *, is_orig: bool) -> int:
        """A line, or all that a server says that it can."""
        tag, place = _TAG.match(segment, place)
        _, place = _SPACING.match(segment, place)
        command, place = _TAG.match(segment, place)
        _, place = _OPTIONAL_SPACING.match(segment, place)
        if not is_orig and tag == b"*" and command.lower() == b"capability":
            newline = b""
            while not newline:
                _, place = _TAG.match(segment, place)
                _, place = _OPTIONAL_SPACING.match(segment, place)
                newline, place = _OPTIONAL_NEWLINE.match(segment, place)
        else:
            _, place = _REST.match(segment, place)
            _, place = _NEWLINE.match(segment, place)
        self._take(tag, command, is_orig=is_orig)
        return place

    def _take(self, tag: bytes, command: bytes, *, is_orig: bool) -> None:
        word = command.lower()
        is_known = command == b"capability" or word == b"starttls" if is_orig else (tag, word) == (b"*", b"ok")
        if is_known or command in _PAST_TLS:
            self.confirm()
        if command in _PAST_TLS:
            self.is_over = True
        elif is_orig and word == b"starttls":
            if self._tag:
                self.weird("IMAP: client sent duplicate StartTLS")
            self._tag = tag
        elif not is_orig and tag == self._tag:
            if word == b"ok":
                self.start_tls()
            else:
                self.weird("IMAP: server refused StartTLS")


IMAP = Protocol("imap", (), ImapAnalyzer, tcp_ports=frozenset({143}))
