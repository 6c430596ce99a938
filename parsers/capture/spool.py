"""A capture as bytes that can be mapped: the file itself, or a private copy of what is packed in it.

A copy is a temporary file that only its owner may read and that has no name: it is gone when it is closed.
"""

import mmap
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO

from parsers import limits
from parsers.capture import zipped
from parsers.capture.foreign import GZIP, ZIPS, describe
from parsers.capture.formats.registry import recognise
from parsers.updates import OpenError, Trouble, not_opened

# Small enough that what zlib copies of its input at each step stays little.
_PIECE = 1 << 16
_GZIP_BITS = zlib.MAX_WBITS | 16
_FIRST_BYTES = 256
# No capture is shorter than its header.
_SHORTEST = 24


class Capture:
    """An open capture: `data` are its bytes, `troubles` what went wrong on the way to them, without the file's name."""

    def __init__(self, file: IO[bytes], troubles: list[Trouble]) -> None:
        self.troubles = troubles
        self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.data = memoryview(self._map)

    def close(self) -> None:
        """Let go of the bytes; while somebody still looks at them they stay, and go with the last look."""
        with suppress(BufferError):
            self.data.release()
            self._map.close()

    def __enter__(self) -> "Capture":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_capture(path: Path, password: bytes | None = None) -> Capture:
    """The capture in a file: a pcap, also one inside a gzip or a zip.

    Raises OpenError; PasswordNeeded when it lies in a locked zip and the password is missing or wrong.
    """
    try:
        with path.open("rb") as file:
            return _open(file, path, password)
    except IsADirectoryError:
        raise OpenError(f"{path}: this is a folder, not a capture") from None
    except OSError as error:
        raise not_opened(path, error) from None


def _open(file: IO[bytes], path: Path, password: bytes | None) -> Capture:
    troubles: list[Trouble] = []
    first = file.read(_FIRST_BYTES)
    file.seek(0)
    if first.startswith(GZIP):
        pieces = _gunzip(file, troubles)
    elif first.startswith(ZIPS):
        pieces = zipped.capture(file, path, password, troubles)
    else:
        _refuse_others(first, path)
        return Capture(file, troubles)
    with tempfile.TemporaryFile() as copy:
        _fill(copy, _only_capture(pieces, path, troubles), path, troubles)
        return Capture(copy, troubles)


def _refuse_others(first: bytes, path: Path) -> None:
    """Raise OpenError unless a capture that can be read begins with these bytes."""
    if not first:
        raise OpenError(f"{path}: the file is empty")
    if recognise(first) is None:
        raise OpenError(f"{path}: {describe(first)}")


def _only_capture(pieces: Iterator[bytes], path: Path, troubles: list[Trouble]) -> Iterator[bytes]:
    """The pieces as they come, once their beginning has shown them to be a capture."""
    first = b""
    for piece in pieces:
        first += piece
        if len(first) >= _FIRST_BYTES:
            break
    if troubles and len(first) < _SHORTEST:
        raise OpenError(f"{path}: the gzip is damaged or cut off at its beginning; get the file again")
    _refuse_others(first, path)
    yield first
    yield from pieces


def _fill(copy: IO[bytes], pieces: Iterable[bytes], path: Path, troubles: list[Trouble]) -> None:
    """Write the pieces; what is more than the bound is left. Raises OpenError when they find no room."""
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > limits.SPOOLED_BYTES:
            left = f"unpacked it is larger than {limits.SPOOLED_BYTES >> 30} GB; the rest of it is left"
            troubles.append(Trouble(left))
            break
        try:
            copy.write(piece)
            copy.flush()
        except OSError as error:
            folder = tempfile.gettempdir()
            why = f"there is no room in {folder} to unpack it ({error.strerror}); set TMPDIR to another folder"
            raise OpenError(f"{path}: {why}") from None


def _gunzip(file: IO[bytes], troubles: list[Trouble]) -> Iterator[bytes]:
    """What is packed in all members of a gzip (RFC 1952); damage ends it and goes into `troubles`."""
    inflater, packed = zlib.decompressobj(_GZIP_BITS), b""
    while True:
        packed = packed or file.read(_PIECE)
        before = inflater.copy()
        try:
            piece = inflater.decompress(packed, _PIECE)
        except zlib.error:
            yield from _salvage(before, packed)
            troubles.append(Trouble(f"the gzip is damaged near byte {file.tell()}; what comes before is shown"))
            return
        if piece:
            yield piece
        if inflater.eof:
            packed = inflater.unused_data or file.read(_PIECE)
            if not packed.startswith(GZIP):
                return
            inflater = zlib.decompressobj(_GZIP_BITS)
        elif not piece and not packed:
            troubles.append(Trouble(f"the gzip is cut off at byte {file.tell()}; what comes before is shown"))
            return
        else:
            packed = inflater.unconsumed_tail


def _salvage(inflater: "zlib._Decompress", packed: bytes) -> Iterator[bytes]:
    """The bytes before damage that lies within the next piece."""
    size = _PIECE
    while size := size // 2:
        further = inflater.copy()
        with suppress(zlib.error):
            yield further.decompress(packed, size)
            inflater, packed = further, further.unconsumed_tail
