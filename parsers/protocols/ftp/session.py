"""What Zeek's scripts know of one FTP session, and its rows.

A command is told when the next one comes, with what was seen of the file by then. The connections that bring files are
analysed after the session's own: what they tell is put into the rows when all of them have been.
Source: Zeek, base/protocols/ftp/{main,utils,utils-commands,files}.zeek.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from parsers import escape
from parsers.limits import EXPECTED_CONNECTIONS, FTP_NAME_BYTES, FTP_PENDING_COMMANDS, FTP_TEXT_BYTES
from parsers.pieces import holds
from parsers.protocols import weird
from parsers.protocols.analyzer import Context
from parsers.protocols.channels import Channels
from parsers.protocols.ftp import ports
from parsers.protocols.ftp.commands import ABOUT_FILES, ANYTHING_WRONG, IN_FOLDER, INIT, LOGGED, REPLIES
from parsers.protocols.ftp.paths import joined, path_in
from parsers.protocols.ftp.record import RECORD
from parsers.protocols.software import ftp as software

DATA: Final = "ftp_data"
_GUESTS: Final = frozenset((b"anonymous", b"ftp", b"ftpuser", b"guest"))
_HIDDEN: Final = b"<hidden>"
_UNKNOWN: Final = b"<unknown>"
_NUMBER: Final = re.compile(rb"[0-9]+")
_LIKE_A_REPLY: Final = re.compile(rb"[1-9][0-9]{2} [ -~]{10}")
_COUNT_MAX: Final = (1 << 64) - 1
_MIME_TYPE: Final = RECORD.names.index("mime_type")
_FUID: Final = RECORD.names.index("fuid")


@dataclass(slots=True)
class Command:
    """A command that may still be answered."""

    ts: int
    name: bytes
    argument: bytes
    number: int
    is_in_folder: bool = False


class Session:
    """One connection's commands and replies; `now` is when what is told happened."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.now = 0
        self.last_auth: bytes | None = None
        self._user = _UNKNOWN
        self._password: bytes | None = None
        self._folder = b"."
        self._pending: dict[int, Command] = {}
        self._count = 0
        self._command: Command | None = None
        self._reply_code: int | None = None
        self._reply_text: bytes | None = None
        self._file_size: int | None = None
        self._channel: tuple[bool, str, str, int] | None = None
        # When something was told of the session, and the row where it has one; what was seen of files, and when.
        self._told: list[tuple[int, list[object] | None]] = []
        self._seen: list[tuple[int, int, str]] = []

    def begin(self) -> None:
        """The session begins with what is said first, by either side: the server may greet."""
        if not self._count:
            self._context.at_removal(self._finish)
            self._context.expectations.at_end(self._write)
            self._wait(INIT, b"")

    # Commands --------------------------------------------------------------------------------------------------

    def request(self, name: bytes, argument: bytes) -> None:
        """The client's side asks for something."""
        command = self._command
        if command is not None and self._reply_code is not None and command.number in self._pending:
            del self._pending[command.number]
            self._tell()
        self.begin()
        if len(self._pending) < FTP_PENDING_COMMANDS:
            self._wait(name, argument)
        else:
            self._weird("FTP_too_many_pending_commands", len(self._pending))
        if name == b"USER":
            self._user = self._short(argument, "FTP_user_too_long")
        elif name == b"PASS":
            self._password = self._short(argument, "FTP_password_too_long")
        elif name in {b"PORT", b"EPRT"}:
            end = ports.of_port(argument) if name == b"PORT" else ports.of_eprt(argument)
            if end is not None:
                self._expect(self._context.connection.resp_h, end[0] or "::", end[1], is_passive=False)
        elif name == b"AUTH":
            self.last_auth = argument
        elif name == b"CLNT":
            software.client(self._context, self.now, argument)

    def _wait(self, name: bytes, argument: bytes) -> None:
        self._count += 1
        self._pending[self._count] = Command(self.now, name, argument, self._count)

    def _short(self, argument: bytes, name: str) -> bytes:
        if len(argument) > FTP_NAME_BYTES:
            self._weird(name, len(argument))
        return argument[:FTP_NAME_BYTES]

    # Replies ---------------------------------------------------------------------------------------------------

    def reply(self, code: int, text: bytes, *, goes_on: bool) -> None:
        """The server's side answers; a code of 0 stands for lines inside an answer."""
        self.begin()
        if goes_on and not code and self._reply_code is not None and not _LIKE_A_REPLY.match(text):
            return
        command = self._command = self._answered(code, text)
        self._reply_code = code
        self._reply_text = text
        if goes_on or command is None:
            return
        self._read_reply(command, code, text)
        if len(self._pending) > 1:
            self._pending.pop(command.number, None)
            self._tell()

    def _answered(self, code: int, text: bytes) -> Command | None:
        """The command that goes best with a reply, the first of those that go equally well."""
        best = None
        best_score = -1
        for command in self._pending.values():
            score = 100 if code == ANYTHING_WRONG or code in REPLIES.get(command.name, ()) else 0
            score += 20 * holds(text, command.name) + 10 * holds(text, command.argument)
            if score > best_score:
                best, best_score = command, score
        return best

    def _read_reply(self, command: Command, code: int, text: bytes) -> None:
        pair = command.name, code
        if pair in {(b"RETR", 150), (b"SIZE", 213)}:
            self._file_size = _last_number(text)
        elif code in {227, 229} and command.name in {b"PASV", b"EPSV"}:
            end = ports.of_pasv(text) if code == 227 else ports.of_epsv(text)
            if end is not None:
                c = self._context.connection
                address = c.resp_h if end[0] in {None, "::"} and code == 229 else end[0] or "::"
                self._expect(c.orig_h, address, end[1], is_passive=True)
        if pair in IN_FOLDER and not command.is_in_folder:
            command.is_in_folder = True
            if command.name == b"CWD":
                self._folder = joined(self._folder, command.argument)
            elif command.name == b"CDUP":
                self._folder = joined(self._folder, b"/..")
            else:
                self._folder = path_in(text)

    def _expect(self, orig_h: str, resp_h: str, resp_p: int, *, is_passive: bool) -> None:
        """A connection for data is announced."""
        too_many = channels_of(self._context).expect(resp_h, resp_p, self, self.now)
        if too_many is not None:
            row = weird.of_net(self.now, "FTP_too_many_expected_data_channels", str(too_many), "FTP")
            self._context.rows.add(weird.RECORD, row)
            return
        self._channel = is_passive, orig_h, resp_h, resp_p
        self._context.expectations.schedule(orig_h, resp_h, resp_p, DATA, self.now)

    # Rows ------------------------------------------------------------------------------------------------------

    def saw_file(self, ts: int, fuid: str) -> None:
        """Data has begun to come."""
        self._seen.append((ts, _FUID, fuid))

    def saw_type(self, ts: int, mime_type: str) -> None:
        """It is known what the data is."""
        self._seen.append((ts, _MIME_TYPE, mime_type))

    def _tell(self) -> None:
        """A command is done: what is known of it is told, and not again of the next one."""
        command = self._command
        if command is None:
            return
        argument = command.argument
        if command.name in ABOUT_FILES:
            argument = self._url(argument)
        argument = self._bounded(argument, "FTP_arg_too_long")
        if self._reply_text is not None:
            self._reply_text = self._bounded(self._reply_text, "FTP_reply_msg_too_long")
        if self._user.lower() not in _GUESTS and self._password is not None:
            self._password = _HIDDEN
        row: list[object] | None = None
        if command.name in LOGGED:
            row = [
                command.ts,
                *self._context.connection.head,
                escape.text(self._user),
                None if self._password is None else escape.text(self._password),
                escape.text(command.name),
                escape.text(argument) if argument else None,
                None,
                self._file_size,
                self._reply_code,
                None if self._reply_text is None else escape.text(self._reply_text),
                *(self._channel or (None,) * 4),
                None,
            ]
        self._told.append((self.now, row))
        self._file_size = self._channel = None

    def _url(self, name: bytes) -> bytes:
        host = self._context.connection.resp_h
        path = joined(self._folder, name)
        shown = path if path.startswith(b"/") else b"/" + path
        return b"ftp://" + (f"[{host}]" if ":" in host else host).encode() + shown

    def _bounded(self, text: bytes, name: str) -> bytes:
        if len(text) > FTP_TEXT_BYTES:
            self._weird(name, len(text))
        return text[:FTP_TEXT_BYTES]

    def _weird(self, name: str, count: int) -> None:
        self._context.weird(name, self.now, str(count))

    def _finish(self, ts: int) -> None:
        """The connection is removed: what was not answered is told too."""
        self.now = ts
        for command in self._pending.values():
            self._command = command
            self._tell()

    def _write(self) -> None:
        """Put what was seen of files into the rows of the commands that were told next."""
        times = [ts for ts, _ in self._told]
        for ts, cell, text in sorted(self._seen, key=itemgetter(0)):
            place = bisect_left(times, ts)
            row = self._told[place][1] if place < len(times) else None
            if row is not None:
                row[cell] = text
        for _, row in self._told:
            if row is not None:
                self._context.rows.add(RECORD, tuple(row))


def channels_of(context: Context) -> Channels[Session]:
    """The ends at which sessions between the same two hosts wait for data."""
    channels = context.expectations.notes.get(DATA)
    if not isinstance(channels, Channels):
        channels = context.expectations.notes[DATA] = Channels[Session](EXPECTED_CONNECTIONS)
    return channels


def session_of(context: Context) -> Session:
    """The connection's session: one, however often its analyser is begun."""
    session = context.shared.get("ftp")
    if not isinstance(session, Session):
        session = context.shared["ftp"] = Session(context)
    return session


def _last_number(text: bytes) -> int:
    """The last number in a text, 0 where there is none."""
    numbers = _NUMBER.findall(text)
    return min(int(numbers[-1][:30]), _COUNT_MAX) if numbers else 0
