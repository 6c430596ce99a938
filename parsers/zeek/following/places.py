"""The files in which logs lie, found again and again."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from parsers.updates import OpenError, Trouble
from parsers.zeek.discovery import Discovery
from parsers.zeek.rotation import rotated

# zeekctl's links to logs that are written are called so.
_OPEN = "current"
# A folder that has just changed may change once more at the same time, as far as its clock can tell.
_CLOCK_NANOSECONDS = 2_000_000_000


class Identity(NamedTuple):
    """What tells a file from others, whatever it is called; while it is written, the first two do."""

    device: int
    inode: int
    changed: int
    size: int


def identified(path: Path) -> Identity | None:
    """The file that has a name now, if there is one."""
    try:
        status = path.stat()
    except OSError:
        return None
    return Identity(status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size)


class Places:
    """The logs in folders and files as they were found last.

    Zeek may write to those that are `growing`, to `finished` ones nobody does; `left_out` is what was said of others
    at the first look at which there were logs.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self.growing: list[Path] = []
        self.finished: dict[Path, Identity] = {}
        self.left_out: list[Trouble] = []
        self._paths = paths
        self._folders: dict[Path, int] = {}

    def look(self) -> None:
        """See what is there, if that may be something else than before."""
        if self._folders and all(_changed(folder) == at for folder, at in self._folders.items()):
            return
        now = time.time_ns()
        self.growing, self.finished, self._folders = [], {}, {}
        try:
            found = Discovery(self._paths)
        except OpenError:
            # No log is there yet, or none any more.
            return
        self.left_out = found.left_out
        if all(path in found.folders for path in self._paths):
            self._folders = {
                folder: at if now - at > _CLOCK_NANOSECONDS else -1 for folder, at in found.folders.items()
            }
        for path in found.sizes:
            if self._is_growing(path):
                self.growing.append(path)
            elif identity := identified(path):
                self.finished[path] = identity

    def _is_growing(self, path: Path) -> bool:
        name = rotated(path.name)
        is_open = name.is_bare or _OPEN in path.name or path in self._paths
        return is_open and not name.packed and name.kind != "parquet"


def _changed(folder: Path) -> int | None:
    identity = identified(folder)
    return identity and identity.changed
