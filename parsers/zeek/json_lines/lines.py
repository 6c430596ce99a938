"""Lines of one log within a block, each with its number in the file."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

_INVALID = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True)
class Lines:
    """Lines of UTF-8, each with its end; numbered from `first` on where they have no `numbers` of their own."""

    data: bytes
    first: int = 1
    numbers: Sequence[int] | None = None

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Those that are not blank, with their numbers."""
        for number, line in zip(self.numbers or itertools.count(self.first), self.data.split(b"\n"), strict=False):
            if line and not line.isspace():
                yield number, line

    @cached_property
    def _ends(self) -> npt.NDArray[np.int64]:
        return np.flatnonzero(np.frombuffer(self.data, np.uint8) == ord("\n"))

    @cached_property
    def look_like_objects(self) -> bool:
        """Whether there are some, and each of them begins and ends as an object does, without a blank."""
        data, ends = np.frombuffer(self.data, np.uint8), self._ends
        if not len(ends) or data[0] != ord("{"):
            return False
        lasts = data[ends - 1]
        if (lasts == ord("\r")).any():
            lasts = np.where(lasts == ord("\r"), data[ends - 2], lasts)
        return bool((data[ends[:-1] + 1] == ord("{")).all() and (lasts == ord("}")).all())

    @cached_property
    def count(self) -> int:
        """How many there are that are not blank."""
        return len(self._ends) if self.look_like_objects else sum(1 for _ in self)


def gathered(parts: Sequence[tuple[int, bytes]]) -> Lines:
    """Lines with their numbers, each without its end."""
    return Lines(b"".join(line + b"\n" for _, line in parts), numbers=[number for number, _ in parts])


def utf8(data: bytes) -> bytes:
    r"""Lines of JSON, bytes that belong to no UTF-8 written in its strings as Zeek writes them: `\xNN`."""
    if data.isascii():
        return data
    try:
        data.decode()
    except UnicodeDecodeError:
        text = data.decode("utf-8", "surrogateescape")
        return _INVALID.sub(lambda found: f"\\\\x{ord(found[0]) - 0xDC00:02x}", text).encode()
    return data
