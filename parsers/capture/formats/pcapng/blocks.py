"""The blocks of a pcapng file: where each one lies, and what its first words say.

Source: draft-ietf-opsawg-pcapng, sections 3.1 (blocks) and 4.1 (sections, which have a byte order each).
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from parsers.capture.formats.index import Ints
from parsers.capture.headers import LITTLE32, Octets, gather

Bools: TypeAlias = npt.NDArray[np.bool_]

# Types of blocks; that of a section is the same in both byte orders.
SECTION = 0x0A0D0D0A
INTERFACE, OLD_PACKET, SIMPLE_PACKET, NAMES, PACKET, SECRETS = 1, 2, 3, 4, 6, 10
# A block's type, its length, and that again at its end.
BLOCK_BYTES = 12
_WORDS = ("kind", "size", "first", "second", "third", "fourth", "fifth")
_LITTLE, _BIG = (np.dtype([(name, order + "u4") for name in _WORDS]) for order in "<>")
_HEAD = {order: struct.Struct(order + "II").unpack_from for order in "<>"}
MARK = 0x1A2B3C4D
_MARKS = {struct.pack(order + "I", MARK): read for order, read in _HEAD.items()}


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks in the order of the file, a cell of each column for each.

    at is where the block begins; kind, size and the five words behind them are its first 28 bytes, tail its last
    word. section counts from 0; big: its byte order has the highest byte first.
    """

    at: Ints
    kind: Ints
    size: Ints
    first: Ints
    second: Ints
    third: Ints
    fourth: Ints
    fifth: Ints
    tail: Ints
    section: Ints
    big: Bools

    def __len__(self) -> int:
        return len(self.at)

    def __getitem__(self, rows: slice | Ints | Bools) -> "Blocks":
        return Blocks(*(getattr(self, field.name)[rows] for field in fields(self)))

    @property
    def is_packet(self) -> Bools:
        """Which blocks hold a packet."""
        found: Bools = (self.kind == PACKET) | (self.kind == SIMPLE_PACKET) | (self.kind == OLD_PACKET)
        return found

    def halves(self, word: str) -> tuple[Ints, Ints]:
        """The two numbers of 16 bits that stand where the column of that name has read one of 32."""
        low, high = getattr(self, word) & 0xFFFF, getattr(self, word) >> 16
        return np.where(self.big, high, low), np.where(self.big, low, high)


def find(data: memoryview) -> Blocks:
    """The blocks as their lengths chain them, up to one whose length or byte order cannot be, that one included."""
    octets = np.frombuffer(data, np.uint8)
    at = np.fromiter(_walk(data), np.int64)
    words = gather(octets, at, _LITTLE)
    begins = words["kind"] == SECTION
    section = np.cumsum(begins) - 1
    big = (gather(octets, at[begins] + 8, LITTLE32) != MARK)[section]
    if big.any():
        words[big] = gather(octets, at[big], _BIG)
    columns = {name: words[name].astype(np.int64) for name in _WORDS}
    return Blocks(at=at, **columns, tail=_tail(octets, at + columns["size"], big), section=section, big=big)


def _walk(data: memoryview) -> Iterator[int]:
    """Where each block begins. It is a section's that comes first."""
    at, head = 0, _HEAD["<"]
    with suppress(struct.error):
        while True:
            kind, size = head(data, at)
            if kind == SECTION:
                mark = bytes(data[at + 8 : at + 12])
                head = _MARKS.get(mark, head)
                _, size = head(data, at) if mark in _MARKS else (kind, 0)
            yield at
            if size < BLOCK_BYTES:
                return
            at += size


def _tail(octets: Octets, end: Ints, big: Bools) -> Ints:
    """The last word of each block; 0 where it lies beyond the end of the file."""
    word = gather(octets, np.maximum(end - 4, 0), LITTLE32)
    return np.where(big, word.byteswap(), word).astype(np.int64)
