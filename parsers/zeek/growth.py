"""Logs that a sensor is still writing, and copies that were taken meanwhile."""

import os
from itertools import islice
from pathlib import Path

from parsers.zeek.header import PREFIX
from parsers.zeek.rotation import rotated

# Where sensors write: zeekctl's spool and its link, a logger's own folder within it, Security Onion's alike.
_FOLDERS = {"current", "spool"}
_NEIGHBOURS = 20
_LAST_BYTES = 256


def is_written(path: Path, size: int) -> bool:
    """Whether a log that ends within a line, and had `size` bytes when it was found, is one that Zeek is writing.

    It has the bare name, and it has grown since, or its folder is one that sensors write in, or none of the logs beside
    it is closed either: that is a copy of such a folder. All other files that end so were cut off.
    """
    name = rotated(path.name)
    if not name.is_bare or name.packed:
        return False
    folders = {path.parent.name, path.parent.parent.name, path.resolve().parent.parent.name}
    return path.stat().st_size != size or not _FOLDERS.isdisjoint(folders) or _lies_among_open_ones(path)


def _lies_among_open_ones(path: Path) -> bool:
    others = (other for other in sorted(path.parent.glob("*.log")) if other != path and other.is_file())
    closed = [_is_closed(other) for other in islice(others, _NEIGHBOURS)]
    return False in closed and True not in closed


def _is_closed(path: Path) -> bool | None:
    """Whether Zeek has written the last line of a log; None of a file that never has such a line."""
    with path.open("rb") as file:
        if file.read(1) != PREFIX:
            return None
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - _LAST_BYTES))
        return b"\n#close" in file.read()
