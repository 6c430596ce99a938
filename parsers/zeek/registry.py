"""The formats in which logs are read, one line each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

from parsers.updates import Update
from parsers.zeek import parquet, tsv
from parsers.zeek.json_lines import reading

Reader: TypeAlias = Callable[[Path, BinaryIO], Iterator[Update]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format of logs: how a file in it begins, once unpacked, and what reads such a file from its first byte on.

    A reader closes nothing and raises nothing but OpenError.
    """

    name: str
    recognises: Callable[[bytes], bool]
    read: Reader


# The first that recognises a file reads it; the last takes all that is left, and says what is wrong with it.
FORMATS: tuple[Format, ...] = (
    Format("parquet", parquet.recognises, parquet.read),
    Format("json", reading.recognises, reading.read),
    Format("tsv", tsv.recognises, tsv.read),
)
