"""A log in Parquet, read group by group.

Source: Apache Parquet, File Format (README.md): the table of contents stands at the end of the file.
"""

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa

from parsers import escape, limits
from parsers.query.need import Asked
from parsers.schema import zeek_type
from parsers.updates import Batch, OpenError, Progress, Trouble, Update
from parsers.zeek.header import log_name
from parsers.zeek.names import name_of, shown
from parsers.zeek.parquet.columns import Columns
from parsers.zeek.parquet.selection import groups, narrowed
from parsers.zeek.places import Group, Placed

if TYPE_CHECKING:
    from pyarrow import parquet

_MAGIC = b"PAR1"
_LOCKED = b"PARE"
# How files are called that are parts of a folder with the log's name: by Spark and Arrow, by DuckDB, by Polars.
_PART = re.compile(r"(part|data)[-_].*|\d+")
# Names that are no text are Python's error, all else is Arrow's.
_FAILURES = (pa.ArrowException, OSError, UnicodeDecodeError)
_WHY = 120


def recognises(first: bytes) -> bool:
    """Whether a file that begins so is Parquet."""
    return first.startswith((_MAGIC, _LOCKED))


def read(path: Path, file: BinaryIO, asked: Asked | None = None) -> Iterator[Update]:
    """The log's rows as batches, in the file's order; of what is not `asked` only some. OpenError when there is no log.

    What is left out are columns, and groups of rows.
    """
    return _Reading(path, file, asked).updates()


def group(path: Path, file: BinaryIO, number: int, turn: int) -> pa.Table:
    """One of the tables that come of a group of rows, once more. Raises OpenError, and IndexError when it is gone."""
    try:
        return next(islice(_Reading(path, file, None).tables(number), turn, None))
    except (*_FAILURES, StopIteration):
        raise IndexError from None


def log_of(path: Path) -> str:
    """The log's name by that of its file, or by that of the folder that the file is a part of."""
    if not _PART.fullmatch(path.name.partition(".")[0]):
        return name_of(path)
    folders = (folder for folder in path.absolute().parents if "=" not in folder.name)
    return name_of(next(folders, path))


class _Reading:
    """One file while it is read."""

    def __init__(self, path: Path, file: BinaryIO, asked: Asked | None) -> None:
        self._path = path
        self._label = shown(Path(path.name))
        self._size = os.fstat(file.fileno()).st_size
        self._source, schema = _opened(path, file)
        self._log = log_name(escape.text((schema.metadata or {}).get(b"log", b""))) or log_of(path)
        self._columns = Columns(schema, self._log)
        if not self._columns.fields:
            raise OpenError(f"{shown(path)}: a Parquet file without columns; give one of a log")
        self._groups = list(range(self._source.num_row_groups))
        if asked is not None:
            need = asked({field.name: zeek_type(field) for field in self._columns.fields})
            self._groups = groups(self._source.metadata, self._columns, need.bounds)
            self._columns = narrowed(self._columns, need.columns)
        self._names = self._columns.schema.names if len(self._columns.schema) < len(schema) else None
        if self._columns.repeated:
            self._source, _ = _opened(path, file, self._columns.repeated)
        self._lost: dict[str, int] = {}
        self._bytes = 0

    def updates(self) -> Iterator[Update]:
        """Everything there is to tell of the file. Raises OpenError when there is damage and nothing else."""
        metadata = self._source.metadata
        row = end = 0
        damage: list[str] = []
        for number in range(metadata.num_row_groups):
            end += metadata.row_group(number).num_rows
            if number not in self._groups:
                row = end
                continue
            try:
                for turn, table in enumerate(self.tables(number)):
                    row += table.num_rows
                    yield Placed(self._log, table, place=Group(self._path, number, turn))
            except _FAILURES as error:
                damage.append(f"rows {row + 1:,} to {end:,} cannot be read: {_why(error)}; get the file again")
            if self._bytes > limits.PARQUET_BYTES:
                damage.append(f"holds more than {limits.PARQUET_BYTES >> 30} GiB; rows after {row:,} are left out")
                break
            row = end
            yield Progress("bytes", self._size * row // max(metadata.num_rows, row, 1), self._size)
        if not self._bytes:
            if damage:
                raise OpenError(f"{shown(self._path)}: {damage[0]}")
            yield Batch(self._log, pa.schema(self._columns.fields).empty_table())
        yield from self._troubles(damage)

    def tables(self, number: int) -> Iterator[pa.Table]:
        """The rows of a group."""
        for batch in self._source.iter_batches(limits.PARQUET_ROWS, row_groups=[number], columns=self._names):
            table, lost = self._columns.table(batch if self._names is None else batch.select(self._names))
            for name, count in lost.items():
                self._lost[name] = self._lost.get(name, 0) + count
            self._bytes += table.nbytes
            yield table
            if self._bytes > limits.PARQUET_BYTES:
                return

    def _troubles(self, damage: list[str]) -> Iterator[Trouble]:
        yield from (Trouble(f"{self._label}: {what}") for what in damage[: limits.LOG_FAULTS])
        if len(damage) > limits.LOG_FAULTS:
            yield Trouble(f"{self._label}: {len(damage) - limits.LOG_FAULTS} more groups of rows cannot be read")
        for field in self._columns.fields:
            if field.name in self._lost:
                what = f"{self._lost[field.name]:,} cells of {escape.cell(field.name)} are no {zeek_type(field)}"
                yield Trouble(f"{self._label}: {what}; shown as unset")


def _opened(path: Path, file: BinaryIO, repeated: list[str] | None = None) -> "tuple[parquet.ParquetFile, pa.Schema]":
    """The file and its columns; those that are `repeated` as dictionaries."""
    # Arrow's part for Parquet is large: only who opens such a file waits for it.
    from pyarrow import parquet

    try:
        why = _broken(file)
        if why is None:
            source = parquet.ParquetFile(file, read_dictionary=repeated, page_checksum_verification=True)
            return source, source.schema_arrow
    except _FAILURES as error:
        why = f"that cannot be read: {_why(error)}; get it again"
    raise OpenError(f"{shown(path)}: a Parquet file {why}")


def _broken(file: BinaryIO) -> str | None:
    """What the first and the last bytes of a file say against it, which is at its first byte then."""
    file.seek(0)
    first = file.read(len(_MAGIC))
    if first == _LOCKED:
        return "that is encrypted; write it without a key"
    if first != _MAGIC:
        return "that is packed once more; unpack it first"
    file.seek(-len(_MAGIC), os.SEEK_END)
    if file.read() != _MAGIC:
        return "that is cut off: its list of what it holds stands at the end; get it again"
    file.seek(0)
    return None


def _why(error: Exception) -> str:
    """What Arrow says of a failure, on one line."""
    line = next(iter(str(error).splitlines()), "") or type(error).__name__
    return escape.cell(line[:_WHY].rstrip(". "))
