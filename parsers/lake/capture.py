"""A capture as those see it who are to work on it: the same file, wherever they are."""

import os
from dataclasses import dataclass
from hashlib import blake2b, file_digest
from pathlib import Path
from socket import gethostname
from typing import BinaryIO

from parsers.updates import OpenError, not_opened

# What is compared of a file before all of it is read: its first and its last bytes.
_ENDS = 1 << 16
# Letters alone: digits might be taken for a date in the name of a rotated log.
_LETTERS = bytes.maketrans(b"0123456789abcdef", b"abcdefghijklmnop")
_NAME_BYTES = 12


@dataclass(frozen=True, slots=True)
class Capture:
    """A capture's file: what it is called, where it lies, its size in bytes and a digest of its two ends."""

    called: str
    path: Path
    size: int
    ends: bytes

    @classmethod
    def at(cls, path: Path) -> "Capture":
        """The capture that lies there. Raises OpenError when it cannot be read."""
        try:
            with path.open("rb") as file:
                return cls(str(path), path.absolute(), *_identity(file))
        except OSError as error:
            raise not_opened(path, error) from None

    def check(self) -> None:
        """Raise OpenError where this machine does not see the same file."""
        shared = "captures must lie where every worker sees them, by the same path"
        try:
            with self.path.open("rb") as file:
                size, ends = _identity(file)
        except OSError as error:
            why = f"the worker on {gethostname()} cannot read {self.path} ({error.strerror})"
            raise OpenError(f"{self.called}: {why}; {shared}") from None
        if (size, ends) != (self.size, self.ends):
            why = f"the worker on {gethostname()} sees another file at {self.path}, or it has changed"
            raise OpenError(f"{self.called}: {why}; {shared}")

    def name(self) -> str:
        """What its rows' files are called: the same for the same bytes, whatever the capture is called."""
        with self.path.open("rb") as file:
            # As parts of a folder are called that has the log's name (`parsers.zeek.parquet.reader.log_of`).
            return "part-" + _letters(file_digest(file, "sha256").digest()[:_NAME_BYTES])


def _letters(digest: bytes) -> str:
    return digest.hex().encode().translate(_LETTERS).decode()


def _identity(file: BinaryIO) -> tuple[int, bytes]:
    """A file's size, and a digest of its ends."""
    size = file.seek(0, os.SEEK_END)
    digest = blake2b(digest_size=_NAME_BYTES)
    for place in (0, max(size - _ENDS, 0)):
        file.seek(place)
        digest.update(file.read(_ENDS))
    return size, digest.digest()
