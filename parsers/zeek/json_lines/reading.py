"""A file of JSON lines, read in blocks: the rows of each log in it as they come, and what could not be read."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from parsers import limits
from parsers.updates import OpenError, Trouble, Update
from parsers.zeek.jobs import Faults, Job, Report, in_order
from parsers.zeek.json_lines import at_once, one_by_one
from parsers.zeek.json_lines.at_once import OtherwiseError
from parsers.zeek.json_lines.documents import MARK, pieces
from parsers.zeek.json_lines.lines import Lines
from parsers.zeek.json_lines.logs import grouped, told_apart
from parsers.zeek.json_lines.one_by_one import Parsed
from parsers.zeek.json_lines.shape import Shape
from parsers.zeek.json_lines.strings import Escapes
from parsers.zeek.json_lines.wrapping import Wrapping
from parsers.zeek.lines import Block, blocks
from parsers.zeek.names import name_of, shown


def recognises(first: bytes) -> bool:
    """Whether a file that begins so is JSON; its first line may be damaged, or a part of one."""
    begin = first.removeprefix(MARK).lstrip()
    return begin.startswith((b"{", b"[")) or (b'\n{"' in first and not begin.startswith(b"#"))


def read(path: Path, file: BinaryIO) -> Iterator[Update]:
    """The rows of each log in the file as batches, in the file's order. OpenError when there is none."""
    return _Reading(path, file).updates()


class _Reading:
    """One file while it is read."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file
        self._report = Report(shown(Path(path.name)), os.fstat(file.fileno()).st_size)
        self._escapes = Escapes()
        self._shapes: dict[str, Shape] = {}
        self._rows = 0

    def updates(self) -> Iterator[Update]:
        """Everything there is to tell of the file."""
        for item in in_order(self._jobs()):
            if isinstance(item, Trouble):
                yield item
                continue
            job, (rows, faults, shape) = item
            self._rows += rows.num_rows
            self._shapes[job.log] = self._shapes[job.log].joined(shape)
            if job.block.open_end and faults.count:
                yield self._report.open_end(job.block, "it is left out")
            yield from self._report.rows(job, self._shapes[job.log].fitted(rows), faults)
        yield from self._report.rest()
        if not self._rows:
            raise OpenError(f"{shown(self._path)}: begins like JSON, but no line of it is an object; is it damaged?")

    def _jobs(self) -> Iterator[Trouble | Job[Parsed]]:
        for item in self._lines():
            if isinstance(item, Trouble):
                yield item
                continue
            block, log, lines = item
            self._escapes = self._escapes.after(lines.data)
            shape = self._shapes.get(log)
            if shape is None and len(self._shapes) >= limits.LOG_HEADERS:
                yield Trouble(f"{self._report.label}:{block.line}: too many logs in one file; the rest is left out")
                return
            if shape is not None:
                yield Job(block, log, partial(_parsed, lines, shape, self._escapes))
                continue
            first = one_by_one.parsed(lines, Shape.of(log), self._escapes)
            self._shapes[log] = first[2]
            yield Job(block, log, partial(_ready, first))

    def _lines(self) -> Iterator[Trouble | tuple[Block, str, Lines]]:
        """The lines of each log, one object a line, block by block."""
        log = name_of(self._path)
        wrapping: Wrapping | None = None
        is_begun = False
        try:
            for item in pieces(blocks(self._file, self._report.label), self._report.label):
                if isinstance(item, Trouble):
                    yield item
                    continue
                block, lines = item
                if not is_begun and lines.count:
                    wrapping, is_begun = Wrapping.of(next(iter(lines))[1]), True
                shipped = [(log, lines)] if wrapping is None else _shipped(wrapping, lines, log)
                for name, some in shipped:
                    yield from ((block, *told) for told in told_apart(some, name))
        except OSError as error:
            yield Trouble(f"{self._report.label}: reading failed: {error.strerror}; the rows so far are shown")


def _shipped(wrapping: Wrapping, lines: Lines, log: str) -> Iterator[tuple[str, Lines]]:
    """Zeek's lines in those of a shipper, by the log of the file that they were shipped from."""
    return grouped((name or log, number, line) for number, line, name in wrapping.undone(lines))


def _ready(parsed: Parsed) -> Parsed:
    return parsed


def _parsed(lines: Lines, shape: Shape, escapes: Escapes) -> Parsed:
    try:
        return at_once.table(lines, shape, escapes), Faults(), shape
    except OtherwiseError:
        return one_by_one.parsed(lines, shape, escapes)
