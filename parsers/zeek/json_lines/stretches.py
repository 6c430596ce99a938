"""A few columns of a long file, picked out of its stretches by several processes.

What picks them (`picked`) lets one thread at a time do it. A process reads rows that are as those at the beginning of
the file were; the others are read where the file is, which finds out what they are.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from multiprocessing import current_process
from threading import active_count
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

import pyarrow as pa

from parsers import limits
from parsers.updates import Update
from parsers.zeek.json_lines import at_once
from parsers.zeek.json_lines.at_once import OtherwiseError
from parsers.zeek.json_lines.lines import Lines, utf8
from parsers.zeek.json_lines.logs import told_apart
from parsers.zeek.json_lines.objects import is_object
from parsers.zeek.json_lines.shape import Shape
from parsers.zeek.json_lines.strings import Escapes
from parsers.zeek.lines import WholeLines, further

if TYPE_CHECKING:
    from parsers.zeek.json_lines.reading import Reading

# A shorter file is read before the processes are there.
LEAST_BYTES = 32 << 20
# What is looked through several times stays close to a processor: larger ones take a third longer.
_BYTES = 1 << 21
# Where the end of a line is looked for, and how far: a line that may be too long is not in a stretch.
_PIECE = 1 << 16
_LONGEST = limits.LOG_LINE_BYTES - _BYTES

# Bytes of the file, whole lines.
Stretch: TypeAlias = range


@dataclass(frozen=True, slots=True)
class Picking:
    """What is known of the rows of an open file, all of one log; called with a stretch, it gives the columns there."""

    file: int
    # What the log is called where a line does not say it.
    name: str
    log: str
    shape: Shape
    escapes: Escapes
    columns: tuple[str, ...]

    def __call__(self, stretch: Stretch) -> pa.Table | None:
        """One row a line; None where that takes more than is known."""
        data = os.pread(self.file, len(stretch), stretch.start)
        lines = Lines(utf8(data))
        escapes = self.escapes.after(lines.data)
        if len(data) < len(stretch) or escapes.of_file != self.escapes:
            return None
        if [log for log, _ in told_apart(lines, self.name)] != [self.log]:
            return None
        try:
            return at_once.table(lines, self.shape, escapes, self.columns).select(self.columns)
        except OtherwiseError:
            return None


def rows(reading: "Reading", file: BinaryIO, name: str) -> Iterator[Update]:
    """The rows of a file that is called by `name`, in its order."""
    lines = WholeLines(name)
    stretches = _stretches(file)
    are_lines = len(stretches) > 1 and _are_lines(os.pread(file.fileno(), len(stretches[0]), 0))
    if are_lines:
        yield from reading.rows(further(file, lines, stretches[0].stop), are_lines=True)
        picking = reading.picking(file.fileno())
        if picking is not None:
            yield from _picked(reading, file, lines, picking, stretches[1:])
    yield from reading.rows(further(file, lines), are_lines=are_lines)


def _picked(
    reading: "Reading", file: BinaryIO, lines: WholeLines, picking: Picking, stretches: list[Stretch]
) -> Iterator[Update]:
    """The rows of stretches for as long as what is known at first holds."""
    # Only where it is needed: most folders have no such log.
    from parsers.capture.workers import share_out

    with closing(share_out(picking, stretches)) as crew:
        for stretch, table in _in_turn(stretches, crew):
            if isinstance(table, pa.Table):
                yield from reading.taken(lines.read_elsewhere(len(stretch), table.num_rows), picking.log, table)
                continue
            yield from reading.rows(further(file, lines, stretch.stop), are_lines=True)
            if lines.come != stretch.stop or reading.picking(file.fileno()) != picking:
                return


def _in_turn(stretches: list[Stretch], found: Iterable[tuple[Stretch, object]]) -> Iterator[tuple[Stretch, object]]:
    """What was found in each stretch, in the order of the file."""
    waiting: dict[int, object] = {}
    turn = iter(stretches)
    wanted = next(turn, None)
    for stretch, table in found:
        waiting[stretch.start] = table
        while wanted is not None and wanted.start in waiting:
            yield wanted, waiting.pop(wanted.start)
            wanted = next(turn, None)


def _are_lines(beginning: bytes) -> bool:
    """Whether a file that begins so has one object a line, all of them Zeek's or a shipper's."""
    return Lines(utf8(beginning)).look_like_objects and is_object(beginning.partition(b"\n")[0])


def _stretches(file: BinaryIO) -> list[Stretch]:
    """The lines of a file in stretches of about a size, the first of them short; none where that gains nothing.

    What is behind the last one is too short, or a line that is too long.
    """
    size = os.fstat(file.fileno()).st_size
    # A process that is forked has none of the other threads, and one that was forked forks no further.
    if size < LEAST_BYTES or len(os.sched_getaffinity(0)) < 2 or active_count() > 1 or current_process().daemon:
        return []
    stretches: list[Stretch] = []
    start, length = 0, limits.LOG_FIRST_BYTES
    while start + length < size and (stop := _line_end(file.fileno(), start + length)):
        stretches.append(range(start, stop))
        start, length = stop, _BYTES
    return stretches


def _line_end(file: int, place: int) -> int:
    """The place behind the first end of a line from a place on; 0 where it is too far, or cannot be read."""
    for start in range(place, place + _LONGEST, _PIECE):
        try:
            piece = os.pread(file, _PIECE, start)
        except OSError:
            return 0
        found = piece.find(b"\n")
        if found >= 0 or not piece:
            return start + found + 1 if piece else 0
    return 0
