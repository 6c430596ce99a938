"""From a path to the reader that fits: a capture, a folder of Zeek's logs, or one log."""

import gzip
import stat
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from parsers.updates import OpenError, Update, not_opened

_LOG_STARTS = (b"#separator", b"#fields", b"#set_separator", b"#path", b"#types")


def is_capture(path: Path) -> bool:
    """Whether the path is to be read as a capture; a folder and a file that begins as a Zeek log are logs.

    Raises OpenError when there is nothing, or nothing that may be read.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return False
        if not stat.S_ISREG(mode):
            raise OpenError(f"{path}: is no file and no folder; give a capture or a folder of Zeek logs")
        return not _first_bytes(path).startswith(_LOG_STARTS) and not path.name.endswith((".log", ".log.gz"))
    except OSError as error:
        raise not_opened(path, error) from None


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        first = file.read(512)
    if first.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(path) as packed:
                return packed.read(64)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            return b""
    return first


def are_captures(paths: Sequence[Path]) -> bool:
    """Whether all these are to be read as captures, and not as logs. Raises OpenError as `is_capture` does."""
    if len(paths) > 1:
        raise OpenError(f"{paths[1]}: only one capture, folder or log is opened at a time")
    return is_capture(paths[0])


def updates(paths: Sequence[Path], password: bytes | None = None) -> Iterator[Update]:
    """What the reader of these paths tells, read in this process. Raises OpenError when nothing can be read."""
    if are_captures(paths):
        from parsers.capture import pipeline

        return pipeline.updates(paths, password)
    from parsers.zeek import folder

    return folder.read_folder(paths[0])
