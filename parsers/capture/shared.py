"""Columns that forked processes share: they are there once, however many processes look at them."""

import ctypes
import mmap
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Kind = TypeVar("Kind", bound=np.generic)

_libc = ctypes.CDLL(None)


def column(count: int, kind: npt.DTypeLike) -> npt.NDArray[Any]:
    """A column of zeros, which goes when nobody looks at it any more."""
    kind = np.dtype(kind)
    return np.frombuffer(mmap.mmap(-1, max(count * kind.itemsize, 1)), kind, count)


def copied(cells: npt.NDArray[Kind]) -> npt.NDArray[Kind]:
    """The same column, shared."""
    return concatenated([cells])


def concatenated(parts: Sequence[npt.NDArray[Kind]]) -> npt.NDArray[Kind]:
    """The parts of a column behind one another, shared."""
    made = column(sum(map(len, parts)), parts[0].dtype)
    return np.concatenate(parts, out=made)


def taken(cells: npt.NDArray[Kind], places: npt.NDArray[np.integer]) -> npt.NDArray[Kind]:
    """The cells at some places, shared."""
    return cells.take(places, out=column(len(places), cells.dtype), mode="clip")


def give_back() -> None:
    """Hand what was freed to the system: after a fork it would be there once more in each process.

    glibc keeps it where something behind it is still in use; other C libraries do without being asked.
    """
    trim = getattr(_libc, "malloc_trim", None)
    if trim is not None:
        trim(0)
