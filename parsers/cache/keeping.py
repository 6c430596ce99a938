"""Rows are kept: written beside each other under a passing name, which becomes the key's when all is there."""

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from parsers.cache import eviction, locks, place
from parsers.cache.growing import GrowingLog
from parsers.cache.manifest import NAME, LogFile, Manifest, Part, State
from parsers.cache.origin import Origin
from parsers.cache.shelf import Shelf
from parsers.cancelling import CalledOffError, Cancelled
from parsers.updates import Facts, Trouble


def keep(
    origin: Origin,
    facts: Facts | None,
    troubles: Sequence[Trouble],
    logs: Mapping[str, GrowingLog],
    cancelled: Cancelled,
) -> None:
    """Keep settled logs, where there is room for them. Raises OSError, CalledOffError."""
    root = place.made()
    if origin.key is None or root is None:
        return
    if not eviction.make_room(root, sum(log.bytes for log in logs.values()), place.most()):
        return
    folder = Path(tempfile.mkdtemp(prefix=eviction.UNFINISHED, dir=root))
    lock = locks.used(folder)
    try:
        files = []
        for number, (log, rows) in enumerate(logs.items()):
            if cancelled():
                raise CalledOffError
            files.append(_file(folder, f"{number}.arrow", log, rows.shelf(root)))
        (folder / NAME).write_bytes(Manifest(origin.names, facts, list(troubles), files).written())
        # Another program may have been faster; what is there is as good.
        with suppress(OSError):
            folder.rename(root / origin.key)
    finally:
        if lock is not None:
            os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)


def _file(folder: Path, name: str, log: str, shelf: Shelf) -> LogFile:
    path = folder / name
    shelf.file.give_name(path)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        state = State.of(descriptor)
    finally:
        os.close(descriptor)
    parts = [Part(each.values, list(each.stretches)) for each in shelf.series if each.values is not None]
    return LogFile(log, name, state, parts)
