"""Room beside memory: arrays and rows that are too large for it lie in files without a name, and are mapped.

The system takes their pages back whenever it needs them, and the files are gone when nobody looks at them any more.
"""

import mmap
import os
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from parsers.updates import OpenError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

# Where large files are kept as a rule: /tmp is memory itself on many systems.
_ROOMY = Path("/var/tmp")  # noqa: S108  the files have no name


def folder() -> Path:
    """Where the files lie: TMPDIR, where that is set."""
    if "TMPDIR" not in os.environ and os.access(_ROOMY, os.W_OK | os.X_OK):
        return _ROOMY
    return Path(tempfile.gettempdir())


def file() -> IO[bytes]:
    """A file without a name. Raises OpenError."""
    try:
        return tempfile.TemporaryFile(dir=folder())
    except OSError as error:
        raise _no_room(error) from None


def array(count: int, kind: npt.DTypeLike, most: int) -> npt.NDArray[Any]:
    """So many zeros, in memory up to `most` bytes, else in a file. Raises OpenError."""
    kind = np.dtype(kind)
    return np.zeros(count, kind) if count * kind.itemsize <= most else mapped(count, kind)


def mapped(count: int, kind: npt.DTypeLike) -> npt.NDArray[Any]:
    """So many zeros in a file, which forked processes share. Raises OpenError."""
    kind = np.dtype(kind)
    size = max(count * kind.itemsize, 1)
    with file() as made:
        try:
            # Where room was only promised, a full disk would end the program at the first cell that finds none.
            os.posix_fallocate(made.fileno(), 0, size)
        except OSError as error:
            raise _no_room(error) from None
        return np.frombuffer(mmap.mmap(made.fileno(), size), kind, count)


class Numbers:
    """Numbers that come in pieces; more than `most` bytes of them are in a file."""

    def __init__(self, kind: npt.DTypeLike, most: int) -> None:
        self._kind = np.dtype(kind)
        self._most = most
        self._parts: list[npt.NDArray[Any]] = []
        self._held = 0
        self._file: IO[bytes] | None = None

    def add(self, numbers: npt.NDArray[Any]) -> None:
        """Some more. Raises OpenError."""
        self._parts.append(numbers.astype(self._kind))
        self._held += self._parts[-1].nbytes
        if self._held > self._most:
            self._flush()

    def whole(self) -> npt.NDArray[Any]:
        """All of them. Raises OpenError."""
        if self._file is None:
            return np.concatenate([np.empty(0, self._kind), *self._parts])
        self._flush()
        with self._file as made:
            size = made.seek(0, os.SEEK_END)
            return np.frombuffer(mmap.mmap(made.fileno(), size), self._kind)

    def _flush(self) -> None:
        if self._file is None:
            self._file = file()
        try:
            for part in self._parts:
                self._file.write(part.data)
            self._file.flush()
        except OSError as error:
            raise _no_room(error) from None
        self._parts.clear()
        self._held = 0


class Rows:
    """Rows of one log that come in tables of the same columns; more than `most` bytes of them are in files."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._tables: list[pa.Table] = []
        self._waiting: list[pa.Table] = []

    def __len__(self) -> int:
        return sum(map(len, self.tables))

    def add(self, table: "pa.Table") -> None:
        """Some more. Raises OpenError."""
        self._waiting.append(table)
        self._held += table.nbytes
        if self._held > self._most:
            self._tables += map(spilled, self._waiting)
            self._waiting.clear()
            self._held = 0

    def clear(self) -> None:
        """Let go of all of them."""
        self._tables.clear()
        self._waiting.clear()
        self._held = 0

    @property
    def tables(self) -> "Sequence[pa.Table]":
        """All of them, as they came."""
        return [*self._tables, *self._waiting]


def spilled(table: "pa.Table") -> "pa.Table":
    """The same rows in a file. Raises OpenError."""
    # Loaded late: where a capture's packets lie is found without it.
    import pyarrow as pa

    with file() as made:
        try:
            # Dictionaries of one column may differ from piece to piece, a file has one for each.
            with pa.ipc.new_file(pa.PythonFile(made, "w"), table.schema) as writer:
                writer.write_table(table.unify_dictionaries())
            made.flush()
            size = made.seek(0, os.SEEK_END)
        except OSError as error:
            raise _no_room(error) from None
        return pa.ipc.open_file(pa.py_buffer(mmap.mmap(made.fileno(), size, access=mmap.ACCESS_READ))).read_all()


def _no_room(error: OSError) -> OpenError:
    why = error.strerror or error
    return OpenError(
        f"{folder()}: what does not fit into memory has no room there ({why}); set TMPDIR to another folder"
    )
