"""Small parts of a log parsed as one: a rotated log may come in thousands, each worth less than the start of a parser.

Only what is whole and alike is put together; all else is read file by file, which knows what to say of it.
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from parsers import limits, packing
from parsers.query.need import Asked
from parsers.updates import Batch, OpenError, Trouble
from parsers.zeek.header import PREFIX
from parsers.zeek.parts import Part
from parsers.zeek.places import Bundle, Placed
from parsers.zeek.reader import format_of

_STARTS = (PREFIX, b"{")


def bundles(
    parts: Sequence[Part], sizes: dict[Path, int], asked: Asked | None = None
) -> Iterator[tuple[list[Part], list[Batch]]]:
    """The parts in their order, some at a time: with all their rows, or with none where they are to be read one by one.

    The first part comes alone: its rows are waited for.
    """
    held: list[Part] = []
    texts: list[bytes] = []
    length = 0
    for number, part in enumerate(parts):
        text = _text(part.path) if number and sizes[part.path] < limits.LOG_FIRST_BYTES else b""
        length += len(text)
        if held and (text[:1] != texts[0][:1] or length > limits.LOG_BLOCK_BYTES):
            yield held, _rows(held, texts, asked)
            held, texts, length = [], [], len(text)
        if text:
            held.append(part)
            texts.append(text)
        else:
            yield [part], []
    if held:
        yield held, _rows(held, texts, asked)


def again(place: Bundle) -> pa.Table:
    """The rows that were in this place. Raises IndexError when they are no longer there."""
    batches = _rows([Part(path) for path in place.paths], [_text(path) for path in place.paths], None)
    return batches[place.turn].table


def _text(path: Path) -> bytes:
    """The lines of a small log; nothing when it is in no format of lines, or too long, or not all there."""
    try:
        with path.open("rb") as file:
            pieces, length = [], 0
            for piece in packing.unpacked(file):
                pieces.append(piece)
                length += len(piece)
                if length > limits.LOG_FIRST_BYTES or not pieces[0].startswith(_STARTS):
                    return b""
    except (OSError, packing.DamagedError):
        return b""
    text = b"".join(pieces)
    return text if text.endswith(b"\n") else b""


def _rows(parts: list[Part], texts: list[bytes], asked: Asked | None) -> list[Batch]:
    """The rows of files that are read as one; none when anything is to be said of them."""
    if len(parts) < 2:
        return []
    batches: list[Batch] = []
    with tempfile.TemporaryFile() as file:
        file.writelines(texts)
        file.seek(0)
        try:
            for update in format_of(texts[0]).read(parts[0].path, file, asked):
                if isinstance(update, Trouble):
                    return []
                if isinstance(update, Batch):
                    place = Bundle(tuple(part.path for part in parts), len(batches))
                    batches.append(Placed(update.log, update.table, place=place))
        except OpenError:
            return []
    return batches
