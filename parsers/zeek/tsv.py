"""One of Zeek's ASCII logs, read in blocks: rows as they come, what could not be read, how far it is."""

import os
import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from parsers import limits
from parsers.query.need import Asked
from parsers.updates import OpenError, Trouble, Update
from parsers.zeek import known
from parsers.zeek.header import Header
from parsers.zeek.jobs import Faults, Job, Report, in_order
from parsers.zeek.lines import Block, blocks
from parsers.zeek.names import name_of, shown
from parsers.zeek.narrowing import narrowed
from parsers.zeek.rows import Section, table
from parsers.zeek.sections import Sections


def recognises(first: bytes) -> bool:  # noqa: ARG001
    """Whether a file that begins so is to be read here: any, it is the format of whatever is no other."""
    return True


def read(path: Path, file: BinaryIO, asked: Asked | None = None) -> Iterator[Update]:
    """The log's rows as batches, in the file's order, of the columns that are `asked`. OpenError when it is no log."""
    reading = Reading(path, os.fstat(file.fileno()).st_size, asked)
    yield from reading.rows(blocks(file, shown(Path(path.name))))
    yield from reading.end()


# A line of the header other than the last, which is not always there.
_IN_HEADER = re.compile(rb"#(?!close)")


class Reading:
    """One file of `size` bytes while it is read; its lines may come some at a time.

    Columns that are not `asked` are left out, and with them what is wrong with their cells.
    """

    def __init__(self, path: Path, size: int, asked: Asked | None = None) -> None:
        self._path = path
        self._asked = asked
        self._report = Report(path, size)
        self._sections = Sections()
        self._header = Header()
        self._log = ""
        self._schema = self._kept = pa.schema([])
        self._headers = 0

    def rows(self, found: Iterable[Block | Trouble]) -> Iterator[Update]:
        """The rows in these lines. OpenError when the file holds no log."""
        for item in in_order(self._jobs(found)):
            if isinstance(item, Trouble):
                yield item
                continue
            job, (rows, faults) = item
            if job.block.open_end:
                lost = "it is left out" if faults.count else "its last cell may be cut off"
                yield self._report.open_end(job.block, lost)
            yield from self._report.rows(job, rows, faults)

    def end(self) -> Iterator[Update]:
        """What is told when no more lines come; of a log without rows, its columns. OpenError as of `rows`."""
        if not self._headers:
            self._turn_to(self._sections.header, b"")
            none = Job(Block(b"", 1, self._report.size), self._log, self._kept.empty_table)
            yield from self._report.rows(none, none.parse(), Faults())
        yield from self._report.rest()

    def _jobs(self, found: Iterable[Block | Trouble]) -> Iterator[Trouble | Job[tuple[pa.Table, Faults]]]:
        for item in self._found(found):
            yield item if isinstance(item, Trouble) else Job(item[0], self._log, partial(table, item[1]))

    def _found(self, found: Iterable[Block | Trouble]) -> Iterator[Trouble | tuple[Block, Section]]:
        for block in found:
            if isinstance(block, Trouble):
                yield block
                continue
            if self._headers > limits.LOG_HEADERS:
                return
            if block.open_end and _IN_HEADER.match(block.data):
                yield self._report.open_end(block, "the header is not whole")
            for header, data, line in self._sections.of(block):
                if missing := self._turn_to(header, data):
                    what = f"no {missing} line stands before this row; it is read as Zeek writes {self._log}"
                    first = line + len(data) - len(data.lstrip(b"\n"))
                    yield Trouble(f"{self._report.label}:{first}: {what}")
                if self._headers > limits.LOG_HEADERS:
                    yield Trouble(f"{self._report.label}:{line}: the header changes too often; the rest is left out")
                    return
                yield block, Section(header, self._schema.names, self._kept, data, line)

    def _turn_to(self, header: Header, data: bytes) -> str:
        """Rows of another header begin; which line of it is missing where that could be made up for.

        Raises OpenError where it cannot.
        """
        if self._headers and header == self._header:
            return ""
        missing = self._take(header, data)
        self._kept = narrowed(self._schema, self._asked)
        return missing

    def _take(self, header: Header, data: bytes) -> str:
        """The log and its columns, as the header says; what is missing and what is raised as of `_turn_to`."""
        self._header = header
        self._headers += 1
        self._log = header.path or name_of(self._path)
        self._schema = header.schema(self._log)
        columns = known.columns(self._log)
        if not header.fields:
            cells = data.lstrip(b"\n").partition(b"\n")[0].count(header.separator) + 1
            if columns is None or cells != len(columns):
                raise OpenError(f"{shown(self._path)}: {self._why_no_log()}")
            self._schema = columns
            return "#fields"
        if not header.types and columns is not None:
            types = {named.name: named for named in columns}
            self._schema = pa.schema([types.get(named.name, named) for named in self._schema])
            return "#types"
        return ""

    def _why_no_log(self) -> str:
        if not self._report.size:
            return "the file is empty"
        return "no Zeek log: no #fields line stands before its rows; give a log as Zeek wrote it, header and all"
