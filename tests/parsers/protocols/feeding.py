"""Run one protocol's analyser on a conversation, however its bytes come, and give its rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from parsers.files.analysis import File, Files, Reader
from parsers.protocols.analyzer import Connection, Data, End, Event, Protocol, Rows
from parsers.protocols.dispatch import dispatch
from parsers.protocols.expectation import Expectations
from parsers.protocols.roster import Roster

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


def datagrams(turns: Iterable[Turn]) -> list[Event]:
    """The events of a conversation over UDP, a second apart, the first one at the START."""
    return [data(is_orig, content, START + number * SECOND) for number, (is_orig, content) in enumerate(turns)]


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


class KeptFile:
    """What a file was told: a reader of its bytes in order, holes as their lengths."""

    def __init__(self, file: File, handle: str) -> None:
        self.file = file
        self.handle = handle
        self.content = b""
        self.holes: list[int] = []

    def data(self, data: bytes) -> None:
        self.content += data

    def gap(self, length: int) -> None:
        self.holes.append(length)


class KeptFiles(Files):
    """Files that are kept for a test to look at, in the order of their opening."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self.all: list[KeptFile] = []
        self._handle = ""

    def open(self, handle: str, *told: Any, **more: Any) -> File:
        self._handle = handle
        return super().open(handle, *told, **more)

    def readers(self, file: File) -> list[Reader]:
        self.all.append(KeptFile(file, self._handle))
        return [self.all[-1]]


@dataclass
class Told:
    """What came of one connection: rows by log, each as a dict of its fields; files in the order of their opening.

    Of several connections, `service` is the first one's.
    """

    service: str | None
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    files: list[KeptFile] = field(default_factory=list)
    services: list[str | None] = field(default_factory=list)

    def only(self, log: str) -> dict[str, Any]:
        """The one row of a log."""
        (row,) = self.rows[log]
        return row


def run(protocols: Protocol | Sequence[Protocol], fed: Iterable[Event], to: Connection | None = None) -> Told:
    """Run one connection with these protocols; what an analyser raises is raised."""
    return run_together(protocols, [(to or connection(), fed)])


def run_together(protocols: Protocol | Sequence[Protocol], fed: Iterable[tuple[Connection, Iterable[Event]]]) -> Told:
    """Run connections of the same two hosts, one after the other; the services are those of all."""
    among = Roster((protocols,) if isinstance(protocols, Protocol) else protocols)
    rows = Rows()
    files = KeptFiles(rows)
    expectations = Expectations()
    last = START + 100 * SECOND
    services = [dispatch(to, events, rows, files, None, last, among, expectations) for to, events in fed]
    files.finish()
    expectations.finish()
    named = {
        name: [dict(zip(record.names, row, strict=True)) for row in found]
        for name, (record, found) in rows.by_record.items()
    }
    return Told(services[0], named, files.all, services)


def converse(
    protocols: Protocol | Sequence[Protocol],
    turns: Iterable[Turn],
    way: str = "whole",
    to: Connection | None = None,
    trailing: bytes = b"",
) -> Told:
    """Run a conversation, fed in one of the WAYS."""
    return run(protocols, events(turns, way, trailing), to)
