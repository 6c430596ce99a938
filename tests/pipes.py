"""Pipes as a shell hands them over."""

import os
from itertools import count
from pathlib import Path

# Numbers that nothing else is given.
HIGH = count(200)


def opened() -> tuple[Path, int]:
    """A pipe, and the descriptor to write into it."""
    reading, writing = os.pipe()
    number = next(HIGH)
    os.dup2(reading, number)
    os.close(reading)
    return Path(f"/dev/fd/{number}"), writing


def filled(content: bytes) -> Path:
    """A pipe that has been written into and closed."""
    path, writing = opened()
    os.write(writing, content)
    os.close(writing)
    return path
