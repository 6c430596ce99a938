"""One log, in whatever format its first bytes show it to be."""

from collections.abc import Iterator
from pathlib import Path

from parsers import limits, packing
from parsers.query.need import Asked
from parsers.updates import OpenError, Update
from parsers.zeek.names import shown
from parsers.zeek.registry import FORMATS, Format


def read(path: Path, asked: Asked | None = None) -> Iterator[Update]:
    """The log's rows as batches, in the file's order. OpenError when the file holds no log or cannot be opened.

    What is not `asked` is left out where its format makes that easy.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise OpenError(f"{shown(path)}: cannot be opened: {error.strerror}") from None
    with file:
        try:
            first = packing.beginning(file, limits.LOG_SNIFFED_BYTES)
            file.seek(0)
        except OSError as error:
            raise OpenError(f"{shown(path)}: reading failed: {error.strerror}") from None
        yield from format_of(first).read(path, file, asked)


def format_of(first: bytes) -> Format:
    """The format of a log that begins so, unpacked."""
    return next(known for known in FORMATS if known.recognises(first))
