"""One of Zeek's ASCII logs, read in blocks: rows as they come, what could not be read, how far it is."""

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, TypeAlias

import pyarrow as pa

from parsers import limits
from parsers.updates import Batch, OpenError, Progress, Trouble, Update
from parsers.zeek.header import Header
from parsers.zeek.lines import Block, blocks
from parsers.zeek.names import name_of, shown
from parsers.zeek.rows import Faults, Section, table
from parsers.zeek.sections import Sections

_THREADS = 2
_Parsing: TypeAlias = tuple[Block, str, "Future[tuple[pa.Table, Faults]]"]


def recognises(first: bytes) -> bool:  # noqa: ARG001
    """Whether a file that begins so is to be read here: any, it is the format of whatever is no other."""
    return True


def read(path: Path, file: BinaryIO) -> Iterator[Update]:
    """The log's rows as batches, in the file's order. OpenError when the file holds no log."""
    return _Reading(path, file).updates()


class _Reading:
    """One file while it is read; several blocks are parsed at the same time, and told in their order."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file
        self._label = shown(Path(path.name))
        self._size = os.fstat(file.fileno()).st_size
        self._header = Header()
        self._log = ""
        self._schema = pa.schema([])
        self._headers = 0
        self._faults = 0

    def updates(self) -> Iterator[Update]:
        """Everything there is to tell of the file."""
        waiting: deque[_Parsing] = deque()
        with ThreadPoolExecutor(_THREADS) as pool:
            for item in self._sections():
                if isinstance(item, Trouble):
                    yield item
                    continue
                block, section = item
                waiting.append((block, self._log, pool.submit(table, section)))
                while len(waiting) > _THREADS or (waiting and waiting[0][-1].done()):
                    yield from self._parsed(*waiting.popleft())
            while waiting:
                yield from self._parsed(*waiting.popleft())
        if self._faults > limits.LOG_FAULTS:
            yield Trouble(f"{self._label}: {self._faults - limits.LOG_FAULTS} more faults like these")

    def _sections(self) -> Iterator[Trouble | tuple[Block, Section]]:
        sections = Sections()
        try:
            for block in blocks(self._file, self._label):
                if isinstance(block, Trouble):
                    yield block
                    continue
                for header, data, line in sections.of(block):
                    self._turn_to(header, data)
                    if self._headers > limits.LOG_HEADERS:
                        yield Trouble(f"{self._label}:{line}: the header changes too often; the rest is left out")
                        return
                    yield block, Section(header, self._schema, data, line)
        except OSError as error:
            yield Trouble(f"{self._label}: reading failed: {error.strerror}; the rows so far are shown")
        if not self._headers:
            self._turn_to(sections.header, b"")
            yield Block(b"", 1, self._size), Section(sections.header, self._schema, b"", 1)

    def _turn_to(self, header: Header, data: bytes) -> None:
        """Rows of another header begin. Raises OpenError when there is none that names their fields."""
        if self._headers and header == self._header:
            return
        if not header.fields:
            raise OpenError(f"{shown(self._path)}: {self._why_no_log(data)}")
        self._header = header
        self._headers += 1
        self._log = header.path or name_of(self._path)
        self._schema = header.schema(self._log)

    def _why_no_log(self, data: bytes) -> str:
        if not self._size:
            return "the file is empty"
        if data.startswith(b"{"):
            return "a log in JSON, which is not read yet; give Zeek's default format, tab-separated with a header"
        return "no Zeek log: no #fields line stands before its rows; give a log as Zeek wrote it, header and all"

    def _parsed(self, block: Block, log: str, parsing: "Future[tuple[pa.Table, Faults]]") -> Iterator[Update]:
        rows, faults = parsing.result()
        if block.open_end:
            lost = "it is left out" if faults.count else "its last cell may be cut off"
            yield Trouble(f"{self._label}:{block.line}: the file ends in the middle of this line; {lost}")
        else:
            for fault in faults.first[: max(0, limits.LOG_FAULTS - self._faults)]:
                yield Trouble(f"{self._label}:{fault.line}: {fault.text}")
            self._faults += faults.count
        yield Batch(log, rows)
        yield Progress("bytes", block.done, max(block.done, self._size))
