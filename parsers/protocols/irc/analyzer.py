"""IRC on one connection, between a client and a server or between two servers.

Source: Zeek, src/analyzer/protocol/irc/IRC.cc.
"""

from typing import Final

from parsers.limits import IRC_COMMAND_BYTES, IRC_INVALID_LINES, IRC_READ_BYTES
from parsers.protocols.analyzer import Analyzer, Context, Data, End, Gap
from parsers.protocols.irc.messages import Line, LineError, dcc, parse, words
from parsers.protocols.irc.session import session_of
from parsers.protocols.lines import Lines, line_weirds

_STARTS_TLS: Final = 670


class IrcAnalyzer:
    """One connection's lines."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._session = session_of(context)
        notice = line_weirds(context)
        self._lines = {is_orig: Lines(notice, longest=IRC_READ_BYTES) for is_orig in (True, False)}
        self._tls: Analyzer | None = None
        self._confirmed = self._is_over = False
        self._invalid = 0
        # Servers that agree to it go on compressed, once both have introduced themselves.
        self._compresses: dict[bool, bool] = {}
        self._introduced: set[bool] = set()

    def deliver(self, data: Data) -> None:
        if self._tls is not None:
            self._tls.deliver(data)
            return
        lines = self._lines[data.is_orig]
        lines.begin(data)
        end = len(data.data)
        while lines.place < end and self._tls is None:
            line = lines.next_line()
            if line is not None:
                self._session.now = lines.now
                self._take(data.is_orig, line)
            if self._is_over:
                end = data.segment_end(lines.place - 1)
        self._pass_on(lines.take_rest())

    def gap(self, gap: Gap) -> None:
        """What is missing is missing from a line."""

    def end(self, end: End) -> None:
        if self._tls is None:
            rest = self._lines[end.is_orig].rest()
            if rest:
                self._session.now = end.ts
                self._take(end.is_orig, rest)

    def finish(self, ts: int) -> None:
        if self._tls is not None:
            self._tls.finish(ts)

    def _pass_on(self, rest: Data | None) -> None:
        """What is under TLS already."""
        if self._tls is not None and rest is not None:
            self._tls.deliver(rest)

    def _take(self, is_orig: bool, text: bytes) -> None:
        if len(self._compresses) == 2 and all(self._compresses.values()) and len(self._introduced) == 2:
            return
        try:
            line = parse(text)
        except LineError as error:
            if self._confirmed:
                self._weird(error)
            self._reject(error.reason)
            return
        if line is not None:
            self._read(is_orig, line)

    def _read(self, is_orig: bool, line: Line) -> None:
        if not self._confirmed and is_orig and line.is_of_a_client:
            self._confirmed = True
            self._context.confirm("irc", self._session.now)
        if line.command == b"STARTTLS":
            return
        self._follow_servers(is_orig, line)
        if line.code:
            if line.code == _STARTS_TLS:
                self._tls = self._context.hand_over("ssl")
            return
        if len(line.command) > IRC_COMMAND_BYTES:
            self._weird(LineError("irc_invalid_command"))
            self._invalid += 1
            if self._invalid > IRC_INVALID_LINES:
                self._weird(LineError("irc_too_many_invalid"))
                self._reject("too many long lines")
            return
        try:
            self._read_command(is_orig, line)
        except LineError as error:
            self._weird(error)

    def _read_command(self, is_orig: bool, line: Line) -> None:
        session = self._session
        if line.command == b"PRIVMSG":
            message = dcc(line.parameters)
            if message is not None:
                session.announce(message)
        elif line.command == b"NICK":
            session.name_nick(is_orig, line.parameters.removeprefix(b":"))
        elif line.command == b"USER":
            user, host, server, *name = [*line.words, b"", b"", b""][: max(len(line.words), 3)]
            # Zeek puts no blank before the second part of a name, and one after each from there on.
            shown = b"".join([*name[:1], *(part + b" " for part in name[1:])])
            session.name_user(is_orig, user, b" ".join((host, server, shown.removeprefix(b":"))))
        elif line.command == b"JOIN":
            session.join(is_orig, _joined(line))
        elif line.command == b"NJOIN":
            session.join(is_orig, _joined_by_server(line))

    def _follow_servers(self, is_orig: bool, line: Line) -> None:
        """What servers agree on before they introduce themselves."""
        if is_orig in self._introduced:
            return
        if line.command == b"PASS":
            options = line.words
            self._compresses[is_orig] = len(options) > 3 and b"Z" in options[3].upper()
        elif line.command == b"SERVER" and not line.prefix:
            self._introduced.add(is_orig)

    def _weird(self, error: LineError) -> None:
        self._context.weird(error.weird, self._session.now, error.addl)

    def _reject(self, reason: str | None) -> None:
        if reason is not None and self._context.reject("irc", self._session.now, reason):
            self._is_over = True


def _joined(line: Line) -> list[tuple[bytes, bytes]]:
    """The channels that a client joins, and their keys."""
    parts = words(line.parameters.removeprefix(b":"))
    if not parts:
        raise LineError("irc_invalid_join_line")
    channels = words(parts[0], b",")
    keys = words(parts[1], b",") if len(parts) > 1 else []
    return list(zip(channels, [*keys, *[b""] * len(channels)], strict=False))


def _joined_by_server(line: Line) -> list[tuple[bytes, bytes]]:
    """The channel that users join of whom another server tells, once for each."""
    parts = line.words
    if len(parts) != 2:
        raise LineError("irc_invalid_njoin_line")
    return [(parts[0], b"")] * len(words(parts[1].removeprefix(b":"), b","))
