"""The formats in which logs are read, one line each."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, TypeAlias

from parsers.query.need import Asked
from parsers.updates import Trouble, Update
from parsers.zeek import parquet, tsv
from parsers.zeek.json_lines import reading
from parsers.zeek.lines import Block

Reader: TypeAlias = Callable[[Path, BinaryIO, Asked | None], Iterator[Update]]


class LineReader(Protocol):
    """What reads one file of lines as they come. Raises OpenError where they are no log's."""

    def rows(self, found: Iterable[Block | Trouble]) -> Iterator[Update]:
        """The rows in some more lines."""

    def end(self) -> Iterator[Update]:
        """What is told when no more come."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format of logs: how a file in it begins, once unpacked, and what reads such a file from its first byte on.

    A reader closes nothing and raises nothing but OpenError; what is not asked of it, it may leave out. A file of lines
    can also be read as they come, by what `lines` makes for its path and size.
    """

    name: str
    recognises: Callable[[bytes], bool]
    read: Reader
    lines: Callable[[Path, int], LineReader] | None = None


# The first that recognises a file reads it; the last takes all that is left, and says what is wrong with it.
FORMATS: tuple[Format, ...] = (
    Format("parquet", parquet.recognises, parquet.read),
    Format("json", reading.recognises, reading.read, reading.Reading),
    Format("tsv", tsv.recognises, tsv.read, tsv.Reading),
)
