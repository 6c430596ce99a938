"""FTP's control connection: commands, replies, TLS after AUTH TLS, and the TLS inside AUTH GSSAPI.

Source: Zeek, src/analyzer/protocol/ftp/FTP.cc.
"""

import re
from typing import Final

from parsers.limits import FTP_COMMAND_BYTES
from parsers.protocols.analyzer import Analyzer, Context, Data, End, Gap
from parsers.protocols.ftp.lines import TerminalLines
from parsers.protocols.ftp.session import session_of
from parsers.protocols.ftp.tokens import Tokens
from parsers.protocols.ssl.session import ESTABLISHED

_WORD: Final = re.compile(rb"[^\s\0]*")
_COMMAND: Final = re.compile(rb"[!-~]{3,}")
_CODE: Final = re.compile(rb"[0-9]{3}")
_STARTS_TLS: Final = 234
_WANTS_TOKENS: Final = 334


class FtpAnalyzer:
    """One connection's commands and replies."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._session = session_of(context)
        self._lines = {True: TerminalLines(context), False: TerminalLines(context)}
        # The code of a reply that goes on in the next line.
        self._ongoing = 0
        self._auth: bytes | None = None
        self._tls: Analyzer | None = None
        self._tokens: Tokens | None = None
        self._confirmed = self._is_over = False

    def deliver(self, data: Data) -> None:
        if self._tls is not None:
            self._tls.deliver(data)
            return
        lines = self._lines[data.is_orig]
        lines.begin(data)
        end = len(data.data)
        while lines.place < end and self._tls is None:
            line = lines.next_line()
            if line:
                self._take(data.is_orig, line, lines.now)
            if self._is_over:
                end = data.segment_end(lines.place - 1)
        self._pass_on(lines.take_rest())

    def gap(self, gap: Gap) -> None:
        """What is missing is missing from a line."""

    def end(self, end: End) -> None:
        if self._tls is None:
            rest = self._lines[end.is_orig].rest()
            if rest:
                self._take(end.is_orig, rest, end.ts)

    def finish(self, ts: int) -> None:
        if self._tls is not None:
            self._tls.finish(ts)
        if self._tokens is not None:
            self._tokens.finish(ts)

    def _pass_on(self, rest: Data | None) -> None:
        """What is under TLS already."""
        if self._tls is not None and rest is not None:
            self._tls.deliver(rest)

    def _take(self, is_orig: bool, line: bytes, ts: int) -> None:
        self._session.now = ts
        passed = self._take_command(line, ts) if is_orig else self._take_reply(line, ts)
        if passed and self._tokens is not None:
            self._tokens.take(is_orig, line, ts)
            if self._context.shared.get(ESTABLISHED) and b"GSSAPI" in (self._session.last_auth or b""):
                self._context.confirm("gridftp", ts)

    def _take_command(self, line: bytes, ts: int) -> bool:
        """A line of the client's; whether it is a command."""
        line = line.lstrip(b" \t")
        word = _WORD.match(line)
        assert word is not None
        if not _COMMAND.fullmatch(word[0]):
            if self._confirmed:
                self._context.weird("FTP_invalid_command", ts)
            return False
        if len(word[0]) > FTP_COMMAND_BYTES:
            if self._confirmed:
                self._context.weird("FTP_max_command_length_exceeded", ts, str(len(word[0])))
            return False
        name, argument = word[0].upper(), line[word.end() :].lstrip(b" \t")
        if not self._confirmed:
            self._confirmed = True
            self._context.confirm("ftp", ts)
        if b"AUTH".startswith(name):
            self._auth = argument
        self._session.request(name, argument)
        return True

    def _take_reply(self, line: bytes, ts: int) -> bool:
        """A line of the server's; whether it is a reply or part of one."""
        found = _CODE.match(line)
        code = int(found[0]) if found else 0
        goes_on = False
        text = line
        if self._ongoing:
            if code == self._ongoing and line[3:4] == b" ":
                text = line[3:].lstrip(b" \t")
                self._ongoing = 0
            else:
                code, goes_on = 0, True
        elif code < 100:
            return self._reject("invalid reply code" if code else "non-numeric reply code", line, ts)
        elif line[3:4] == b"-":
            self._ongoing, goes_on = code, True
            text = line[4:].lstrip(b" \t")
        elif line[3:4] not in {b"", b" "}:
            return self._reject("invalid reply line", line, ts)
        else:
            text = line[3:].lstrip(b" \t")
        self._follow_auth(code)
        self._session.reply(code, text, goes_on=goes_on)
        return self._tls is None

    def _reject(self, why: str, line: bytes, ts: int) -> bool:
        self._is_over = self._context.reject("ftp", ts, why, line)
        return False

    def _follow_auth(self, code: int) -> None:
        """A reply may begin what the client asked for with AUTH."""
        if code == _STARTS_TLS and self._auth == b"TLS":
            self._tls = self._context.hand_over("ssl")
        elif code == _WANTS_TOKENS and self._auth == b"GSSAPI" and self._tokens is None:
            self._tokens = Tokens(self._context)
