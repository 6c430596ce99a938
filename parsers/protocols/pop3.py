"""POP3 (RFC 1939, RFC 2449, RFC 2595, RFC 5034): the mails that a client fetches, TLS after STLS.

It has no log of its own: what is seen are the service, the files and what is weird.
Source: Zeek, src/analyzer/protocol/pop3/POP3.cc, base/protocols/pop3/dpd.sig.
"""

import re
from collections import deque
from enum import Enum, auto
from typing import Final

from parsers import escape
from parsers.files import handle
from parsers.files.analysis import File
from parsers.limits import POP3_PENDING_COMMANDS, POP3_UNKNOWN_COMMANDS
from parsers.protocols.analyzer import Analyzer, Context, Data, End, Gap, Protocol
from parsers.protocols.lines import Lines, line_weirds
from parsers.protocols.mail import Mail
from parsers.protocols.mime import base64_text

# In the order in which Zeek looks a word up.
_WORDS: Final = b"OK ERR USER PASS APOP AUTH STAT LIST RETR DELE RSET NOOP LAST QUIT TOP CAPA UIDL STLS XSENDER".split()
_STATUS: Final = frozenset((b"OK", b"ERR"))
# What is asked for while logged in; of these the answers have many lines, of the second only where nothing is named.
_TRANSACTIONS = frozenset((b"STAT", b"LIST", b"RETR", b"DELE", b"RSET", b"NOOP", b"LAST", b"TOP", b"UIDL", b"XSENDER"))
_LONG: Final = frozenset((b"RETR", b"TOP", b"CAPA"))
_LISTS: Final = frozenset((b"LIST", b"UIDL", b"AUTH"))
_LOGINS: Final = frozenset((b"USER", b"PASS", b"APOP", b"AUTH"))
_MAILS: Final = frozenset((b"RETR", b"TOP"))
_BLANKS: Final = re.compile(rb" +")
_SERVER: Final = re.compile(rb"\+OK")
_CLIENT: Final = re.compile(rb"(?:.*[\r\n])?\s*(?:USER\s|APOP\s|CAPA|AUTH|STLS)", re.IGNORECASE | re.DOTALL)


class Phase(Enum):
    """How far the session is."""

    GREETING = auto()
    AUTHORIZATION = auto()
    TRANSACTION = auto()
    FINISHED = auto()


