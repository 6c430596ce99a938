"""Bytes out of the middle of a gzip: unpacking goes on from where it came by before, not from the beginning.

Source: RFC 1952; zlib's examples/zran.c does the same.
"""

import os
import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import BinaryIO

from parsers import limits

_BITS = zlib.MAX_WBITS | 16
_PIECE = 1 << 14
# Each takes some 40 kB of memory, zlib's window and its tables; of a log of ten times the gzip there are so many.
_MOST, _RATIO = 64, 10


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    """Where unpacking stood: at a byte of what is unpacked, at a byte of the file, in the middle of a member."""

    unpacked: int
    packed: int
    stream: "zlib._Decompress"


@dataclass
class Checkpoints:
    """Those of one gzip, so many unpacked bytes apart at least."""

    apart: int
    _found: list[_Checkpoint] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def read(self, file: BinaryIO, start: int, size: int) -> bytes:
        """So many of the unpacked bytes from a place on; fewer where there are no more. Raises zlib.error on damage."""
        with self._lock:
            return self._read(file, start, start + size)

    def _read(self, file: BinaryIO, start: int, end: int) -> bytes:
        begin = next((point for point in reversed(self._found) if point.unpacked <= start), None)
        place, packed = (begin.unpacked, begin.packed) if begin else (0, 0)
        stream = begin.stream.copy() if begin else zlib.decompressobj(_BITS)
        parts = []
        file.seek(packed)
        while place < end and (data := file.read(_PIECE)):
            piece = stream.decompress(data)
            parts.append(piece[max(start - place, 0) : max(end - place, 0)])
            place, packed = place + len(piece), packed + len(data)
            if stream.eof:
                packed -= len(stream.unused_data)
                file.seek(packed)
                stream = zlib.decompressobj(_BITS)
            elif place - (self._found[-1].unpacked if self._found else 0) >= self.apart:
                self._found.append(_Checkpoint(place, packed, stream.copy()))
        return b"".join(parts)


def checkpoints(file: BinaryIO) -> Checkpoints:
    """Those of an open gzip; they are remembered for as long as few others are looked at, and it stays as it is."""
    status = os.fstat(file.fileno())
    return _of(status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=limits.LOG_PLACES_KEPT)
def _of(_device: int, _file: int, _changed: int, size: int) -> Checkpoints:
    return Checkpoints(max(limits.LOG_BLOCK_BYTES * 4, size * _RATIO // _MOST))
