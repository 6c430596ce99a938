"""Paths that stand for what a process was given open: /dev/stdin, /dev/fd/N."""

import os
from pathlib import Path

STANDARD_INPUT = Path("/dev/stdin")
_FOLDERS = (Path("/dev/fd"), Path("/proc/self/fd"))


def called(path: Path) -> str:
    """What a path is called when it is told of."""
    return "standard input" if path == STANDARD_INPUT else str(path)


def number_of(path: Path) -> int | None:
    """The descriptor that a path stands for."""
    if path == STANDARD_INPUT:
        return 0
    return int(path.name) if path.parent in _FOLDERS and path.name.isdecimal() else None


def taken(number: int) -> int:
    """A descriptor under a new number; the old one is let go, so that nothing else holds on to what is behind it."""
    new = os.dup(number)
    if number == 0:
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
    else:
        os.close(number)
    return new
