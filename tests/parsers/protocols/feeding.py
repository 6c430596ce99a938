"""Run one protocol's analyser on a conversation, however its bytes come, and give its rows."""

# A file that keeps what it is told has no use for much of what an interface hands it.
# ruff: noqa: ARG002, PLR0917

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from parsers.files.analysis import File, Files
from parsers.protocols.analyzer import Connection, Data, End, Event, Protocol, Rows
from parsers.protocols.dispatch import dispatch

SECOND = 1_000_000_000
START = 1_600_000_000 * SECOND

# (is_orig, bytes): one run of bytes of one side.
Turn = tuple[bool, bytes]

# How the same conversation may arrive.
WAYS = ("whole", "byte by byte", "with trailing bytes")
each_way = pytest.mark.parametrize("way", WAYS)


def connection(
    proto: str = "tcp", resp_p: int = 80, *, resp_h: str = "192.0.2.80", partial: bool = False
) -> Connection:
    return Connection("CuidOfTheTests", "10.0.0.1", 40000, resp_h, resp_p, proto, START, partial)


def data(is_orig: bool, content: bytes, ts: int = START, step: int = 0) -> Data:
    """One delivery; with a `step` its bytes come in segments of that many, a microsecond apart."""
    ends = [*range(step, len(content), step), len(content)] if step else [len(content)]
    return Data(is_orig, content, ends, [ts + 1000 * i for i in range(len(ends))])


def events(turns: Iterable[Turn], way: str = "whole", trailing: bytes = b"") -> Iterator[Event]:
    """The events of a conversation, each turn a second after the one before, closed in order at its end.

    "whole": each turn is one delivery of one segment; "byte by byte": each byte is one of its own; "with trailing
    bytes": two turns of one side in a row are one delivery, and `trailing` comes behind the last.
    """
    turns = list(turns)
    if way == "with trailing bytes":
        turns = _joined(turns, trailing)
    for number, (is_orig, content) in enumerate(turns, 1):
        ts = START + number * SECOND
        pieces = [content[i : i + 1] for i in range(len(content))] if way == "byte by byte" else [content]
        for piece in pieces:
            yield data(is_orig, piece, ts)
    end = START + (len(turns) + 1) * SECOND
    yield End(True, end)
    yield End(False, end)


def _joined(turns: Sequence[Turn], trailing: bytes) -> list[Turn]:
    joined: list[Turn] = []
    for is_orig, content in turns:
        if joined and joined[-1][0] == is_orig:
            joined[-1] = is_orig, joined[-1][1] + content
        else:
            joined.append((is_orig, content))
    if joined and trailing:
        joined[-1] = joined[-1][0], joined[-1][1] + trailing
    return joined


class KeptFile(File):
    """A file that keeps what it was told; `pieces` holds (offset or None, bytes) in the order of their coming."""

    def __init__(self, fuid: str, handle: str, is_orig: bool, depth: int, filename: str | None, total: int | None):
        self.fuid = fuid
        self.handle = handle
        self.is_orig = is_orig
        self.depth = depth
        self.mime_type = None
        self.filename = filename
        self.total_bytes = total
        self.pieces: list[tuple[int | None, bytes]] = []
        self.gaps: list[int] = []
        self.closed = False

    @property
    def content(self) -> bytes:
        return b"".join(piece for _, piece in self.pieces)

    def data(self, data: bytes, ts: int) -> None:
        self.pieces.append((None, bytes(data)))

    def data_at(self, offset: int, data: bytes, ts: int) -> None:
        self.pieces.append((offset, bytes(data)))

    def gap(self, length: int, ts: int) -> None:
        self.gaps.append(length)

    def close(self, ts: int) -> None:
        self.closed = True


class KeptFiles(Files):
    """Files that are kept for a test to look at; the fuids are `F1`, `F2`, …"""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self.kept: dict[str, KeptFile] = {}

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
        if handle not in self.kept:
            fuid = f"F{len(self.kept) + 1}"
            self.kept[handle] = KeptFile(fuid, handle, is_orig, depth, filename, total_bytes)
        return self.kept[handle]

    def finish(self) -> None:
        for file in self.kept.values():
            file.closed = True


@dataclass
class Told:
    """What came of one connection: rows by log, each as a dict of its fields; files in the order of their opening."""

    service: str | None
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    files: list[KeptFile] = field(default_factory=list)

    def only(self, log: str) -> dict[str, Any]:
        """The one row of a log."""
        (row,) = self.rows[log]
        return row


def run(protocols: Protocol | Sequence[Protocol], fed: Iterable[Event], to: Connection | None = None) -> Told:
    """Run one connection with these protocols; what an analyser raises is raised."""
    among = (protocols,) if isinstance(protocols, Protocol) else protocols
    rows = Rows()
    files = KeptFiles(rows)
    service = dispatch(to or connection(), fed, rows, files, None, START + 100 * SECOND, among)
    named = {
        name: [dict(zip(record.names, row, strict=True)) for row in found]
        for name, (record, found) in rows.by_record.items()
    }
    return Told(service, named, list(files.kept.values()))


def converse(
    protocols: Protocol | Sequence[Protocol],
    turns: Iterable[Turn],
    way: str = "whole",
    to: Connection | None = None,
    trailing: bytes = b"",
) -> Told:
    """Run a conversation, fed in one of the WAYS."""
    return run(protocols, events(turns, way, trailing), to)
