"""Captures as bytes that can be mapped: the file itself, or a private copy of what is packed in it.

The copies lie behind one another in one temporary file that only its owner may read and that has no name: it is gone
when it is closed.
"""

import mmap
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from parsers import limits, packing
from parsers.capture import zipped
from parsers.capture.foreign import ZIPS, describe
from parsers.capture.formats.registry import recognise
from parsers.updates import OpenError, Trouble, not_opened

_FIRST_BYTES = 256
# No capture is shorter than its header.
_SHORTEST = 24


@dataclass(frozen=True, slots=True)
class Stretch:
    """A capture's bytes: `size` of them in a file, from a page's boundary on; no file for those in the spool.

    The troubles are what went wrong on the way to them, each with the capture's name.
    """

    name: str
    file: Path | None
    offset: int
    size: int
    troubles: list[Trouble]


class Spool:
    """The private file that packed captures are copied to."""

    def __init__(self) -> None:
        self.file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115  it is closed with the spool
        self._end = 0

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()

    def captures(self, path: Path, password: bytes | None = None, name: str | None = None) -> Iterator[Stretch]:
        """The capture in a file, also where it is packed (gzip, bzip2, xz, zstd, lz4), or all those in a zip.

        `name` is what the file is called, where that is not its path. Raises OpenError; PasswordNeeded when the zip is
        locked and the password is missing or wrong.
        """
        try:
            with path.open("rb") as file:
                yield from self._captures(file, path, password, name or str(path))
        except IsADirectoryError:
            raise OpenError(f"{name or path}: this is a folder, not a capture") from None
        except OSError as error:
            raise not_opened(Path(name or path), error) from None

    def _captures(self, file: BinaryIO, path: Path, password: bytes | None, name: str) -> Iterator[Stretch]:
        first = file.read(_FIRST_BYTES)
        size = file.seek(0, 2)
        file.seek(0)
        if packing.recognise(first):
            yield self._copy(name, packing.unpacked(file))
        elif first.startswith(ZIPS):
            for member, pieces in zipped.captures(file, name, password):
                yield self._copy(member, pieces)
        else:
            _refuse_others(first, name)
            yield Stretch(name, path, 0, size, [])

    def _copy(self, name: str, pieces: Iterator[bytes]) -> Stretch:
        """Write a capture behind the others; what is more than the bound is left."""
        start = self.file.seek(-(-self._end // mmap.PAGESIZE) * mmap.PAGESIZE)
        self._end = start
        troubles: list[str] = []
        try:
            for piece in _only_capture(pieces, name):
                if self._end + len(piece) > limits.SPOOLED_BYTES:
                    troubles.append(
                        f"unpacked it is larger than {limits.SPOOLED_BYTES >> 30} GB; the rest of it is left"
                    )
                    break
                self._write(piece, name)
        except packing.DamagedError as error:
            if self._end - start < _SHORTEST:
                raise OpenError(f"{name}: {error}; {error.advice}") from None
            troubles.append(f"{error}; what comes before is shown")
        return Stretch(name, None, start, self._end - start, [Trouble(f"{name}: {text}") for text in troubles])

    def _write(self, piece: bytes, name: str) -> None:
        try:
            self.file.write(piece)
            self.file.flush()
        except OSError as error:
            folder = tempfile.gettempdir()
            why = f"there is no room in {folder} to unpack it ({error.strerror}); set TMPDIR to another folder"
            raise OpenError(f"{name}: {why}") from None
        self._end += len(piece)


def _only_capture(pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
    """The pieces as they come, once their beginning has shown them to be a capture."""
    first = b""
    damage: list[packing.DamagedError] = []
    try:
        while len(first) < _FIRST_BYTES and (piece := next(pieces, None)) is not None:
            first += piece
    except packing.DamagedError as error:
        if len(first) < _SHORTEST:
            raise
        damage.append(error)
    _refuse_others(first, name)
    yield first
    if damage:
        raise damage[0]
    yield from pieces


def _refuse_others(first: bytes, name: str) -> None:
    """Raise OpenError unless a capture that can be read begins with these bytes."""
    if not first:
        raise OpenError(f"{name}: the file is empty")
    if recognise(first) is None:
        raise OpenError(f"{name}: {describe(first)}")
