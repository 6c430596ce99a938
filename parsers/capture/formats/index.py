"""What every format of capture comes to: where each packet lies in the file."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from parsers.capture import shared
from parsers.updates import Trouble

Ints: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Index:
    """Where each packet of a capture lies, in the order of the file.

    Columns of the same length: ts int64 nanoseconds since the epoch, offset int64 of the packet's first byte,
    captured int64 bytes in the file, wire int64 bytes on the wire, link int64 the packet's link type (tcpdump.org).
    `links` are the link types that the capture announces, also those of which it holds no packet.
    """

    ts: Ints
    offset: Ints
    captured: Ints
    wire: Ints
    link: Ints
    links: frozenset[int]
    troubles: list[Trouble]

    def __len__(self) -> int:
        return len(self.ts)

    def until(self, count: int, *troubles: Trouble) -> "Index":
        """The first `count` packets, and what is told beside what was told before."""
        columns = {name: getattr(self, name)[:count] for name in COLUMNS}
        return replace(self, **columns, troubles=[*self.troubles, *troubles])

    def shared(self) -> "Index":
        """The same, in memory that processes share."""
        columns = {name: shared.copied(getattr(self, name)) for name in COLUMNS}
        return Index(**columns, links=self.links, troubles=self.troubles)


COLUMNS = ("ts", "offset", "captured", "wire", "link")


@dataclass(frozen=True, slots=True)
class Format:
    """A format of capture files: what it is called, the bytes that its files begin with, and its reader.

    `index` is given the whole file. What is wrong with it ends the reading there and is told in the index's
    troubles; it raises OpenError where nothing can be read, without the file's name.
    """

    name: str
    starts: tuple[bytes, ...]
    index: Callable[[memoryview], Index]
