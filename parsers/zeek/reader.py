"""One log, in whatever format its first bytes show it to be."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from parsers import limits
from parsers.updates import OpenError, Update
from parsers.zeek.lines import Block, blocks
from parsers.zeek.names import name_of, shown
from parsers.zeek.registry import FORMATS, Format

__all__ = ["name_of", "read", "shown"]


def read(path: Path) -> Iterator[Update]:
    """The log's rows as batches, in the file's order. OpenError when the file holds no log or cannot be opened."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise OpenError(f"{shown(path)}: cannot be opened: {error.strerror}") from None
    with file:
        try:
            known = _format(file)
        except OSError as error:
            raise OpenError(f"{shown(path)}: reading failed: {error.strerror}") from None
        yield from known.read(path, file)


def _format(file: BinaryIO) -> Format:
    """The format of a file, whose place is its beginning again."""
    item = next(blocks(file, ""), None)
    file.seek(0)
    first = item.data[: limits.LOG_SNIFFED_BYTES] if isinstance(item, Block) else file.read(limits.LOG_SNIFFED_BYTES)
    file.seek(0)
    return next(known for known in FORMATS if known.recognises(first))
