"""Where some rows of a log stand, so that they can be read once more without all others."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from parsers.updates import Batch


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whole lines of a file: `size` bytes from the byte `start` on, once it is unpacked; the first has that number."""

    path: Path
    start: int
    size: int
    line: int


@dataclass(frozen=True, slots=True)
class Group:
    """A group of rows of a Parquet file, and which of the tables that come of it."""

    path: Path
    number: int
    turn: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """Small files that are read as one, and which of the tables that come of them."""

    paths: tuple[Path, ...]
    turn: int


Place: TypeAlias = Stretch | Group | Bundle


@dataclass(frozen=True, slots=True)
class Placed(Batch):
    """Rows of a log of which the place is known."""

    place: Place | None = None
