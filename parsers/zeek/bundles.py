"""Small parts of a log parsed as one: a rotated log may come in thousands, each worth less than the start of a parser.

Only what is whole and alike is put together; all else is read file by file, which knows what to say of it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from parsers import limits, packing
from parsers.updates import Batch
from parsers.zeek.header import PREFIX
from parsers.zeek.lines import Block
from parsers.zeek.parts import Part
from parsers.zeek.rows import Section, table
from parsers.zeek.sections import Sections


def bundles(parts: Sequence[Part], sizes: dict[Path, int]) -> Iterator[tuple[list[Part], Batch | None]]:
    """The parts in their order, some at a time: with all their rows, or without where they are to be read one by one.

    The first part comes alone: its rows are waited for.
    """
    held: list[Part] = []
    texts: list[bytes] = []
    length = 0
    for number, part in enumerate(parts):
        text = _text(part.path) if number and sizes[part.path] < limits.LOG_FIRST_BYTES else None
        if held and (text is None or length + len(text) > limits.LOG_BLOCK_BYTES):
            yield held, _rows(held, texts)
            held, texts, length = [], [], 0
        if text is None:
            yield [part], None
        else:
            held.append(part)
            texts.append(text)
            length += len(text)
    if held:
        yield held, _rows(held, texts)


def _text(path: Path) -> bytes | None:
    """The lines of a small log in Zeek's own format; None when it is another, or too long, or not all there."""
    pieces: list[bytes] = []
    length = 0
    try:
        with path.open("rb") as file:
            for piece in packing.unpacked(file):
                pieces.append(piece)
                length += len(piece)
                if length > limits.LOG_FIRST_BYTES or not pieces[0].startswith(PREFIX):
                    return None
    except (OSError, packing.DamagedError):
        return None
    text = b"".join(pieces)
    return text if text.endswith(b"\n") else None


def _rows(parts: list[Part], texts: list[bytes]) -> Batch | None:
    """The rows of files that stand under one header; None when there are several, or anything is wrong."""
    if len(parts) < 2:
        return None
    sections = list(Sections().of(Block(b"".join(texts), 1, 0)))
    if len(sections) != 1 or not sections[0][0].fields:
        return None
    header, data, line = sections[0]
    log = header.path or parts[0].log
    rows, faults = table(Section(header, header.schema(log), data, line))
    return None if faults.count else Batch(log, rows)
