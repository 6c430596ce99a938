"""Rows that were kept: found again under their key, looked over, and mapped."""

import os
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakSet

import pyarrow as pa

from parsers import schema
from parsers.cache import eviction, guard, locks, place, stream
from parsers.cache.codes import Codes
from parsers.cache.found import Found
from parsers.cache.manifest import NAME, DamagedError, LogFile, Manifest, Part, State
from parsers.cache.stream import Stretch
from parsers.updates import Batch, Trouble

if TYPE_CHECKING:
    from parsers.cache.mapping import Mapping

_READ_BYTES = 1 << 22


def opened(key: str, names: Sequence[str]) -> Found:
    """The rows under a key; `names` are what messages are to call the files that they were made of.

    What is damaged is taken away.
    """
    folder = place.entries() / key
    try:
        lock = locks.used(folder)
    except OSError:
        return Found()
    if lock is None:
        return Found()
    try:
        found = _found(folder, names)
    except (DamagedError, guard.WrittenError, OSError, pa.ArrowException):
        os.close(lock)
        eviction.remove(folder)
        what = "rows that were kept here are damaged; they are made anew"
        return Found(beside=[Trouble(f"{folder}: {what}", harmless=True, passing=True)])
    _in_use.append(lock)
    with suppress(OSError):
        os.utime(folder / NAME)
    return found


# Locks that are held for as long as tables may be: to the end of the program.
_in_use: list[int] = []


def let_go() -> None:
    """No table that was found is used any more."""
    while _in_use:
        os.close(_in_use.pop())


def _found(folder: Path, names: Sequence[str]) -> Found:
    if folder.stat().st_uid != os.geteuid():
        raise DamagedError
    manifest = Manifest.read((folder / NAME).read_bytes())
    logs, batches = [], []
    for each in manifest.logs:
        seen, table = _mapped(folder, each)
        logs.append(seen)
        batches.append(Batch(each.log, table, settled=True))
    if logs != manifest.logs:
        _write_again(folder, replace(manifest, logs=logs))
    facts = [] if manifest.facts is None else [manifest.facts]
    troubles = [_named(trouble, manifest.names, names) for trouble in manifest.troubles]
    return Found(batches, [*facts, *troubles], manifest.whole)


def _named(trouble: Trouble, before: Sequence[str], now: Sequence[str]) -> Trouble:
    text = trouble.text
    for old, new in zip(before, now, strict=True):
        if text.startswith(old):
            text = new + text.removeprefix(old)
    return replace(trouble, text=text)


def _mapped(folder: Path, log: LogFile) -> tuple[LogFile, pa.Table]:
    """The rows of a file that nobody has written into, and the file as it is now. Raises DamagedError."""
    mappings: WeakSet[Mapping] = WeakSet()
    descriptor = os.open(folder / log.file, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        guard.watch(descriptor, mappings)
        state = State.of(descriptor)
        if any(stretch.offset + stretch.size > state.size for stretch in log.stretches()):
            raise DamagedError
        if state != log.state:
            _check(descriptor, log.stretches())
        tables = [table for part in log.parts for table in _part(descriptor, part, mappings)]
    finally:
        os.close(descriptor)
    return replace(log, state=state), tables[0] if len(tables) == 1 else schema.joined(tables)


def _part(descriptor: int, part: Part, mappings: "WeakSet[Mapping]") -> list[pa.Table]:
    codes = Codes.of(stream.mapped(descriptor, part.values, mappings))
    return [codes.decoded(stream.mapped(descriptor, stretch, mappings)) for stretch in part.stretches]


def _check(descriptor: int, stretches: Sequence[Stretch]) -> None:
    """Raise DamagedError unless every byte is what was written."""
    for stretch in stretches:
        checksum, place, end = 0, stretch.offset, stretch.offset + stretch.size
        while place < end:
            some = os.pread(descriptor, min(_READ_BYTES, end - place), place)
            if not some:
                raise DamagedError
            checksum = zlib.crc32(some, checksum)
            place += len(some)
        if checksum != stretch.checksum:
            raise DamagedError


def _write_again(folder: Path, manifest: Manifest) -> None:
    """Remember that the files were looked over; where that cannot be written, they are looked over again."""
    with suppress(OSError):
        made = folder / f"{eviction.UNFINISHED}{os.getpid()}"
        made.write_bytes(manifest.written())
        made.replace(folder / NAME)
