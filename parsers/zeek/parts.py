"""The files of one log in the order of time."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cached_property
from itertools import islice
from pathlib import Path

from parsers.zeek import known
from parsers.zeek.head import Head, head
from parsers.zeek.header import log_name
from parsers.zeek.parquet.reader import log_of
from parsers.zeek.rotation import rotated

_NUMBERS = re.compile(r"(\d+)")
_ONE_DAY = re.compile(r"day=(\d{4}-\d\d-\d\d)")
_LONG_AGO = float("-inf")
# A day's folder may be that many folders up: hours, nodes of a cluster.
_DAY_FOLDERS = 3


class Part:
    """A log's file; what its name does not tell, its first lines are asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = rotated(path.name)

    @cached_property
    def _head(self) -> Head:
        return head(self.path)

    @cached_property
    def _by_name(self) -> str:
        return log_of(self.path) if self.name.kind == "parquet" else log_name(self.name.log)

    @property
    def _is_called_right(self) -> bool:
        """Whether the name of the file is that of a log of Zeek's, and such as no one but a sensor gives."""
        return (self.name.time is not None or self.name.kind == "parquet") and known.columns(self._by_name) is not None

    @cached_property
    def log(self) -> str:
        """The log that the file's first rows belong to, near enough to put its parts together."""
        return self._by_name if self._is_called_right else self._head.log or self._by_name

    def may_hold(self, logs: frozenset[str]) -> bool:
        """Whether there may be rows of these logs in the file; one that is called after another log has none."""
        return self.log in logs or not (self.log == self._by_name and known.columns(self.log))

    @cached_property
    def day(self) -> float | None:
        """The beginning of the only day that there are rows of, in seconds, where the folder tells (day=2020-10-12)."""
        found = _ONE_DAY.fullmatch(self.path.parent.name)
        try:
            return datetime.fromisoformat(f"{found[1]}T00:00Z").timestamp() if found else None
        except ValueError:
            return None

    @cached_property
    def start(self) -> float | None:
        """When the file begins, in seconds by the sensor's clock, as far as that is known."""
        folders = list(islice(reversed(self.path.parent.parts), _DAY_FOLDERS))
        by_name = self.name.start(folders)
        if by_name is not None:
            return by_name
        begun = self._head.start
        if begun is None:
            return None
        return self.name.start(folders, datetime.fromtimestamp(begun, UTC).date()) or begun


def in_order(parts: Iterable[Part]) -> list[Part]:
    """Parts of one log in the order of time; one with the bare name is the last of its folder: it is written to."""
    some = list(parts)
    if len(some) < 2:
        return some
    days = Counter(part.day for part in some)
    if None not in days and max(days.values()) == 1:
        # Nothing has to be looked up in any file.
        return sorted(some, key=lambda part: part.day or 0)
    latest: dict[Path, float] = {}
    for part in some:
        if part.start is not None and not part.name.is_bare:
            latest[part.path.parent] = max(part.start, latest.get(part.path.parent, _LONG_AGO))

    def place(part: Part) -> tuple[float, bool, int, list[str | int]]:
        start = _LONG_AGO if part.start is None else part.start
        if part.name.is_bare:
            start = max(start, latest.get(part.path.parent, _LONG_AGO))
        return start, part.name.is_bare, -part.name.turn, _natural(part.path)

    return sorted(some, key=place)


def _natural(path: Path) -> list[str | int]:
    """A path such that 10 comes after 9."""
    return [int(piece) if piece.isdecimal() else piece for piece in _NUMBERS.split(str(path))]
