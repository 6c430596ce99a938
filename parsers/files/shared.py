"""A file whose parts come on several connections at a time: ranges of one download.

Connections are analysed one after the other, so what they bring of such a file is out of time's order. The calls are
remembered, and once all have been seen they are made again in the order of time: that gives the file's rows. Who
listens is told at the first time, as the connection at hand has it.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from parsers.files.file import File, Listener
from parsers.limits import SHARED_FILE_BYTES
from parsers.protocols.analyzer import Connection, Rows

if TYPE_CHECKING:
    from parsers.files.analysis import Files


class SharedFile(File):
    """A file that other connections may carry parts of; its rows are written at the end."""

    __slots__ = ("_calls", "_carriers", "_held")

    def __init__(self, files: "Files", identifier: str, source: str, is_orig: bool | None) -> None:
        super().__init__(files, identifier, source, is_orig)
        self._rows = Rows()
        self._calls: list[tuple[int, Callable[[File], None]]] | None = []
        self._carriers: set[str] = set()
        self._held = 0

    def _remember(self, ts: int, call: Callable[[File], None], size: int = 0) -> None:
        if self._calls is None:
            return
        self._calls.append((ts, call))
        self._held += size
        if self._held > SHARED_FILE_BYTES:
            self._calls = None

    def carry(
        self,
        ts: int,
        connection: Connection | None,
        listener: Listener | None = None,
        *,
        depth: int = 0,
        filename: str | None = None,
        parent_fuid: str | None = None,
    ) -> None:
        super().carry(ts, connection, listener, depth=depth, filename=filename, parent_fuid=parent_fuid)
        if connection is not None:
            self._carriers.add(connection.uid)
        again = partial(
            File.carry, ts=ts, connection=connection, depth=depth, filename=self.filename, parent_fuid=parent_fuid
        )
        self._remember(ts, again)

    def data(self, data: bytes, ts: int, last: int | None = None) -> None:
        self._remember(ts, partial(File.data, data=data, ts=ts, last=last), len(data))
        super().data(data, ts, last)

    def data_at(self, offset: int, data: bytes, ts: int, last: int | None = None, *, whole: bool = False) -> None:
        again = partial(File.data_at, offset=offset, data=data, ts=ts, last=last, whole=whole)
        self._remember(ts, again, len(data))
        super().data_at(offset, data, ts, last, whole=whole)

    def gap(self, length: int, ts: int, offset: int | None = None) -> None:
        self._remember(ts, partial(File.gap, length=length, ts=ts, offset=offset))
        super().gap(length, ts, offset)

    def size(self, total_bytes: int, ts: int) -> None:
        self._remember(ts, partial(File.size, total_bytes=total_bytes, ts=ts))
        super().size(total_bytes, ts)

    def close(self, ts: int) -> None:
        self._remember(ts, partial(File.close, ts=ts))
        super().close(ts)

    def finish(self) -> None:
        super().finish()
        if self._calls is None or len(self._carriers) < 2:
            for record, rows in self._rows.by_record.values():
                for row in rows:
                    self._files.rows.add(record, row)
            return
        file = File(self._files, self.fuid, self.source, self.is_orig)
        for _, call in sorted(self._calls, key=lambda entry: entry[0]):
            call(file)
        file.finish()
