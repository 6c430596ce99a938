"""A file of JSON lines, read in blocks: the rows of each log in it as they come, and what could not be read."""

import os
from collections.abc import Collection, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from parsers import limits
from parsers.query.need import Asked
from parsers.updates import OpenError, Trouble, Update
from parsers.zeek.jobs import Faults, Job, Report, in_order
from parsers.zeek.json_lines import at_once, one_by_one, picked, stretches
from parsers.zeek.json_lines.at_once import OtherwiseError
from parsers.zeek.json_lines.documents import MARK, pieces
from parsers.zeek.json_lines.lines import Lines
from parsers.zeek.json_lines.logs import grouped, told_apart
from parsers.zeek.json_lines.one_by_one import Parsed
from parsers.zeek.json_lines.shape import Shape
from parsers.zeek.json_lines.stretches import Picking
from parsers.zeek.json_lines.strings import Escapes
from parsers.zeek.json_lines.wrapping import Wrapping
from parsers.zeek.lines import Block, blocks
from parsers.zeek.names import name_of, shown
from parsers.zeek.narrowing import narrowed


def recognises(first: bytes) -> bool:
    """Whether a file that begins so is JSON; its first line may be damaged, or a part of one."""
    begin = first.removeprefix(MARK).lstrip()
    return begin.startswith((b"{", b"[")) or (b'\n{"' in first and not begin.startswith(b"#"))


def read(path: Path, file: BinaryIO, asked: Asked | None = None) -> Iterator[Update]:
    """The rows of each log in the file as batches, in the file's order, of the columns that are `asked`.

    OpenError when there is none.
    """
    reading = Reading(path, os.fstat(file.fileno()).st_size, asked)
    name = shown(Path(path.name))
    yield from reading.rows(blocks(file, name)) if asked is None else stretches.rows(reading, file, name)
    yield from reading.end()


class Reading:
    """One file of `size` bytes while it is read; its lines may come some at a time.

    Columns that are not `asked` are left out.
    """

    def __init__(self, path: Path, size: int, asked: Asked | None = None) -> None:
        self._path = path
        self._asked = asked
        # What is given of a log of the shape that was looked at last.
        self._kept: tuple[Shape | None, list[str]] = (None, [])
        self._report = Report(path, size)
        self._escapes = Escapes()
        self._shapes: dict[str, Shape] = {}
        self._rows = 0
        self._wrapping: Wrapping | None = None
        self._is_begun = self._is_given_up = False

    def rows(self, found: Iterable[Block | Trouble], *, are_lines: bool = False) -> Iterator[Update]:
        """The rows in these lines, of which it may be known that each is an object."""
        for item in in_order(self._jobs(found, are_lines=are_lines)):
            if isinstance(item, Trouble):
                yield item
                continue
            job, (rows, faults, shape) = item
            self._rows += rows.num_rows
            self._shapes[job.log] = shape = self._shapes[job.log].joined(shape)
            if job.block.open_end and faults.count:
                yield self._report.open_end(job.block, "it is left out")
            yield from self._report.rows(job, shape.fitted(rows).select(self._columns(shape)), faults)

    def picking(self, file: int) -> Picking | None:
        """What is known of the rows so far where there are few columns of one log; the file is open as this number."""
        if self._wrapping is not None or len(self._shapes) != 1:
            return None
        ((log, shape),) = self._shapes.items()
        columns = self._columns(shape)
        if len(columns) > picked.MOST:
            return None
        return Picking(file, name_of(self._path), log, shape, self._escapes.of_file, tuple(columns))

    def taken(self, block: Block, log: str, rows: pa.Table) -> Iterator[Update]:
        """Rows of a block that were read elsewhere, as what was known of them told."""
        self._rows += rows.num_rows
        yield from self._report.rows(Job(block, log, lambda: rows), rows, Faults())

    def end(self) -> Iterator[Update]:
        """What is told when no more lines come. OpenError when none was a row."""
        yield from self._report.rest()
        if not self._rows:
            raise OpenError(f"{shown(self._path)}: begins like JSON, but no line of it is an object; is it damaged?")

    def _columns(self, shape: Shape) -> list[str]:
        """Those that are given of a log of this shape."""
        if self._kept[0] is not shape:
            self._kept = shape, narrowed(pa.schema(list(shape.fields.values())), self._asked).names
        return self._kept[1]

    def _jobs(self, found: Iterable[Block | Trouble], *, are_lines: bool) -> Iterator[Trouble | Job[Parsed]]:
        for item in self._lines(found, are_lines=are_lines):
            if self._is_given_up:
                return
            if isinstance(item, Trouble):
                yield item
                continue
            block, log, lines = item
            self._escapes = self._escapes.after(lines.data)
            shape = self._shapes.get(log)
            if shape is None and len(self._shapes) >= limits.LOG_HEADERS:
                yield Trouble(f"{self._report.label}:{block.line}: too many logs in one file; the rest is left out")
                self._is_given_up = True
                return
            if shape is not None:
                yield Job(block, log, partial(_parsed, lines, shape, self._escapes, self._columns(shape)))
                continue
            first = one_by_one.parsed(lines, Shape.of(log), self._escapes)
            self._shapes[log] = first[2]
            yield Job(block, log, partial(_ready, first))

    def _lines(
        self, found: Iterable[Block | Trouble], *, are_lines: bool
    ) -> Iterator[Trouble | tuple[Block, str, Lines]]:
        """The lines of each log, one object a line, block by block."""
        log = name_of(self._path)
        for item in pieces(found, self._report.label, are_lines=are_lines):
            if isinstance(item, Trouble):
                yield item
                continue
            block, lines = item
            if not self._is_begun and lines.count:
                self._wrapping, self._is_begun = Wrapping.of(next(iter(lines))[1]), True
            shipped = [(log, lines)] if self._wrapping is None else _shipped(self._wrapping, lines, log)
            for name, some in shipped:
                yield from ((block, *told) for told in told_apart(some, name))


def _shipped(wrapping: Wrapping, lines: Lines, log: str) -> Iterator[tuple[str, Lines]]:
    """Zeek's lines in those of a shipper, by the log of the file that they were shipped from."""
    return grouped((name or log, number, line) for number, line, name in wrapping.undone(lines))


def _ready(parsed: Parsed) -> Parsed:
    return parsed


def _parsed(lines: Lines, shape: Shape, escapes: Escapes, only: Collection[str]) -> Parsed:
    try:
        return at_once.table(lines, shape, escapes, only), Faults(), shape
    except OtherwiseError:
        return one_by_one.parsed(lines, shape, escapes)
