"""Which pieces of a log may hold an identifier: some bits for each row, so that the other pieces need not be looked at.

Source: B. H. Bloom, Space/Time Trade-offs in Hash Coding with Allowable Errors (1970).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from parsers import budget
from parsers.places import PIECE

Hashes: TypeAlias = npt.NDArray[np.uint64]

# Bits for each row, of which an identifier sets two: one piece in twenty is looked at in vain.
_BITS = 8
# Columns of fewer rows are looked through faster than anything is made of them.
_LARGE = 1 << 20
# What is shorter than the words that are hashed is no identifier of Zeek's.
_WORD = 8
_FIRST, _LAST, _MIX = (np.uint64(odd) for odd in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xFF51AFD7ED558CCD))
_HALF = np.uint64(32)


class _Sketched(NamedTuple):
    """A chunk of a column, and the bits of each piece of it; without bits, what there was no memory for."""

    chunk: pa.Array
    bits: list[npt.NDArray[np.uint8]]


@dataclass
class Sketches:
    """The sketches of columns of text that were looked into; they are made when a column is first asked for."""

    _columns: dict[tuple[str, str], list[_Sketched]] = field(default_factory=dict)

    def pieces(
        self, log: str, name: str, column: pa.ChunkedArray, wanted: Sequence[str]
    ) -> Iterator[tuple[int, pa.Array]]:
        """Where each piece that may hold one of the wanted values begins, and that piece."""
        known = self._columns.setdefault((log, name), [])
        hashes = [_hashes(pa.array([value])) for value in wanted]
        is_known = len(column) >= _LARGE and pa.types.is_string(column.type) and all(map(len, hashes))
        start = 0
        for number, chunk in enumerate(column.chunks):
            if is_known and (number >= len(known) or not _is_same(known[number].chunk, chunk)):
                known[number:] = [self._sketched(chunk)]
            bits = known[number].bits if is_known else []
            if not bits:
                yield start, chunk
            for place, some in enumerate(bits):
                if any(_holds(some, each) for each in hashes):
                    yield start + place * PIECE, chunk.slice(place * PIECE, PIECE)
            start += len(chunk)

    def _sketched(self, chunk: pa.Array) -> _Sketched:
        held = sum(len(some) for column in self._columns.values() for each in column for some in each.bits)
        if held + len(chunk) * _BITS // 8 > budget.for_work() // 4:
            return _Sketched(chunk, [])
        return _Sketched(chunk, [_bits(chunk.slice(start, PIECE)) for start in range(0, len(chunk), PIECE)])


def _bits(texts: pa.Array) -> npt.NDArray[np.uint8]:
    there = np.zeros(-(-len(texts) * _BITS // 8) * 8, np.bool_)
    for places in _places(_hashes(texts), len(there)):
        there[places] = True
    return np.packbits(there)


def _places(hashes: Hashes, count: int) -> tuple[Hashes, Hashes]:
    """The two of so many bits that each number sets."""
    return hashes % np.uint64(count), (hashes >> _HALF) % np.uint64(count)


def _holds(bits: npt.NDArray[np.uint8], wanted: Hashes) -> bool:
    places = (int(some[0]) for some in _places(wanted, 8 * len(bits)))
    return all(int(bits[place >> 3]) & (128 >> (place & 7)) for place in places)


def _hashes(texts: pa.Array) -> Hashes:
    """A number for each text that is long enough, made of its first and its last eight bytes and of its length."""
    _, offsets, data = texts.buffers()
    if data is None or data.size < _WORD:
        return np.zeros(0, np.uint64)
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    starts, lengths = ends[:-1], np.diff(ends)
    long = lengths >= _WORD
    starts, lengths = starts[long], lengths[long]
    words = np.ndarray(data.size - _WORD + 1, np.dtype("<u8"), data, strides=(1,))
    mixed = (words[starts] * _FIRST) ^ (words[starts + lengths - _WORD] * _LAST) ^ lengths.astype(np.uint64)
    mixed ^= mixed >> _HALF
    mixed *= _MIX
    mixed ^= mixed >> _HALF
    return np.asarray(mixed)


def _is_same(one: pa.Array, other: pa.Array) -> bool:
    """Whether two chunks are the same place in memory, which the first one keeps from being used for anything else."""
    if len(one) != len(other) or one.offset != other.offset:
        return False
    return all(a.address == b.address for a, b in zip(one.buffers()[1:], other.buffers()[1:], strict=True) if a and b)
