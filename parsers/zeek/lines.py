"""A file, plain or gzip, in blocks of whole lines."""

import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from parsers import limits
from parsers.updates import Trouble

_GZIP = b"\x1f\x8b"
# The bytes that go into the decompressor at a time, and those that may come out.
_PACKED = 1 << 16
_UNPACKED = 1 << 20


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that follow each other, the first of them with its number; `done` bytes of the file are read by then.

    `open_end` says that the file ends in the middle of the block's only line.
    """

    data: bytes
    line: int
    done: int
    open_end: bool = False


class _DamagedError(Exception):
    """The compressed data cannot be unpacked further; the text says why."""


def blocks(file: BinaryIO, name: str) -> Iterator[Block | Trouble]:
    """The file's lines, and what is wrong with them as lines; the file is called by `name`."""
    packed = file.read(2) == _GZIP
    file.seek(0)
    pieces = _gathered(_unpacked(file)) if packed else _plain(file)
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
    except _DamagedError as error:
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
        except _DamagedError:
            yield b"".join(some)
            raise
        if not some:
            return
        yield b"".join(some)


def _unpacked(file: BinaryIO) -> Iterator[bytes]:
    """The text of all gzip members, one after the other."""
    stream = zlib.decompressobj(wbits=31)
    waiting = b""
    while True:
        waiting = waiting or file.read(_PACKED)
        if not waiting:
            raise _DamagedError("the compressed file is cut off here")
        before = stream.copy()
        try:
            piece = stream.decompress(waiting, _UNPACKED)
        except zlib.error:
            yield from _salvaged(before, waiting)
            raise _DamagedError("the compressed file is damaged here") from None
        yield piece
        waiting = stream.unconsumed_tail
        if stream.eof:
            # Members may be padded with zeros.
            waiting = stream.unused_data.lstrip(b"\0") or file.read(_PACKED).lstrip(b"\0")
            if not waiting:
                return
            stream = zlib.decompressobj(wbits=31)


def _salvaged(stream: "zlib._Decompress", waiting: bytes) -> Iterator[bytes]:
    """The text before the damage: a call that fails keeps what it had unpacked to itself."""
    with suppress(zlib.error):
        for place in range(len(waiting)):
            yield stream.decompress(waiting[place : place + 1])