class Pop3Analyzer:
    """One connection's commands, replies and mails; `now` is when what is read came."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.now = 0
        notice = line_weirds(context)
        self._lines = {True: Lines(notice), False: Lines(notice)}
        self._phase = Phase.GREETING
        # The command that is answered next, and the one that was taken up although nobody had logged in.
        self._command = b""
        self._guess = b""
        self._commands: deque[bytes] = deque()
        self._unknown = 0
        self._is_plain = self._is_logging_in = False
        self._wants_lines = self._has_lines = False
        self._mail: Mail | None = None
        self._tls: Analyzer | None = None
        self._is_deaf = context.connection.partial
        self._is_over = False

    def deliver(self, data: Data) -> None:
        if self._is_deaf:
            return
        if self._tls is not None:
            self._tls.deliver(data)
            return
        lines = self._lines[data.is_orig]
        lines.begin(data)
        end = len(data.data)
        while lines.place < end and self._tls is None:
            line = lines.next_line()
            if line is not None:
                self._take(data.is_orig, line, lines.now)
            if self._is_over:
                end = data.segment_end(lines.place - 1)
        self._is_deaf = self._is_over
        self._pass_on(lines.take_rest())

    def gap(self, gap: Gap) -> None:
        """What is missing is missing from a line."""

    def end(self, end: End) -> None:
        rest = None if self._is_deaf or self._tls else self._lines[end.is_orig].rest()
        if rest is not None:
            self._take(end.is_orig, rest, end.ts)

    def finish(self, ts: int) -> None:
        self.now = ts
        self._end_mail()
        if self._tls is not None:
            self._tls.finish(ts)

    # What a mail tells of itself ----------------------------------------------------------------------------------

    def begin_entity(self) -> None:
        """Nobody wants to know."""

    def end_entity(self) -> None:
        """Nobody wants to know."""

    def field(self, name: bytes, value: bytes) -> None:
        """Nobody wants to know."""

    def weird(self, name: str, addl: str = "", source: str | None = None) -> None:
        """Something that weird.log tells."""
        self._context.weird(name, self.now, addl, source)

    def give_up(self) -> None:
        """A part of a mail is too long to be read."""
        self._context.connection.give_up(self.now)

    def open_file(self, is_orig: bool) -> File:
        """A file whose name Zeek makes of the connection's identifier and the time."""
        connection = self._context.connection
        side, now = handle.truth(is_orig), handle.seconds(self.now)
        name = f"Analyzer::ANALYZER_POP3-fallback-{connection.uid}-{side}-{now}"
        return self._context.files.open(name, "POP3", connection, is_orig, self.now)

    def _pass_on(self, rest: Data | None) -> None:
        """What is under TLS already."""
        if self._tls is not None and rest is not None:
            self._tls.deliver(rest)

    def _take(self, is_orig: bool, line: bytes, ts: int) -> None:
        self.now = ts
        if not is_orig:
            self._take_reply(line)
        elif self._is_logging_in:
            self._take_login(line)
        elif line:
            self._commands.append(line)
            if len(self._commands) > POP3_PENDING_COMMANDS:
                self.weird("pop3_client_too_many_pending_commands")
                self._commands.popleft()
            if len(self._commands) == 1:
                self._take_command()

    # What the client sends ----------------------------------------------------------------------------------------

    def _take_login(self, line: bytes) -> None:
        if not line:
            return
        decoded = base64_text(line.partition(b"\0")[0], self._tell_base64)
        if decoded is None:
            self.weird("pop3_bad_base64_encoding")
        elif self._is_plain and not (decoded.split(b"\0", 2)[2:] or [b""])[0]:
            self.weird("pop3_malformed_auth_plain")

    def _tell_base64(self, what: str) -> None:
        self.weird("base64_illegal_encoding", what, "")

    def _take_command(self) -> None:
        word, argument = _words(self._commands[0])
        command = _command(word)
        if command is None:
            if self._is_logging_in:
                return
            self.weird("pop3_client_command_unknown", escape.text(word) or "???")
            self._unknown += 1
            if self._unknown > POP3_UNKNOWN_COMMANDS:
                self._reject("too many unknown client commands", None)
        elif command in _STATUS:
            self.weird("pop3_client_sending_server_commands")
        elif command in _LOGINS:
            self._begin_login(command, argument)
        elif command in _TRANSACTIONS:
            if command in _LONG or (command in _LISTS and not argument):
                self._wants_lines = True
            if self._phase is Phase.TRANSACTION:
                self._command = command
            elif command != b"STAT":
                self._guess = command
        elif command == b"QUIT" and self._phase is Phase.FINISHED:
            self._guess = b"LAST"
        else:
            self._command = command
            self._wants_lines = self._wants_lines or command == b"CAPA"

    def _begin_login(self, command: bytes, argument: bytes) -> None:
        if self._phase is not Phase.AUTHORIZATION or (command == b"PASS" and self._command != b"USER"):
            return
        self._command = command
        if command != b"AUTH":
            return
        if not argument:
            self._wants_lines = True
        else:
            self._is_logging_in = True
            self._is_plain = b"PLAIN" in argument and b"LOGIN" not in argument

    def _next_command(self) -> None:
        if self._commands:
            self._commands.popleft()
        if self._commands:
            self._take_command()

    # What the server answers --------------------------------------------------------------------------------------

    def _take_reply(self, line: bytes) -> None:
        if self._has_lines:
            self._take_line(line)
            return
        word, _ = _words(line)
        status = _command(word)
        if status is None:
            if not self._is_logging_in:
                shown = escape.text(word) or "???"
                self._reject(f"unknown server command ({shown})", line)
                self.weird("pop3_server_command_unknown", shown)
        elif status == b"OK":
            self._accept(line)
        elif status == b"ERR":
            self._refuse()
        else:
            self.weird("pop3_server_sending_client_commands")

    def _take_line(self, line: bytes) -> None:
        """A line of an answer that has many."""
        if line != b".":
            if self._command in _MAILS and self._mail is not None:
                self._mail.take(line, newline=True)
            return
        self._wants_lines = self._has_lines = False
        self._end_mail()
        self._next_command()

    def _accept(self, line: bytes) -> None:
        if self._guess:
            self._phase = Phase.TRANSACTION
            self._command, self._guess = self._guess, b""
        command = self._command
        if command in {b"USER", b"CAPA", b"STLS"}:
            self._context.confirm("pop3", self.now)
        if command == b"STLS":
            self._tls = self._context.hand_over("ssl")
            return
        if command in _MAILS:
            if self._mail is None:
                self._mail = Mail(self, is_orig=False)
            # Zeek takes the reply for the first line of the mail.
            self._mail.take(line, newline=True)
        if command in _MAILS | _LISTS | {b"CAPA"}:
            self._has_lines = self._wants_lines
        self._advance(command)
        if not self._has_lines:
            self._next_command()

    def _advance(self, command: bytes) -> None:
        """How far the session is after a command was accepted."""
        if not command or command == b"USER":
            self._phase = Phase.AUTHORIZATION
        elif command == b"AUTH":
            if self._is_logging_in:
                self._phase = Phase.TRANSACTION
            self._is_logging_in = False
        elif command == b"QUIT":
            self._phase = Phase.FINISHED
        elif command not in _MAILS | _LISTS | {b"CAPA"}:
            self._phase = Phase.TRANSACTION

    def _refuse(self) -> None:
        self._wants_lines = self._has_lines = self._is_logging_in = False
        self._guess = b""
        if self._command in _LOGINS:
            self._phase = Phase.AUTHORIZATION
            self._command = b""
        elif self._command in _TRANSACTIONS:
            self._phase = Phase.TRANSACTION
        elif self._command == b"QUIT":
            self._phase = Phase.FINISHED
        self._next_command()

    def _end_mail(self) -> None:
        if self._mail is not None:
            self._mail.finish()
            self._mail = None

    def _reject(self, reason: str, line: bytes | None) -> None:
        if self._context.reject("pop3", self.now, reason, line):
            self._is_over = True


def _words(line: bytes) -> tuple[bytes, bytes]:
    """The first word of a line and the rest, runs of blanks as one."""
    text = _BLANKS.sub(b" ", line.partition(b"\0")[0].lstrip(b" \t")).removesuffix(b" ")
    word, _, rest = text.partition(b" ")
    return word, rest


def _command(word: bytes) -> bytes | None:
    """The command or status that a word is; a sign before it is passed over, each time that it is compared."""
    word = word.upper()
    for known in _WORDS:
        if word[:1] in {b"+", b"-"}:
            word = word[1:]
        if word == known:
            return known
    return None


def recognise(orig: bytes, resp: bytes) -> bool:
    """Whether a server greets and a client wants to log in."""
    return _SERVER.match(resp) is not None and _CLIENT.match(orig) is not None


POP3 = Protocol("pop3", (), Pop3Analyzer, recognise=recognise, mutual=True, openings=b"+")
