"""The beginning of a log, by which it is known again under other names: its header and its first row."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from parsers import limits, packing
from parsers.zeek.header import PREFIX

_NOTHING = b"\0"


def of_file(file: int) -> tuple[bytes | None, int]:
    """The beginning of an open file, and the byte that it is at; None while there is no whole row."""
    start = _start(file)
    return _digest(os.pread(file, limits.LOG_SNIFFED_BYTES, start)), start


def of_path(path: Path) -> bytes | None:
    """The beginning of a file, unpacked; None where there is no whole row, or the file cannot be read."""
    try:
        with path.open("rb") as file:
            return _digest(_first(packing.unpacked(file)))
    except OSError:
        return None


def _first(pieces: Iterable[bytes]) -> bytes:
    first = b""
    try:
        for piece in pieces:
            first += piece if first else piece.lstrip(_NOTHING)
            if len(first) >= limits.LOG_SNIFFED_BYTES:
                break
    except packing.DamagedError:
        pass
    return first[: limits.LOG_SNIFFED_BYTES]


def _start(file: int) -> int:
    """Where a file begins: one that was cut to nothing while it was written has a hole before what came after."""
    if os.pread(file, 1, 0) != _NOTHING:
        return 0
    try:
        place = os.lseek(file, 0, os.SEEK_DATA)
    except OSError:
        return os.fstat(file).st_size
    while piece := os.pread(file, limits.LOG_SNIFFED_BYTES, place):
        if data := piece.lstrip(_NOTHING):
            return place + len(piece) - len(data)
        place += len(piece)
    return place


def _digest(first: bytes) -> bytes | None:
    place = 0
    while place < len(first):
        end = first.find(b"\n", place) + 1
        if not end:
            break
        if not first.startswith((PREFIX, b"\n"), place):
            return hashlib.sha256(first[:end]).digest()
        place = end
    return hashlib.sha256(first).digest() if len(first) == limits.LOG_SNIFFED_BYTES else None
