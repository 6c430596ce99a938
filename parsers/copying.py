"""What comes through a pipe, unpacked, copied to a file as it comes.

As a program (`python -m parsers.copying SOURCE COPY TOLD`: the pipe's path, then two descriptors) it writes what went
wrong to TOLD when all has come, a list in JSON. It ends when its standard input does.
"""

import io
import json
import os
import select
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO, cast

from parsers import limits, packing

_PIECE = 1 << 16


class _Pipe(io.RawIOBase):
    """A pipe that is read as it comes, for as long as `wanted` (a descriptor, where there is one) does not end."""

    def __init__(self, number: int, wanted: int | None) -> None:
        self._number = number
        self._wanted = [] if wanted is None else [wanted]

    def read1(self, size: int) -> bytes:
        """What has come, once something has; nothing at the end."""
        ready, _, _ = select.select([self._number, *self._wanted], [], [])
        return b"" if self._wanted and self._wanted[0] in ready else os.read(self._number, size)


def copy(source: int, target: int, wanted: int | None = None) -> list[str]:
    """Copy what comes through a pipe to its end, unpacked, from one descriptor to another; what went wrong is told.

    With `wanted` it ends when that descriptor does.
    """
    size = 0
    try:
        for piece in packing.unpacked(cast(BinaryIO, _Pipe(source, wanted))):
            size += len(piece)
            if size > limits.SPOOLED_BYTES:
                return [f"more than {limits.SPOOLED_BYTES >> 30} GB came through it; the rest is left"]
            error = _written(piece, target)
            if error is not None:
                folder = tempfile.gettempdir()
                come = os.lseek(target, 0, os.SEEK_CUR)
                why = f"there is no room in {folder} for more than its first {come} bytes"
                return [f"{why} ({error.strerror}); set TMPDIR to another folder"]
    except packing.DamagedError as error:
        return [f"{error}; what comes before is shown"]
    return []


def _written(piece: bytes, target: int) -> OSError | None:
    """Write all of it, or tell why that cannot be."""
    left = memoryview(piece)
    try:
        while left:
            left = left[os.write(target, left) :]
    except OSError as error:
        return error
    return None


def _serve(source: str, target: int, told: int) -> None:
    # A pipe with a name is opened without waiting for its writer: nobody may ever come.
    path = Path(source)
    number = int(path.name) if path.parent == Path("/dev/fd") else os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    troubles = copy(number, target, sys.stdin.fileno())
    os.write(told, json.dumps(troubles).encode())


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
