"""A connection between two clients that brings a file (DCC SEND); the receiver sends back how much it has.

Source: Zeek, src/analyzer/protocol/irc/IRC.cc (IRC_Data), base/protocols/irc/{dcc-send,files}.zeek.
"""

from typing import Final

from parsers.files import handle
from parsers.files.analysis import File
from parsers.limits import MIME_BYTES
from parsers.protocols.analyzer import Context, Data, End, Gap
from parsers.protocols.irc.session import Session, channels_of

_COUNT_BYTES: Final = 4


class IrcDataAnalyzer:
    """The bytes of one connection that was announced."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._channels = channels_of(context)
        self._file: File | None = None
        self._size = 0
        self._is_told = False
        if self._session(context.connection.start) is not None:
            context.confirm("irc-dcc-data", context.connection.start)
        context.at_removal(self._finish)

    def deliver(self, data: Data) -> None:
        if data.is_orig:
            self._check_counts(data)
            return
        missing = MIME_BYTES - self._size
        self._open(data.ts).data(data.data, data.ts, data.times[-1])
        self._size += len(data.data)
        if self._size >= MIME_BYTES:
            self._tell(data.time_of(max(missing, 1) - 1))

    def gap(self, gap: Gap) -> None:
        if not gap.is_orig:
            self._open(gap.ts).gap(gap.length, gap.ts)
            self._size += gap.length
            self._tell(gap.ts)

    def end(self, end: End) -> None:
        """The file ends when Zeek forgets the connection."""

    def finish(self, ts: int) -> None:
        """The file ends when Zeek forgets the connection."""

    def _check_counts(self, data: Data) -> None:
        start = 0
        for end, ts in zip(data.ends, data.times, strict=True):
            if (end - start) % _COUNT_BYTES:
                self._context.weird("irc_invalid_dcc_send_ack", ts)
            start = end

    def _session(self, ts: int) -> Session | None:
        connection = self._context.connection
        return self._channels.session_at(connection.resp_h, connection.resp_p, ts)

    def _open(self, ts: int) -> File:
        if self._file is not None and not self._file.done:
            return self._file
        c = self._context.connection
        session = self._session(ts)
        file = self._file = self._context.files.open(
            f"Analyzer::ANALYZER_IRC_DATA{handle.seconds(c.start)}{handle.identity(c)}{handle.truth(False)}",
            "IRC_DATA",
            c,
            False,
            ts,
            filename=None if session is None else session.file_name_at(ts),
        )
        if session is not None:
            session.saw_file(ts, file.fuid)
        return file

    def _tell(self, ts: int) -> None:
        """Enough of the file has come to know what it is."""
        if self._is_told or self._file is None:
            return
        self._is_told = True
        session = self._session(ts)
        if session is not None:
            session.saw_type(ts, self._file.mime_type)
            self._give_up(ts)

    def _give_up(self, ts: int) -> None:
        connection = self._context.connection
        self._channels.give_up(connection.resp_h, connection.resp_p, ts)

    def _finish(self, ts: int) -> None:
        if self._file is not None:
            self._file.close(ts)
        self._tell(ts)
        self._give_up(ts)
