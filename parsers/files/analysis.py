"""The files that travel inside connections, from their first byte to their row in files.log."""

from parsers.protocols.analyzer import Connection, Rows


class File:
    """One file while its bytes pass by."""

    fuid: str
    mime_type: str | None
    filename: str | None
    total_bytes: int | None

    def data(self, data: bytes, ts: int) -> None:
        """The next bytes in order."""
        raise NotImplementedError

    def data_at(self, offset: int, data: bytes, ts: int) -> None:
        """Bytes at a place of their own (ranges); they may come in any order and overlap."""
        raise NotImplementedError

    def gap(self, length: int, ts: int) -> None:
        """The next bytes in order are missing from the capture."""
        raise NotImplementedError

    def close(self, ts: int) -> None:
        """The file's end has been seen; its rows are written."""
        raise NotImplementedError


class Files:
    """The files of a shard."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    def open(
        self,
        handle: str,
        source: str,
        connection: Connection,
        is_orig: bool,
        ts: int,
        *,
        depth: int = 0,
        filename: str | None = None,
        total_bytes: int | None = None,
        parent: File | None = None,
    ) -> File:
        """The file of this handle: a new one, or the one that is open under it (parts of one download)."""
        raise NotImplementedError

    def finish(self) -> None:
        """The capture has ended: write the rows of the files that are still open."""
        raise NotImplementedError
