"""The bytes that places count through: a capture's own, and after them those that were put together from fragments."""

from typing import Any

import numpy as np
import numpy.typing as npt

from parsers.capture.headers import Ints, gather


class Store:
    """Bytes by their place: from 0 on in `data`, from `edge` on in what has been kept.

    What is kept can be read once it is sealed.
    """

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.octets = np.frombuffer(data, np.uint8)
        self.edge = len(data)
        self.extra = b""
        self._kept = bytearray()

    def keep(self, payload: bytes) -> int:
        """The place of bytes that are not in `data`."""
        place = self.edge + len(self.extra) + len(self._kept)
        self._kept += payload
        return place

    def seal(self) -> None:
        """Let what was kept be read."""
        if self._kept:
            self.extra += bytes(self._kept)
            self._kept.clear()

    def slice(self, at: int, size: int) -> memoryview | bytes:
        """The bytes from a place on, sealed or not; fewer than `size` where they end before."""
        if at < self.edge:
            return self.data[at : at + size]
        at -= self.edge
        if at < len(self.extra):
            return self.extra[at : at + size]
        at -= len(self.extra)
        return bytes(self._kept[at : at + size])

    def gather(self, at: Ints, layout: np.dtype[Any]) -> npt.NDArray[Any]:
        """The records of a layout that begin at the given places; what would lie beyond the end reads as zeros."""
        if not self.extra:
            return gather(self.octets, at, layout)
        beyond = at >= self.edge
        records = np.empty(len(at), layout)
        records[~beyond] = gather(self.octets, at[~beyond], layout)
        records[beyond] = gather(np.frombuffer(self.extra, np.uint8), at[beyond] - self.edge, layout)
        return records
