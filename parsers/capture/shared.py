"""Columns that forked processes share: they are there once, however many processes look at them.

They are in memory as far as the budget goes; the others are in files without a name, which the system puts aside.
"""

import ctypes
import mmap
import weakref
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from parsers import budget, scratch
from parsers.capture.abreast import abreast

Kind = TypeVar("Kind", bound=np.generic)

# Cells that are worked on at a time, where a whole column would be too much.
BLOCK = 1 << 18

_libc = ctypes.CDLL(None)


class _Memory:
    """How many bytes of shared memory there are."""

    held = 0

    @classmethod
    def take(cls, made: mmap.mmap, size: int) -> None:
        cls.held += size
        weakref.finalize(made, cls._release, size).atexit = False

    @classmethod
    def _release(cls, size: int) -> None:
        cls.held -= size


def column(count: int, kind: npt.DTypeLike) -> npt.NDArray[Any]:
    """A column of zeros, which goes when nobody looks at it any more. Raises OpenError where a disk has no room."""
    kind = np.dtype(kind)
    size = max(count * kind.itemsize, 1)
    if not fits(size):
        return scratch.mapped(count, kind)
    made = mmap.mmap(-1, size)
    _Memory.take(made, size)
    return np.frombuffer(made, kind, count)


def count(made: mmap.mmap, size: int) -> None:
    """Take so many bytes of a mapping into account as long as it is there."""
    _Memory.take(made, size)


def held() -> int:
    """How many bytes of shared memory there are."""
    return _Memory.held


def fits(size: int) -> bool:
    """Whether so many bytes are within the budget, beside those that are there."""
    return _Memory.held + size <= budget.for_packets()


def copied(cells: npt.NDArray[Kind]) -> npt.NDArray[Kind]:
    """The same column, shared; what is shared already is not copied."""
    return cells if _is_shared(cells) else concatenated([cells])


def concatenated(parts: Sequence[npt.NDArray[Kind]]) -> npt.NDArray[Kind]:
    """The parts of a column behind one another, shared; parts that `Rows` have put so stay where they are."""
    if _is_one(parts):
        root, start = _root(parts[0])
        return root[start : start + sum(map(len, parts))]
    made: npt.NDArray[Kind] = column(sum(map(len, parts)), parts[0].dtype)
    if len(made) < BLOCK:
        return np.concatenate(parts, out=made)
    ends = accumulate(map(len, parts), initial=0)
    abreast(lambda place: np.copyto(made[slice(*place[0])], place[1]), zip(pairwise(ends), parts, strict=True))
    return made


def taken(cells: npt.NDArray[Kind], places: npt.NDArray[np.integer]) -> npt.NDArray[Kind]:
    """The cells at some places, shared."""
    made: npt.NDArray[Kind] = column(len(places), cells.dtype)
    abreast(lambda part: cells.take(places[part], out=made[part], mode="clip"), blocks(len(places)))
    return made


def repeated(cell: Kind, count: int) -> npt.NDArray[Kind]:
    """A column of one value, which takes no room."""
    return np.broadcast_to(cell, count)


def blocks(count: int) -> Iterator[slice]:
    """So many cells, some at a time."""
    return (slice(start, min(start + BLOCK, count)) for start in range(0, count, BLOCK))


class Rows:
    """Blocks of columns that come one after the other, so many rows at most.

    Where memory would not hold all of them, and once more when they are joined, they stand behind one another in files.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._columns: dict[str, npt.NDArray[Any]] = {}

    def put(self, block: Mapping[str, npt.NDArray[Any]]) -> Mapping[str, npt.NDArray[Any]]:
        """The same block, where it is kept."""
        if not self._columns:
            if fits(2 * self._most * sum(cells.itemsize for cells in block.values())):
                return block
            self._columns = {name: scratch.mapped(self._most, cells.dtype) for name, cells in block.items()}
        kept = {}
        for name, cells in block.items():
            kept[name] = self._columns[name][self._count : self._count + len(cells)]
            kept[name][:] = cells
        self._count += len(cells)
        return kept


def _root(cells: npt.NDArray[Kind]) -> tuple[npt.NDArray[Kind], int]:
    """The whole column that these cells are part of, and where in it they begin."""
    root = cells
    while isinstance(root.base, np.ndarray):
        root = root.base
    return root, (cells.ctypes.data - root.ctypes.data) // cells.itemsize


def _is_one(parts: Sequence[npt.NDArray[Any]]) -> bool:
    """Whether the parts stand behind one another in one shared column."""
    if not all(len(part) and _is_shared(part) and part.base is parts[0].base for part in parts):
        return False
    return all(one.ctypes.data + one.nbytes == other.ctypes.data for one, other in pairwise(parts))


def _is_shared(cells: npt.NDArray[Any]) -> bool:
    if cells.strides == (0,):
        return True
    base: object = cells
    while isinstance(base, np.ndarray):
        base = base.base
    return isinstance(base.obj if isinstance(base, memoryview) else base, mmap.mmap)


def give_back() -> None:
    """Hand what was freed to the system: after a fork it would be there once more in each process.

    glibc keeps it where something behind it is still in use; other C libraries do without being asked.
    """
    trim = getattr(_libc, "malloc_trim", None)
    if trim is not None:
        trim(0)
