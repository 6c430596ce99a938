"""A sensor's folder of logs in other forms than the one that it was made in."""

import gzip
import shutil
import subprocess
from pathlib import Path

from tests.processes import PROGRAM

# What gzip takes when nobody asks for anything.
_LEVEL = 6


def as_json(folder: Path, target: Path) -> None:
    """The same logs as JSON lines, as Zeek writes them."""
    subprocess.run([PROGRAM, folder, "--write", target, "--format", "json"], check=True)


def packed(folder: Path, target: Path) -> None:
    """The same files, gzipped."""
    target.mkdir()
    for path in sorted(folder.iterdir()):
        with path.open("rb") as source, gzip.open(target / f"{path.name}.gz", "wb", _LEVEL) as file:
            shutil.copyfileobj(source, file, 1 << 20)
