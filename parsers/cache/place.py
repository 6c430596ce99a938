"""Where rows lie that memory does not hold, and how much of the disk they may take."""

import os
import shutil
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from parsers import limits

# The bound of the folder, such as 5GB, where it is not said on the command line.
VARIABLE = "ZEEKTUI_CACHE_SIZE"
_PRIVATE = 0o700
_ENTRIES = "rows"


@dataclass
class _Chosen:
    kept: bool = True
    most: int | None = None


_chosen = _Chosen()


def choose(*, kept: bool, most: int | None = None) -> None:
    """Say whether rows are kept for the next time, otherwise they are gone with the program, and the folder's bound."""
    _chosen.kept = kept
    _chosen.most = most


def is_kept() -> bool:
    """Whether rows are kept for the next time."""
    return _chosen.kept


def folder() -> Path:
    """The cache's folder, whether it is there or not."""
    told = os.environ.get("XDG_CACHE_HOME", "")
    # The standard wants what is not absolute to be ignored.
    return (Path(told) if Path(told).is_absolute() else Path.home() / ".cache") / "zeektui"


def most() -> int:
    """How many bytes of the disk what is kept may take: a part of it, unless told otherwise."""
    if _chosen.most is not None:
        return _chosen.most
    if told := os.environ.get(VARIABLE):
        # Loaded for those who ask: it takes its time.
        from parsers.literals import count

        with suppress(ValueError):
            return int(count(told))
    return min(shutil.disk_usage(folder()).total // limits.CACHE_SHARE, limits.CACHE_BYTES)


def entries() -> Path:
    """The folder of what is kept, whether it is there or not."""
    return folder() / _ENTRIES


def made() -> Path | None:
    """The folder of what is kept, made where it is missing; None where it cannot be used, or is not this user's."""
    own = _made(folder())
    return own and _made(own / _ENTRIES)


def _made(path: Path) -> Path | None:
    try:
        path.mkdir(_PRIVATE, parents=True, exist_ok=True)
        status = path.stat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
            return None
        if stat.S_IMODE(status.st_mode) != _PRIVATE:
            path.chmod(_PRIVATE)
    except OSError:
        return None
    return path if os.access(path, os.W_OK | os.X_OK) else None


def for_files() -> Path:
    """Where files without a name are made: in the cache, for they may become part of it, else beside memory."""
    from parsers import scratch

    path = made() if _chosen.kept else None
    return scratch.folder() if path is None else path
