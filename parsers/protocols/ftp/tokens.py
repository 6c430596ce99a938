"""The tokens of a GSSAPI login in FTP (RFC 2228): those of the grid are TLS.

Source: Zeek, src/analyzer/protocol/ftp/FTP.cc (FTP_ADAT_Analyzer).
"""

import re
from typing import Final

from parsers.protocols.analyzer import Context, Data
from parsers.protocols.mime import base64_text

_COMMAND: Final = re.compile(rb"[ \t]*([^\s\0]*)[ \t]*")
_REPLY: Final = re.compile(rb"([0-9]{3})-?[ \t]*(?:ADAT=(.*))?", re.DOTALL)
_HANDSHAKE: Final = 0x16
_WITH_TOKENS: Final = frozenset((235, 334, 335))
_LAST: Final = frozenset((232, 234, 235, 421, 431, 500, 501, 503, 535, 631, 632, 633))


class Tokens:
    """What the lines of both sides hold for TLS, until the login is over."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._tls = context.hand_over("ssl")
        self._now = 0
        self._is_first = True
        self._is_over = False

    def take(self, is_orig: bool, line: bytes, ts: int) -> None:
        """A line of either side."""
        self._now = ts
        if not self._is_over:
            token = self._of_command(line) if is_orig else self._of_reply(line)
            if token and self._tls is not None:
                self._tls.deliver(Data(is_orig, token, [len(token)], [ts]))

    def finish(self, ts: int) -> None:
        """No line will follow."""
        if self._tls is not None:
            self._tls.finish(ts)

    def _of_command(self, line: bytes) -> bytes | None:
        found = _COMMAND.match(line)
        assert found is not None
        if found[1] == b"AUTH":
            self._is_over = True
        if found[1] != b"ADAT":
            return None
        token = self._decoded(line[found.end() :])
        if self._is_first:
            self._is_first = False
            if token is None:
                self._context.weird("ftp_adat_bad_first_token_encoding", self._now, source="FTP_ADAT")
            if not _begins_tls(token or b""):
                self._is_over = True
                return None
        return token

    def _of_reply(self, line: bytes) -> bytes | None:
        found = _REPLY.match(line)
        if found is None:
            return None
        code = int(found[1])
        self._is_over = code in _LAST
        return self._decoded(found[2]) if code in _WITH_TOKENS and found[2] else None

    def _decoded(self, text: bytes) -> bytes | None:
        return base64_text(text, self._tell_base64)

    def _tell_base64(self, what: str) -> None:
        self._context.weird("base64_illegal_encoding", self._now, what, "")


def _begins_tls(token: bytes) -> bool:
    """Whether a first token, which should say what mechanism it is of, is TLS from the first byte as the grid's are."""
    return len(token) >= 5 and token[0] == _HANDSHAKE and len(token) - 5 == int.from_bytes(token[3:5], "big")
