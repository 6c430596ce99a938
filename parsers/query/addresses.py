"""Addresses as numbers, many at a time."""

from dataclasses import dataclass
from socket import AF_INET6, inet_pton

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from parsers.places import PIECE

Bools = npt.NDArray[np.bool_]
_IPV4 = r"^[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}$"
_HALF = (1 << 64) - 1


@dataclass(frozen=True)
class Numbers:
    """Addresses as numbers, an array each: family (4, 6; 0 for what is no address) and two halves of the value."""

    family: npt.NDArray[np.uint8]
    high: npt.NDArray[np.uint64]
    low: npt.NDArray[np.uint64]

    @classmethod
    def of(cls, texts: pa.Array) -> "Numbers":
        """The numbers of addresses that are written as text; unset ones are none."""
        made = cls(np.zeros(len(texts), np.uint8), np.zeros(len(texts), np.uint64), np.zeros(len(texts), np.uint64))
        for start in range(0, len(texts), PIECE):
            part = slice(start, start + PIECE)
            piece = cls(made.family[part], made.high[part], made.low[part])
            piece._read_ipv4(texts[part])
            piece._read_ipv6(texts[part])
        return made

    def between(self, family: int, low: int, high: int) -> Bools:
        """Which addresses lie from `low` to `high`, both included."""
        if low > high:
            return np.zeros(len(self.family), np.bool_)
        inside = np.asarray(self.family == family)
        if family == 4:
            return np.asarray(inside & (self.low >= low) & (self.low <= min(high, _HALF)))
        above = (self.high > low >> 64) | ((self.high == low >> 64) & (self.low >= low & _HALF))
        below = (self.high < high >> 64) | ((self.high == high >> 64) & (self.low <= high & _HALF))
        return np.asarray(inside & above & below)

    def ranks(self) -> npt.NDArray[np.int64]:
        """The place of each address when sorted by value: IPv4, then IPv6, then what is no address."""
        order = np.lexsort((self.low, self.high, self._order))
        ranks = np.empty(len(order), np.int64)
        ranks[order] = np.arange(len(order))
        return ranks

    def octets(self) -> pa.Array:
        """Each address as 17 bytes that are in the order of `ranks`."""
        layout = np.dtype([("family", "u1"), ("high", ">u8"), ("low", ">u8")])
        made = np.empty(len(self.family), layout)
        made["family"], made["high"], made["low"] = self._order, self.high, self.low
        return pa.Array.from_buffers(pa.binary(layout.itemsize), len(made), [None, pa.py_buffer(made)])

    @property
    def _order(self) -> npt.NDArray[np.uint8]:
        """The families in their order: what is no address comes last."""
        return np.where(self.family == 0, np.uint8(9), self.family)

    def _read_ipv4(self, texts: pa.Array) -> None:
        shaped = pc.fill_null(pc.match_substring_regex(texts, _IPV4), False)
        if not shaped.true_count:
            return
        places = np.flatnonzero(shaped.to_numpy(zero_copy_only=False))
        texts = texts if len(places) == len(texts) else texts.take(pa.array(places))
        octets = pc.split_pattern(texts, ".").flatten().cast(pa.uint16()).to_numpy().reshape(-1, 4)
        valid = (octets < 256).all(axis=1)
        self.family[places[valid]] = 4
        self.low[places[valid]] = octets[valid].astype(np.uint8).view(">u4")[:, 0]

    def _read_ipv6(self, texts: pa.Array) -> None:
        places = np.flatnonzero(pc.fill_null(pc.match_substring(texts, ":"), False).to_numpy(False))
        for place, text in zip(places, texts.take(pa.array(places)).to_pylist(), strict=True):
            try:
                packed = inet_pton(AF_INET6, text)
            except (OSError, ValueError):
                continue
            self.family[place] = 6
            self.high[place] = int.from_bytes(packed[:8], "big")
            self.low[place] = int.from_bytes(packed[8:], "big")
