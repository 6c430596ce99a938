"""Lines of one log within a block, each with its number in the file."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

_INVALID = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True)
class Lines:
    """Lines of UTF-8, each with its end, and their numbers."""

    data: bytes
    numbers: Sequence[int]

    @classmethod
    def of(cls, data: bytes, first: int) -> "Lines":
        """Lines that follow each other from a number on."""
        return cls(data, range(first, first + data.count(b"\n")))

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Those that are not blank."""
        for number, line in zip(self.numbers, self.data.split(b"\n"), strict=False):
            if line and not line.isspace():
                yield number, line

    @property
    def look_like_objects(self) -> bool:
        """Whether each of them begins and ends as an object does, without a blank."""
        data = np.frombuffer(self.data, np.uint8)
        ends = np.flatnonzero(data == ord("\n"))
        if not len(ends) or len(ends) != len(self.numbers) or data[0] != ord("{"):
            return False
        lasts = data[ends - 1]
        if (lasts == ord("\r")).any():
            lasts = np.where(lasts == ord("\r"), data[ends - 2], lasts)
        return bool((data[ends[:-1] + 1] == ord("{")).all() and (lasts == ord("}")).all())

    @cached_property
    def count(self) -> int:
        """How many there are that are not blank."""
        return sum(1 for _ in self)


def gathered(parts: Sequence[tuple[int, bytes]]) -> Lines:
    """Lines with their numbers, each without its end."""
    return Lines(b"".join(line + b"\n" for _, line in parts), [number for number, _ in parts])


def utf8(data: bytes) -> bytes:
    r"""Lines of JSON, bytes that belong to no UTF-8 written in its strings as Zeek writes them: `\xNN`."""
    try:
        data.decode()
    except UnicodeDecodeError:
        text = data.decode("utf-8", "surrogateescape")
        return _INVALID.sub(lambda found: f"\\\\x{ord(found[0]) - 0xDC00:02x}", text).encode()
    return data
