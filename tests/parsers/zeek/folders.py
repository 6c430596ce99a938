"""Files of logs for tests, as they lie in folders."""

import gzip
from collections.abc import Sequence
from pathlib import Path

from parsers.zeek.folder import read_folder
from tests.parsers.packing.tools import packed
from tests.parsers.zeek.logs import gathered, log, values

_PACKERS = {"bz2": "bzip2", "xz": "xz", "zst": "zstd", "lz4": "lz4"}


def put(folder: Path, name: str, *rows: str, path: str = "") -> Path:
    """A log of one column, `a`; it is packed as its name says."""
    return write(folder / name, log("a", "count", *rows, path=path or name.partition(".")[0]))


def write(file: Path, text: str) -> Path:
    """A file and the folders above it; it is packed as its name says."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix == ".gz":
        file.write_bytes(gzip.compress(text.encode()))
    else:
        packer = _PACKERS.get(file.suffix[1:])
        file.write_bytes(packed(packer, text.encode()) if packer else text.encode())
    return file


def cells(paths: Path | Sequence[Path], log: str = "conn", column: str = "a") -> list[object]:
    """A column of a log, in the order of its parts."""
    return values(gathered(read_folder(paths))[0][log], column)
