"""The blocks of a pcapng file: where each one lies, and what its first words say.

Source: draft-ietf-opsawg-pcapng, sections 3.1 (blocks) and 4.1 (sections, which have a byte order each).
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from parsers import limits
from parsers.capture.formats.index import Ints
from parsers.capture.headers import LITTLE32, gather

Bools: TypeAlias = npt.NDArray[np.bool_]
Words: TypeAlias = npt.NDArray[np.uint32]

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

    at is where the block begins, words are its first 28 bytes: its type, its length and five more, each a uint32;
    tail is its last word. section counts from 0; big: its byte order has the highest byte first.
    """

    at: Ints
    words: npt.NDArray[np.void]
    tail: Words
    section: Ints
    big: Bools

    def __len__(self) -> int:
        return len(self.at)

    def until(self, count: int) -> "Blocks":
        """The first `count` blocks."""
        return Blocks(self.at[:count], self.words[:count], self.tail[:count], self.section[:count], self.big[:count])

    def where(self, chosen: Bools) -> "Blocks":
        """The blocks that are chosen."""
        rows = np.flatnonzero(chosen)
        at, words, tail = self.at.take(rows), self.words.take(rows), self.tail.take(rows)
        return Blocks(at, words, tail, self.section.take(rows), self.big.take(rows))

    @property
    def kind(self) -> Words:
        """The type of each block."""
        return self.words["kind"]

    @property
    def ends(self) -> Ints:
        """The place behind each block."""
        places: Ints = self.at + self.words["size"]
        return places

    @property
    def is_packet(self) -> Bools:
        """Which blocks hold a packet."""
        kind = self.kind
        found: Bools = (kind == PACKET) | (kind == SIMPLE_PACKET) | (kind == OLD_PACKET)
        return found

    def half(self, word: str) -> Ints:
        """The number of 16 bits that stands first where the word of that name has been read."""
        number = self.words[word].astype(np.int64)
        return np.where(self.big, number >> 16, number & 0xFFFF)


def find(data: memoryview) -> Blocks:
    """The blocks as their lengths chain them, up to one whose length or byte order cannot be, that one included."""
    octets = np.frombuffer(data, np.uint8)
    at = np.fromiter(islice(_walk(data), limits.CAPTURE_PACKETS + 1), np.int64)
    words = gather(octets, at, _LITTLE)
    begins = words["kind"] == SECTION
    section = np.cumsum(begins) - 1
    big = (gather(octets, at[begins] + 8, LITTLE32) != MARK)[section]
    if big.any():
        words[big] = gather(octets, at[big], _BIG)
    last = gather(octets, np.maximum(at + words["size"] - 4, 0), LITTLE32)
    return Blocks(at, words, np.where(big, last.byteswap(), last), section, big)


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
