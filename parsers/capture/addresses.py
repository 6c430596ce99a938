"""The addresses of a capture, each one once."""

import socket
import struct
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Words: TypeAlias = npt.NDArray[np.uint64]
# An address as its two words.
Pair: TypeAlias = tuple[int, int]

# An IPv4 address stands in the low word as its IPv6-mapped form (RFC 4291, section 2.5.5.2); the high word is 0.
MAPPED = 0xFFFF << 32


class Addresses:
    """A growing list of address texts, and the place of each address in it.

    Texts are as the C library writes them, which is how Zeek does; an IPv4-mapped IPv6 address is the IPv4 one.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._places: dict[Pair, int] = {}

    def places(self, high: Words, low: Words) -> npt.NDArray[np.int32]:
        """The place of each address, given as two words (network order, high word first)."""
        mapped = (high == 0) & (low >> np.uint64(32) == MAPPED >> 32)
        if mapped.all():
            return self._intern4(low)
        found = np.empty(len(high), np.int32)
        found[mapped] = self._intern4(low[mapped])
        found[~mapped] = self._intern6(high[~mapped], low[~mapped])
        return found

    @property
    def pairs(self) -> list[Pair]:
        """Each address as its two words."""
        return list(self._places)

    def adopt(self, pairs: Sequence[Pair]) -> npt.NDArray[np.int32]:
        """The place of each address here, of a list that was made elsewhere."""
        return np.array([self._place(*pair) for pair in pairs], np.int32)

    def _intern4(self, low: Words) -> npt.NDArray[np.int32]:
        encoded = pa.array(low.astype(np.uint32)).dictionary_encode()
        found = [self._place(0, MAPPED | word) for word in encoded.dictionary.to_pylist()]
        places: npt.NDArray[np.int32] = np.array(found, np.int32)[encoded.indices.to_numpy()]
        return places

    def _intern6(self, high: Words, low: Words) -> npt.NDArray[np.int32]:
        pairs = np.column_stack((high, low))
        whole = pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(pairs), [None, pa.py_buffer(pairs.tobytes())])
        encoded = whole.dictionary_encode()
        found = [self._place(*struct.unpack("=QQ", both)) for both in encoded.dictionary.to_pylist()]
        places: npt.NDArray[np.int32] = np.array(found, np.int32)[encoded.indices.to_numpy()]
        return places

    def _place(self, high: int, low: int) -> int:
        place = self._places.get((high, low))
        if place is None:
            place = self._places[high, low] = len(self.texts)
            self.texts.append(_text(high, low))
        return place


def _text(high: int, low: int) -> str:
    if high == 0 and low >> 32 == MAPPED >> 32:
        return socket.inet_ntop(socket.AF_INET, struct.pack(">I", low & 0xFFFFFFFF))
    return socket.inet_ntop(socket.AF_INET6, struct.pack(">QQ", high, low))
