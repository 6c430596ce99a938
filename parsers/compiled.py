"""What runs of the analysers: the machine code that was made of them when zeektui was installed, or their sources.

Python takes machine code that lies beside a source. Sources run where there is none, where they are younger than it (as
when somebody works on them), and with ZEEKTUI_COMPILED=0 in the environment.
"""

import os
import sys
from collections.abc import Iterator
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from importlib.util import find_spec
from pathlib import Path

# Made by an installation whose sources may change: when its machine code was made.
_STAMP = ".compiled"


def choose(folder: str) -> None:
    """Leave the machine code in a package's folder aside where its sources are to run."""
    if os.environ.get("ZEEKTUI_COMPILED") == "0" or _is_outdated(folder):
        for place, _ in _contents(folder):
            sys.path_importer_cache[place] = FileFinder(place, (SourceFileLoader, SOURCE_SUFFIXES))


def is_used() -> bool:
    """Whether machine code runs."""
    spec = find_spec("parsers.escape")
    return spec is not None and spec.origin is not None and spec.origin.endswith(tuple(EXTENSION_SUFFIXES))


def _is_outdated(folder: str) -> bool:
    try:
        made = Path(folder, _STAMP).stat().st_mtime_ns
    except FileNotFoundError:
        return False
    return any(
        entry.stat().st_mtime_ns > made
        for _, entries in _contents(folder)
        for entry in entries
        if entry.name.endswith(".py")
    )


def _contents(folder: str) -> Iterator[tuple[str, list[os.DirEntry[str]]]]:
    """A folder and the packages inside it, with what is in each."""
    entries = list(os.scandir(folder))
    yield folder, entries
    for entry in entries:
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _contents(entry.path)
