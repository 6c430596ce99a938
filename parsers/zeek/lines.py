"""A file, plain or packed, in blocks of whole lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from parsers import budget, limits, packing
from parsers.updates import Trouble
from parsers.zeek.ahead import ahead

_END = ord("\n")
# A block takes one part of so many of the memory for work.
_BLOCKS = 64


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that follow each other, the first of them with its number; `done` bytes of the file are read by then.

    They begin at the byte `start` of the file once it is unpacked, where they have `size` bytes; none where they were
    made of something else. `open_end` says that the file ends in the middle of the block's only line.
    """

    data: bytes
    line: int
    done: int
    open_end: bool = False
    start: int = 0
    size: int = 0


def blocks(file: BinaryIO, name: str) -> Iterator[Block | Trouble]:
    """The file's lines, and what is wrong with them as lines; the file is called by `name`.

    They are read, and unpacked, beside what is done with them.
    """
    return further(file, WholeLines(name))


def further(file: BinaryIO, lines: "WholeLines", stop: int | None = None) -> Iterator[Block | Trouble]:
    """What of the file has not come before, as `blocks` does; up to a byte where a line ends it is one block."""
    return ahead(_blocks(file, lines, stop))


def _blocks(file: BinaryIO, lines: "WholeLines", stop: int | None) -> Iterator[Block | Trouble]:
    try:
        packed = packing.recognise(file.read(packing.MAGIC_BYTES)) if not lines.come else None
        file.seek(lines.come)
        for piece in _gathered(packing.unpacked(file)) if packed else _plain(file, stop):
            yield from lines.of(piece, file.tell())
    except packing.DamagedError as error:
        yield Trouble(f"{lines.name}:{lines.line}: {error}; the rows before it are shown")
    except OSError as error:
        yield Trouble(f"{lines.name}: reading failed: {error.strerror}; the rows so far are shown")
    else:
        yield from lines.rest(file.tell())


class WholeLines:
    """What of a file has come, as blocks of whole lines: `come` bytes; `line` is the number of the next one.

    The file is called by `name`.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.line = 1
        self.come = 0
        self._held: list[bytes] = []
        self._length = 0
        self._is_skipping = False

    def of(self, piece: bytes, done: int) -> Iterator[Block | Trouble]:
        """The lines that end in what has come next, `done` bytes of the file with it, or that they are too long."""
        end = piece.rfind(b"\n") + 1
        self.come += len(piece)
        if not end:
            self._hold(piece)
            if self._is_skipping or self._length > limits.LOG_LINE_BYTES:
                if not self._is_skipping:
                    yield Trouble(f"{self.name}:{self.line}: longer than any row that Zeek writes; left out")
                self._held, self._length, self._is_skipping = [], 0, True
            return
        start = piece.find(b"\n") + 1 if self._is_skipping else 0
        self.line, self._is_skipping = self.line + self._is_skipping, False
        data, first = b"".join([*self._held, memoryview(piece)[start:end]]), self.line
        self._held, self._length = [], 0
        self._hold(piece[end:])
        # Several times as fast as to count in bytes.
        self.line += int(np.count_nonzero(np.frombuffer(data, np.uint8) == _END))
        yield Block(data, first, done, start=self.come - self._length - len(data), size=len(data))

    def read_elsewhere(self, size: int, count: int) -> Block:
        """The next lines, so many in so many bytes, of which only the place is told here."""
        start, first = self.come, self.line
        self.come += size
        self.line += count
        return Block(b"", first, self.come, start=start, size=size)

    def _hold(self, piece: bytes) -> None:
        self._held.append(piece)
        self._length += len(piece)

    def rest(self, done: int) -> Iterator[Block]:
        """The line that has not ended, when nothing more comes."""
        if self._length:
            data, start = b"".join([*self._held, b"\n"]), self.come - self._length
            yield Block(data, self.line, done, open_end=True, start=start, size=self._length)


def _sizes() -> Iterator[int]:
    size = limits.LOG_FIRST_BYTES
    # Several blocks are parsed at a time, of several logs, and each takes a few times its bytes.
    most = max(size, min(limits.LOG_BLOCK_BYTES, budget.for_work() // _BLOCKS))
    while True:
        yield size
        size = min(size * 2, most)


def _plain(file: BinaryIO, stop: int | None) -> Iterator[bytes]:
    for size in _sizes() if stop is None else [stop - file.tell()]:
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
