"""The bytes of files in SMB: what is read from and written to the file at hand, whichever command says so.

Source: Zeek, scripts/base/protocols/smb/{files,main}.zeek.
"""

from functools import lru_cache
from typing import Final

from parsers import escape
from parsers.files.analysis import File
from parsers.protocols.smb.state import State

_SECOND: Final = 1_000_000_000


class Carried:
    """Passes bytes on to the connection's files, and tells the state what comes of it."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._open: dict[str, File] = {}
        self._looked = 0

    def expire(self) -> None:
        """Files of which nothing was heard for long are over before anything more is dealt with.

        All are looked at once a second: there may be many.
        """
        now = self._state.now
        if now - self._looked >= _SECOND:
            self._looked = now
            for handle, file in list(self._open.items()):
                if file.expire(now):
                    self._over(handle)

    def data(self, is_orig: bool, offset: int, data: bytes) -> None:
        """Bytes of the file at hand."""
        self._state.catch_up()
        handle = self._handle()
        if handle is None:
            return
        now = self._state.now
        file = self._open.get(handle)
        if file is not None and file.expire(now):
            self._over(handle)
            file = None
        if file is None:
            context = self._state.context
            file = context.files.open(handle, "SMB", context.connection, is_orig, now, listener=self)
        self._open[handle] = file
        file.data_at(offset, data, now, whole=True)
        if file.done:
            self._over(handle)

    def close(self) -> None:
        """The file at hand is closed."""
        self._state.catch_up()
        handle = self._handle()
        file = self._open.get(handle) if handle is not None else None
        if handle is not None and file is not None:
            file.close(self._state.now)
            self._over(handle)

    def finish(self) -> None:
        """The connection is over, and so are its files some day."""
        for handle in list(self._open):
            self._over(handle)

    def opened(self, file: File) -> None:
        """A file begins, or comes to this connection: it is the one at hand."""
        held = self._state.file
        if held is not None:
            held.fuid = file.fuid
            if held.size > 0:
                file.total_bytes = held.size
            if held.name is not None:
                file.filename = held.name
            self._state.log_file()

    def sniffed(self, file: File) -> None:
        """Nothing depends on a file's type."""

    def _over(self, handle: str) -> None:
        del self._open[handle]
        self._state.log_file()

    def _handle(self) -> str | None:
        """What Zeek knows the file at hand by: where it is, and when it was last changed."""
        file = self._state.file
        if file is None or (file.name is None and file.path is None):
            return None
        connection = self._state.context.connection
        modified = file.times.modified if file.times is not None else 0
        return _handle(connection.orig_h, connection.resp_h, file.path or "", file.name or "", modified)


@lru_cache(maxsize=64)
def _handle(orig_h: str, resp_h: str, path: str, name: str, modified: int) -> str:
    told = escape.raw(path) + escape.raw(name)
    shown = "".join(chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}" for byte in told)
    return f"Analyzer::ANALYZER_SMB{orig_h}{resp_h}{shown}{modified}"
