"""A file, plain or packed, in blocks of whole lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from parsers import limits, packing
from parsers.updates import Trouble


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that follow each other, the first of them with its number; `done` bytes of the file are read by then.

    `open_end` says that the file ends in the middle of the block's only line.
    """

    data: bytes
    line: int
    done: int
    open_end: bool = False


def blocks(file: BinaryIO, name: str) -> Iterator[Block | Trouble]:
    """The file's lines, and what is wrong with them as lines; the file is called by `name`."""
    packed = packing.recognise(file.read(packing.MAGIC_BYTES))
    file.seek(0)
    pieces = _gathered(packing.unpacked(file)) if packed else _plain(file)
    held: list[bytes] = []
    length, line, skipping = 0, 1, False
    try:
        for piece in pieces:
            end = piece.rfind(b"\n") + 1
            if not end:
                held.append(piece)
                length += len(piece)
                if skipping or length > limits.LOG_LINE_BYTES:
                    if not skipping:
                        yield Trouble(f"{name}:{line}: longer than any row that Zeek writes; left out")
                    held, length, skipping = [], 0, True
                continue
            start = piece.find(b"\n") + 1 if skipping else 0
            line, skipping = line + skipping, False
            data = b"".join([*held, memoryview(piece)[start:end]])
            held, length = [piece[end:]], len(piece) - end
            yield Block(data, line, file.tell())
            line += data.count(b"\n")
    except packing.DamagedError as error:
        yield Trouble(f"{name}:{line}: {error}; the rows before it are shown")
    else:
        if length:
            yield Block(b"".join([*held, b"\n"]), line, file.tell(), open_end=True)


def _sizes() -> Iterator[int]:
    size = limits.LOG_FIRST_BYTES
    while True:
        yield size
        size = min(size * 2, limits.LOG_BLOCK_BYTES)


def _plain(file: BinaryIO) -> Iterator[bytes]:
    for size in _sizes():
        piece = file.read(size)
        if not piece:
            return
        yield piece


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces as long as those of a plain file; what came before damage comes first."""
    for size in _sizes():
        some: list[bytes] = []
        length = 0
        try:
            for piece in pieces:
                some.append(piece)
                length += len(piece)
                if length >= size:
                    break
        except packing.DamagedError:
            yield b"".join(some)
            raise
        if not some:
            return
        yield b"".join(some)
