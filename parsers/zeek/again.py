"""Rows of a log read once more, those in one place of its files: what was counted and not kept."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from parsers import packing, schema
from parsers.packing.checkpoints import checkpoints
from parsers.updates import Batch, OpenError, Update, not_opened
from parsers.zeek import bundles
from parsers.zeek.lines import Block, blocks
from parsers.zeek.parquet import reader
from parsers.zeek.places import Bundle, Group, Place, Stretch
from parsers.zeek.reader import format_of


def rows(place: Place, log: str) -> pa.Table:
    """All columns of the log's rows in a place. Raises OpenError where they can no longer be read."""
    try:
        match place:
            case Bundle():
                return bundles.again(place)
            case Group(path, number, turn):
                with path.open("rb") as file:
                    return reader.group(path, file, number, turn)
            case Stretch():
                with place.path.open("rb") as file:
                    return _lines(place, file, log)
    except OSError as error:
        raise not_opened(_path(place), error) from None
    except (IndexError, packing.DamagedError, zlib.error):
        raise OpenError(f"{_path(place)}: it is no longer what it was when its rows were counted") from None


def _path(place: Place) -> Path:
    return place.paths[0] if isinstance(place, Bundle) else place.path


def _lines(place: Stretch, file: BinaryIO, log: str) -> pa.Table:
    """The rows in lines; the first lines of the file tell how to read them. Raises IndexError where they are gone."""
    first = next((block for block in blocks(file, "") if isinstance(block, Block)), None)
    if first is None:
        raise IndexError
    lines = format_of(first.data).lines
    if lines is None:
        raise IndexError
    reading = lines(place.path, first.size)
    made = _of_log(reading.rows([first]), log)
    if place.start:
        data = _bytes(file, place)
        block = Block(data, place.line, 0, start=place.start, size=len(data))
        made = _of_log(reading.rows([block]), log)
    if not made:
        raise IndexError
    return schema.joined(made)


def _of_log(updates: Iterator[Update], log: str) -> list[pa.Table]:
    return [update.table for update in updates if isinstance(update, Batch) and update.log == log]


def _bytes(file: BinaryIO, place: Stretch) -> bytes:
    """The bytes of a stretch; of most packed files all before it are unpacked too. Raises IndexError for too few."""
    file.seek(0)
    packed = packing.recognise(file.read(packing.MAGIC_BYTES))
    if packed is None:
        file.seek(place.start)
        data = file.read(place.size)
    elif packed.name == "gzip":
        data = checkpoints(file).read(file, place.start, place.size)
    else:
        file.seek(0)
        data = b"".join(_between(packing.unpacked(file), place.start, place.start + place.size))
    if len(data) != place.size:
        raise IndexError
    return data if data.endswith(b"\n") else data + b"\n"


def _between(pieces: Iterator[bytes], start: int, end: int) -> Iterator[bytes]:
    place = 0
    for piece in pieces:
        if place + len(piece) > start:
            yield piece[max(start - place, 0) : end - place]
        place += len(piece)
        if place >= end:
            return
