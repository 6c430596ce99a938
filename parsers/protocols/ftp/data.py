"""A connection that brings the data of an FTP command: one file each way.

Source: Zeek, src/analyzer/protocol/file/File.cc, base/protocols/ftp/{main,files}.zeek.
"""

from typing import Final

from parsers.files import handle, mime
from parsers.files.analysis import File
from parsers.limits import MIME_BYTES
from parsers.protocols.analyzer import Context, Data, End, Gap
from parsers.protocols.ftp.session import Session, channels_of

# The first bytes of both ways that Zeek guesses a type from, before the file's own is known.
_GUESSED_BYTES: Final = 1024
_NO_TYPE: Final = "<unknown>"


class FtpDataAnalyzer:
    """The bytes of one connection that was announced."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._channels = channels_of(context)
        self._files: dict[bool, File] = {}
        self._sizes = {True: 0, False: 0}
        self._start: bytearray | None = bytearray()
        # Which session the file being fed belongs to, since its first byte; when its type is found.
        self._owners: dict[str, Session] = {}
        self._now = 0
        if self._session(context.connection.start) is not None:
            context.confirm("ftp-data", context.connection.start)
        context.at_removal(self._finish)

    def deliver(self, data: Data) -> None:
        self._guess(data)
        file = self._open(data.is_orig, data.ts)
        if file is not None:
            missing = MIME_BYTES - self._sizes[data.is_orig]
            self._now = data.time_of(min(max(missing, 1), len(data.data)) - 1)
            file.data(data.data, data.ts, data.times[-1])
        self._sizes[data.is_orig] += len(data.data)

    def gap(self, gap: Gap) -> None:
        file = self._open(gap.is_orig, gap.ts)
        if file is not None:
            self._now = gap.ts
            file.gap(gap.length, gap.ts)
        self._sizes[gap.is_orig] += gap.length

    def end(self, end: End) -> None:
        """The files end when Zeek forgets the connection."""

    def finish(self, ts: int) -> None:
        """The files end when Zeek forgets the connection."""

    def opened(self, file: File) -> None:
        session = self._session(self._now)
        if session is not None:
            session.saw_file(self._now, file.fuid)
            self._owners[file.fuid] = session

    def sniffed(self, file: File) -> None:
        session = self._owners.get(file.fuid)
        if session is not None and file.mime_type is not None:
            session.saw_type(self._now, file.mime_type)

    def _session(self, ts: int) -> Session | None:
        connection = self._context.connection
        return self._channels.session_at(connection.resp_h, connection.resp_p, ts)

    def _open(self, is_orig: bool, ts: int) -> File | None:
        """The file of one direction, where a session waits for it or did when it began."""
        file = self._files.get(is_orig)
        if file is not None and not file.done:
            return file
        if file is None and self._session(ts) is None:
            return None
        c = self._context.connection
        name = f"Analyzer::ANALYZER_FTP_DATA{handle.seconds(c.start)}{handle.identity(c)}{handle.truth(is_orig)}"
        self._now = ts
        file = self._files[is_orig] = self._context.files.open(name, "FTP_DATA", c, is_orig, ts, listener=self)
        return file

    def _guess(self, data: Data) -> None:
        if self._start is None:
            return
        wanted = _GUESSED_BYTES - len(self._start)
        self._start += data.data[:wanted]
        if len(self._start) == _GUESSED_BYTES:
            self._tell_guess(data.time_of(wanted - 1))

    def _tell_guess(self, ts: int) -> None:
        assert self._start is not None
        session = self._session(ts)
        if session is not None:
            session.saw_type(ts, mime.detect(bytes(self._start)) or _NO_TYPE)
        self._start = None

    def _finish(self, ts: int) -> None:
        self._now = ts
        if self._start:
            self._tell_guess(ts)
        for file in self._files.values():
            file.close(ts)
        connection = self._context.connection
        if not connection.reused:
            self._channels.give_up(connection.resp_h, connection.resp_p, ts)
