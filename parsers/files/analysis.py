"""The files that travel inside connections, from their first byte to their row in files.log.

A protocol's analyser opens a file under a handle (parsers.files.handle), feeds it and closes it; the same handle is the
same file, on whatever connection its parts come. Rows are written when a file ends: it is complete, it is closed,
nothing was heard of it for two minutes, or the capture is over.

Source: Zeek, src/file_analysis/Manager.cc.
"""

from parsers.files.file import File, Listener, Reader
from parsers.files.handle import fuid
from parsers.files.kept import Kept
from parsers.files.shared import SharedFile
from parsers.protocols.analyzer import Connection, Rows
from parsers.protocols.expiry import Ints

__all__ = ["File", "Files", "Listener", "Reader"]


class Files:
    """The files of a shard.

    `times` are the times of the capture's packets in ascending order, in nanoseconds: Zeek notices that a file has
    gone quiet when the next packet of any connection comes. With `keep`, the bytes of the file of that fuid are
    `kept` for the caller.
    """

    def __init__(self, rows: Rows, keep: str | None = None, times: Ints | None = None) -> None:
        self.rows = rows
        self.times = times
        self._keep = keep
        self._kept: list[Kept] = []
        self._known: dict[str, File] = {}

    def open(
        self,
        handle: str,
        source: str,
        connection: Connection | None,
        is_orig: bool | None,
        ts: int,
        *,
        depth: int = 0,
        filename: str | None = None,
        total_bytes: int | None = None,
        parent: File | None = None,
        mime_type: str | None = None,
        shared: bool = False,
        listener: Listener | None = None,
    ) -> File:
        """The file of this handle: a new one, or the one that is open under it (parts of one download).

        Nothing but what the connection is to be told of a file that is open already. `total_bytes` is as `File.size`:
        a file of no bytes is done at once. `mime_type` is for protocols that fix it: no bytes are looked at then.
        `shared`: other connections may carry parts of it, so its rows wait until all of them have been seen.
        """
        identifier = fuid(handle)
        file = self._known.get(identifier)
        if file is None:
            kind = SharedFile if shared else File
            file = self._known[identifier] = kind(self, identifier, source, is_orig)
        elif file.expire(ts):
            file.source, file.is_orig = source, is_orig
        parent_fuid = parent.fuid if parent is not None else None
        file.carry(ts, connection, listener, depth=depth, filename=filename, parent_fuid=parent_fuid)
        if mime_type is not None:
            file.fix_type(mime_type)
        if total_bytes is not None:
            file.size(total_bytes, ts)
        return file

    def readers(self, file: File) -> list[Reader]:
        """Who looks at the bytes of a file that begins, beside the search for its type and its hashes."""
        if file.fuid != self._keep:
            return []
        # The file may have begun more than once: the longest is worth keeping.
        longest, begun = self.kept, Kept()
        self._kept = [begun] if longest is None else [longest, begun]
        return [begun]

    @property
    def kept(self) -> Kept | None:
        """The bytes of the file that was to be kept; None when there was no such file."""
        return max(reversed(self._kept), key=lambda kept: kept.size, default=None)

    def next_packet(self, ts: int) -> int:
        """When the first packet came at or after `ts`."""
        if self.times is None:
            return ts
        place = int(self.times.searchsorted(ts))
        return int(self.times[place]) if place < len(self.times) else ts

    def finish(self) -> None:
        """The capture has ended: write the rows of the files that are still open."""
        for file in self._known.values():
            file.finish()
        # They hold this in turn.
        self._known.clear()
