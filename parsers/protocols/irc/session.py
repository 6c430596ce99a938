"""What Zeek's scripts know of one IRC session, and its rows.

A row holds all that was known of the session when it was written, and the connections that bring files, which are
analysed after the session's own, add to that. So what happens is kept with its time, and done in the order of time when
all of them have been analysed.
Source: Zeek, base/protocols/irc/{main,dcc-send,files}.zeek.
"""

from collections.abc import Callable
from operator import itemgetter
from typing import Final

from parsers import escape
from parsers.limits import DCC_TRANSFERS
from parsers.protocols.analyzer import Context
from parsers.protocols.channels import Channels
from parsers.protocols.irc.messages import Dcc
from parsers.protocols.irc.record import RECORD

DATA: Final = "irc_data"
_TIME: Final = itemgetter(0)


class _Known:
    """What is known of a session at a time."""

    ts = 0
    nick: str | None = None
    user: str | None = None
    command: str | None = None
    value: str | None = None
    addl: str | None = None
    dcc_file_name: str | None = None
    dcc_file_size: int | None = None
    dcc_mime_type: str | None = None
    fuid: str | None = None


class Session:
    """One connection's session; `now` is when what is told happens."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.now = 0
        self._happened: list[tuple[int, Callable[[_Known], None]]] = []
        self._sent: list[tuple[int, str]] = []
        self._told: list[int] = []

    def name_nick(self, is_orig: bool, nick: bytes) -> None:
        """Someone takes another name."""
        shown = escape.text(nick)

        def happen(known: _Known) -> None:
            if is_orig:
                known.command, known.value = "NICK", shown
                self._write(known)
                known.nick = shown

        self._tell(happen)

    def name_user(self, is_orig: bool, user: bytes, addl: bytes) -> None:
        """Someone says who he is."""
        shown, more = escape.text(user), escape.text(addl)

        def happen(known: _Known) -> None:
            if is_orig:
                known.command, known.value, known.addl = "USER", shown, more
                self._write(known)
                known.user = shown

        self._tell(happen)

    def join(self, is_orig: bool, channels: list[tuple[bytes, bytes]]) -> None:
        """Someone joins channels, some with a key."""
        shown = [
            (escape.text(name), f" with channel key: '{escape.text(key)}'" if key else "") for name, key in channels
        ]

        def happen(known: _Known) -> None:
            if is_orig:
                known.command = "JOIN"
                for known.value, known.addl in shown:
                    self._write(known)

        self._tell(happen)

    def announce(self, message: Dcc) -> None:
        """A connection between two clients is announced."""
        name = escape.text(message.argument)
        sends = message.kind == b"SEND"
        if sends and channels_of(self._context).expect(message.address, message.port, self, self.now) is not None:
            self._context.weird("irc_max_dcc_expected_transfers_exceeded", self.now, source="")
            sends = False
        if sends:
            self._context.expectations.schedule(None, message.address, message.port, DATA, self.now)
            self._sent.append((self.now, name))

        def happen(known: _Known) -> None:
            if sends:
                known.dcc_file_name, known.dcc_file_size = name, message.size

        self._tell(happen)

    def file_name_at(self, ts: int) -> str | None:
        """The name of the file that was announced last, unless a file has come since then."""
        sent = [since for since in self._sent if since[0] <= ts]
        if not sent or any(sent[-1][0] <= told < ts for told in self._told):
            return None
        return sent[-1][1]

    def saw_file(self, ts: int, fuid: str) -> None:
        """A file begins to come."""

        def happen(known: _Known) -> None:
            known.fuid = fuid

        self._happened.append((ts, happen))

    def saw_type(self, ts: int, mime_type: str | None) -> None:
        """It is known what the file is, or that it is not known."""
        self._told.append(ts)

        def happen(known: _Known) -> None:
            if mime_type is not None:
                known.dcc_mime_type = mime_type
            command, known.command = known.command, "DCC"
            self._write(known)
            known.command = command or "DCC"
            known.dcc_file_name = known.dcc_file_size = known.dcc_mime_type = None

        self._happened.append((ts, happen))

    def _tell(self, happen: Callable[[_Known], None]) -> None:
        ts = self.now
        if not self._happened:
            self._context.expectations.at_end(self._finish)

        def at_its_time(known: _Known) -> None:
            known.ts = ts
            happen(known)

        self._happened.append((ts, at_its_time))

    def _finish(self) -> None:
        known = _Known()
        for _, happen in sorted(self._happened, key=_TIME):
            happen(known)

    def _write(self, known: _Known) -> None:
        row = (
            known.ts,
            *self._context.connection.head,
            known.nick,
            known.user,
            known.command,
            known.value,
            known.addl,
            known.dcc_file_name,
            known.dcc_file_size,
            known.dcc_mime_type,
            known.fuid,
        )
        self._context.rows.add(RECORD, row)


def channels_of(context: Context) -> Channels[Session]:
    """The ends at which files are waited for."""
    channels = context.expectations.notes.get(DATA)
    if not isinstance(channels, Channels):
        channels = context.expectations.notes[DATA] = Channels[Session](DCC_TRANSFERS)
    return channels


def session_of(context: Context) -> Session:
    """The connection's session: one, however often its analyser is begun."""
    session = context.shared.get("irc")
    if not isinstance(session, Session):
        session = context.shared["irc"] = Session(context)
    return session
