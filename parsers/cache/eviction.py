"""Room in the cache: what was not used for the longest time goes first, what is in use stays."""

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from parsers.cache import locks, manifest

# Entries that are being written, or taken away.
UNFINISHED = ".unfinished-"


@dataclass(frozen=True, slots=True)
class _Found:
    path: Path
    size: int
    last_use: int


def make_room(folder: Path, needed: int, most: int) -> bool:
    """Take entries away until there is room for one of this size; whether there is."""
    for path in _unfinished(folder):
        remove(path)
    entries = sorted(_entries(folder), key=lambda entry: entry.last_use)
    total = sum(entry.size for entry in entries)
    for entry in entries:
        if total + needed <= most:
            break
        if remove(entry.path):
            total -= entry.size
    return total + needed <= most


def remove(path: Path) -> bool:
    """Take an entry away that nobody uses; whether that was so."""
    with locks.unused(path) as free:
        if not free:
            return False
        gone = path.with_name(f"{UNFINISHED}{os.getpid()}-{path.name.removeprefix(UNFINISHED)}")
        with suppress(OSError):
            path.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
        return not path.exists()


def _entries(folder: Path) -> list[_Found]:
    with suppress(OSError):
        kept = [path for path in folder.iterdir() if not path.name.startswith(UNFINISHED)]
        return [_Found(path, size(path), _last_use(path)) for path in kept]
    return []


def _unfinished(folder: Path) -> list[Path]:
    with suppress(OSError):
        return [path for path in folder.iterdir() if path.name.startswith(UNFINISHED)]
    return []


def size(path: Path) -> int:
    """How many bytes the files of an entry have."""
    total = 0
    with suppress(OSError):
        for file in path.iterdir():
            with suppress(OSError):
                total += file.lstat().st_size
    return total


def _last_use(path: Path) -> int:
    with suppress(OSError):
        return (path / manifest.NAME).stat().st_mtime_ns
    return 0
