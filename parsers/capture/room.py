"""Room for columns that another process makes: they need not be sent."""

import mmap
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a column lies in a room."""

    kind: str
    count: int
    at: int


class Room:
    """So many bytes, which take no memory until they are written to; made before the process is that writes to it."""

    def __init__(self, size: int) -> None:
        self._bytes = mmap.mmap(-1, max(size, 1))
        self._used = 0

    def put(self, column: Array) -> Stored | Array:
        """What stands for a column on the way to the other process: the column itself where there is no room left."""
        at, end = self._used, self._used + column.nbytes
        if end > len(self._bytes):
            return column
        # The next one is to begin at a whole word.
        self._used = -(-end // 8) * 8
        np.frombuffer(self._bytes, column.dtype, len(column), at)[:] = column
        return Stored(column.dtype.str, len(column), at)

    def get(self, stored: Stored | Array) -> Array:
        """The column that it stands for."""
        if isinstance(stored, Stored):
            return np.frombuffer(self._bytes, stored.kind, stored.count, stored.at)
        return stored
