"""SMTP on one connection: commands and their replies, the mails between them, TLS after STARTTLS.

Source: Zeek, src/analyzer/protocol/smtp/SMTP.cc.
"""

import re
from collections import deque
from typing import Final

from parsers.limits import INT64_MAX, SMTP_PENDING_COMMANDS
from parsers.protocols.analyzer import Analyzer, Context, Data, End, Gap
from parsers.protocols.lines import Lines, line_weirds
from parsers.protocols.mail import Mail
from parsers.protocols.smtp.bdat import BdatError, Chunks, chunk_of
from parsers.protocols.smtp.session import session_of
from parsers.protocols.smtp.states import (
    AUTH_ANSWER,
    COMMANDS,
    CONNECTION,
    END_OF_DATA,
    STARTTLS,
    State,
    after_command,
    after_reply,
)

_WORD: Final = re.compile(rb"[^\s\0]*")
_CODE: Final = re.compile(rb"[1-5][0-9][0-9]")
_UNKNOWN: Final = b"(UNKNOWN)"


class SmtpAnalyzer:
    """One connection's commands, replies and mails."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._session = session_of(context)
        notice = line_weirds(context)
        self._lines = {is_orig: Lines(notice, drops_nul=True) for is_orig in (True, False)}
        self._state = State.COMMANDS
        self._orig_is_client = True
        # The first command without a reply, those after it, and the one that was replied to last.
        self._first: bytes | None = CONNECTION
        self._waiting: deque[bytes] = deque()
        self._replied: bytes | None = None
        # The code of a reply that goes on in the next line.
        self._ongoing = b""
        self._mail: Mail | None = None
        self._chunks: Chunks | None = None
        self._tls: Analyzer | None = None
        self._confirmed = self._is_over = False
        self._is_deaf = context.connection.partial

    def deliver(self, data: Data) -> None:
        if self._is_deaf:
            return
        if self._tls is not None:
            self._tls.deliver(data)
            return
        lines = self._lines[data.is_orig]
        lines.begin(data)
        end = len(data.data)
        while lines.place < end and self._state is not State.TLS:
            self._read(data.is_orig, lines)
            if self._is_over or self._session.is_over:
                # The segment is read to its end.
                end = data.segment_end(lines.place - 1)
                self._is_deaf = True
        self._pass_on(lines.take_rest())

    def _read(self, is_orig: bool, lines: Lines) -> None:
        """The next line, all that come in its segment where they mean nothing, or the next bytes of a chunk."""
        mail = self._text_of(is_orig)
        text = lines.text() if mail is not None and not lines.plain else None
        if mail is not None and text is not None:
            self._session.now = lines.now
            mail.take(text, newline=True)
            return
        line = lines.take_plain() if lines.plain else lines.next_line()
        self._session.now = lines.now
        if line is not None:
            self._take(is_orig, line)

    def _text_of(self, is_orig: bool) -> Mail | None:
        """The mail that lines of this side belong to which are neither its end nor boundaries in it, if any."""
        reads = self._state is State.DATA and is_orig is self._orig_is_client and self._chunks is None
        return self._mail if reads and self._mail is not None and self._mail.is_in_body else None

    def _pass_on(self, rest: Data | None) -> None:
        """What is under TLS already."""
        if self._tls is not None and rest is not None:
            self._tls.deliver(rest)

    def gap(self, gap: Gap) -> None:
        if self._is_deaf:
            return
        self._session.now = gap.ts
        if self._tls is not None:
            self._is_deaf = True
        if self._state in {State.DATA, State.BDAT}:
            if self._mail is not None:
                self._mail.gap(gap.length)
            self._end_mail()
        self._waiting.clear()
        self._first = self._replied = None
        self._state = State.AFTER_GAP

    def end(self, end: End) -> None:
        if self._is_deaf or self._tls is not None:
            return
        self._session.now = end.ts
        rest = self._lines[end.is_orig].rest()
        if rest is not None:
            self._take(end.is_orig, rest)

    def finish(self, ts: int) -> None:
        self._session.now = ts
        if self._mail is not None:
            self._end_mail()
        if self._tls is not None:
            self._tls.finish(ts)

    def _take(self, is_orig: bool, line: bytes) -> None:
        """A line without its end, or bytes of a chunk."""
        if is_orig is not self._orig_is_client:
            self._take_reply(line)
            return
        if line and self._chunks is not None:
            chunk, line = line[: self._chunks.remaining], line[self._chunks.remaining :]
            if chunk:
                self._chunks.take(chunk)
            if self._chunks.is_done:
                self._end_mail()
                self._state = State.COMMANDS
            if not line:
                return
        self._take_client(is_orig, line)

    # What the client sends ---------------------------------------------------------------------------------------

    def _take_client(self, is_orig: bool, line: bytes) -> None:
        if self._state is State.AFTER_GAP:
            return
        if self._state is State.DATA:
            self._take_data(is_orig, line)
        elif self._state is State.AUTH:
            self._wait_for_reply(AUTH_ANSWER)
            self._request(b"**", line)
            self._after_command(is_orig, AUTH_ANSWER, b"")
        else:
            word = _WORD.match(line)
            assert word is not None
            command = word[0].upper()
            if command in COMMANDS:
                argument = line[word.end() :].lstrip(b" \t")
                self._wait_for_reply(command)
                self._request(command, argument)
                self._after_command(is_orig, command, argument)

    def _take_data(self, is_orig: bool, line: bytes) -> None:
        if line == END_OF_DATA:
            self._wait_for_reply(END_OF_DATA)
            self._end_mail()
            self._state = State.COMMANDS
            self._request(END_OF_DATA, line)
            return
        if self._mail is None:
            self._begin_mail(is_orig, State.DATA)
        assert self._mail is not None
        self._mail.take(line[1:] if line.startswith(b".") else line, newline=True)

    def _wait_for_reply(self, command: bytes) -> None:
        if self._first is None:
            self._first = command
            return
        if len(self._waiting) == SMTP_PENDING_COMMANDS:
            self._context.weird("smtp_excessive_pending_cmds", self._session.now)
            self._waiting.clear()
        self._waiting.append(command)

    def _request(self, command: bytes, argument: bytes) -> None:
        if not self._confirmed:
            self._confirmed = True
            self._context.confirm("smtp", self._session.now)
        self._session.request(command, argument)

    def _after_command(self, is_orig: bool, command: bytes, argument: bytes) -> None:
        if command == b"BDAT":
            self._begin_chunk(is_orig, argument)
            return
        if self._chunks is not None:
            self._context.weird("smtp_missing_bdat_last_chunk", self._session.now)
            self._end_mail()
        if command == b"DATA":
            self._begin_mail(is_orig, State.DATA)
        else:
            self._state = after_command(command, self._state)

    # What the server answers -------------------------------------------------------------------------------------

    def _take_reply(self, line: bytes) -> None:
        match = _CODE.match(line)
        if match is None:
            self._is_over = self._context.reject("smtp", self._session.now, "reply code -1 out of range", line)
        else:
            if self._ongoing != match[0]:
                self._ongoing = b""
            code = int(match[0])
            if not self._ongoing:
                self._reply(code)
            goes_on = line[3:4] == b"-"
            self._ongoing = match[0] if goes_on else b""
            text = line[4 if goes_on else 3 :].lstrip(b" \t")
            self._session.reply(self._replied or _UNKNOWN, code, text, goes_on=goes_on)

    def _reply(self, code: int) -> None:
        """A reply begins."""
        if self._state is State.AFTER_GAP:
            self._state = State.GAP_RECOVERY
            self._request(_UNKNOWN, b"")
        command = self._replied = self._first
        self._first = self._waiting.popleft() if self._waiting else None
        if command == b"DATA":
            if code != 354:
                if self._state is State.DATA:
                    self._end_mail()
                self._state = State.COMMANDS
        elif command == b"TURN":
            if code == 250:
                self._orig_is_client = not self._orig_is_client
                self._state = State.COMMANDS
        elif command in STARTTLS:
            if code == 220:
                self._start_tls()
        elif self._state is State.GAP_RECOVERY and code == 354:
            self._begin_mail(not self._orig_is_client, State.DATA)
        else:
            self._state = after_reply(command, code, self._state)

    def _start_tls(self) -> None:
        self._state = State.TLS
        self._tls = self._context.hand_over("ssl")
        self._session.start_tls()

    # Mails -------------------------------------------------------------------------------------------------------

    def _begin_mail(self, is_orig: bool, state: State) -> None:
        self._state = state
        if self._mail is not None:
            self._context.weird("smtp_nested_mail_transaction", self._session.now)
            self._mail.finish()
        self._mail = Mail(self._session, is_orig)

    def _begin_chunk(self, is_orig: bool, argument: bytes) -> None:
        try:
            size, is_last = chunk_of(argument)
        except BdatError as error:
            self._context.weird("smtp_invalid_bdat_command", self._session.now, str(error))
            return
        if size > INT64_MAX:
            self._context.weird("smtp_huge_bdat_chunk", self._session.now, str(size))
            return
        self._lines[is_orig].plain = size
        if self._chunks is None:
            self._begin_mail(is_orig, State.BDAT)
            assert self._mail is not None
            self._chunks = Chunks(self._mail.take, self._chunk_weird)
        self._chunks.begin(size, is_last=is_last)
        self._state = State.BDAT

    def _chunk_weird(self, name: str, addl: str) -> None:
        self._context.weird(name, self._session.now, addl, "SMTP_BDAT")

    def _end_mail(self) -> None:
        if self._chunks is not None:
            if self._chunks.remaining:
                self._context.weird("smtp_bdat_remaining_at_end_data", self._session.now)
                for lines in self._lines.values():
                    lines.plain = 0
            self._chunks.finish()
            self._chunks = None
        if self._mail is None:
            self._context.weird("smtp_unmatched_end_of_data", self._session.now)
            return
        self._mail.finish()
        self._mail = None
