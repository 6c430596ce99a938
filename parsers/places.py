"""The numbers of rows, and logs in pieces: work goes through a log piece by piece, whatever its size."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from parsers.cancelling import CalledOffError, Cancelled

# Numbers of rows, from 0, of the smallest signed type that holds the number of the log's last one.
Places: TypeAlias = npt.NDArray[np.signedinteger[Any]]

# Rows that are looked at at a time: what is made of them stays in the processor's cache.
PIECE = 1 << 17


def kind(count: int) -> np.dtype[np.signedinteger[Any]]:
    """The type for the numbers of so many rows."""
    return np.dtype(np.int32) if count <= 1 << 31 else np.dtype(np.int64)


def pieces(count: int, cancelled: Cancelled) -> Iterator[tuple[int, int]]:
    """Where each piece of so many rows begins and ends. Raises CalledOffError once `cancelled` says so."""
    for start in range(0, count, PIECE):
        if cancelled():
            raise CalledOffError
        yield start, min(start + PIECE, count)
