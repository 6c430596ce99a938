"""What the tests of the cache share."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from parsers import limits
from parsers.cache import place
from parsers.cache.origin import Origin, updates
from parsers.source import LogSet
from parsers.updates import Facts, Trouble, Update
from tests.parsers.cache.rows import batch

# Enough for an entry.
SIZE = 4096


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the cache's entries, which is not there yet; anything is worth one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv(place.VARIABLE, raising=False)
    monkeypatch.setattr(place, "_chosen", place._Chosen())
    monkeypatch.setattr(limits, "CACHED_BYTES", 1)
    return place.entries()


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """What stands for a capture: nothing but what rows are known by."""
    path = tmp_path / "a.pcap"
    path.write_bytes(bytes(range(256)) * (SIZE // 256))
    return path


class Reader:
    """Opens captures of two logs and counts how often they are read."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, *captures: Path, told: Sequence[Update] = ()) -> LogSet:
        """The logs as the screen has them when all is read."""

        def read() -> Iterator[Update]:
            self.count += 1
            yield Facts(2, 1, 5)
            yield batch("conn", (5, "b", "10.0.0.1"), (1, "a", "10.0.0.2"), names="ts uid id.orig_h")
            yield batch("dns", (2, "a"), (3, None))
            yield Trouble(f"{captures[0]}: nothing to worry about", harmless=True)
            yield from told

        logs = LogSet()
        logs.read(updates(Origin(captures, captures), read))
        logs.keep()
        return logs


@pytest.fixture
def reader(folder: Path) -> Reader:
    return Reader()
