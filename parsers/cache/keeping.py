"""Rows are kept: written beside each other under a passing name, which becomes the key's when all is there."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from parsers.cache import eviction, guard, locks, place
from parsers.cache.growing import GrowingLog
from parsers.cache.manifest import NAME, DamagedError, LogFile, Manifest, Part, State
from parsers.cache.shelf import Shelf
from parsers.cancelling import CalledOffError, Cancelled
from parsers.updates import Facts, MadeOf, Trouble


def keep(
    origin: MadeOf,
    facts: Facts | None,
    troubles: Sequence[Trouble],
    logs: Mapping[str, GrowingLog],
    cancelled: Cancelled,
    *,
    whole: bool,
) -> None:
    """Keep settled logs beside those that were kept before, where there is room; `whole` says that there are no others.

    Raises OSError, CalledOffError.
    """
    root = place.made()
    if origin.key is None or root is None:
        return
    folder = root / origin.key
    with _in(folder) as before:
        known = [] if before is None else before.logs
        missing = {log: rows for log, rows in logs.items() if log not in {each.log for each in known}}
        if before is not None and not missing and before.whole == whole:
            return
        if not eviction.make_room(root, sum(rows.bytes for rows in missing.values()), place.most()):
            return
        if before is not None:
            files = _files(folder, missing, cancelled)
            _describe(folder, Manifest(origin.names, facts, list(troubles), [*known, *files], whole))
            eviction.make_room(root, 0, place.most())
            return
    made = Path(tempfile.mkdtemp(prefix=eviction.UNFINISHED, dir=root))
    with _in(made):
        try:
            files = _files(made, missing, cancelled)
            _describe(made, Manifest(origin.names, facts, list(troubles), files, whole))
            # What was expected was a little less than what it came to.
            if eviction.make_room(root, eviction.size(made), place.most()):
                # Another program may have been faster; what is there is as good.
                with suppress(OSError):
                    made.rename(folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)


@contextmanager
def _in(folder: Path) -> Iterator[Manifest | None]:
    """What is in an entry so far, which nobody takes away while this lasts; None where there is none."""
    try:
        lock = locks.used(folder)
    except OSError:
        yield None
        return
    try:
        yield _manifest(folder)
    finally:
        if lock is not None:
            os.close(lock)


def _manifest(folder: Path) -> Manifest | None:
    try:
        return Manifest.read((folder / NAME).read_bytes())
    except (OSError, DamagedError):
        return None


def _describe(folder: Path, manifest: Manifest) -> None:
    made = folder / _unique()
    made.write_bytes(manifest.written())
    made.replace(folder / NAME)


def _files(folder: Path, logs: Mapping[str, GrowingLog], cancelled: Cancelled) -> list[LogFile]:
    files = []
    for log, rows in logs.items():
        if cancelled():
            raise CalledOffError
        files.append(_file(folder, _unique(".arrow"), log, rows.shelf(folder)))
    return files


def _unique(suffix: str = "") -> str:
    """A name that no other program gives."""
    return f"{token_hex(8)}{suffix}"


def _file(folder: Path, name: str, log: str, shelf: Shelf) -> LogFile:
    path = folder / name
    shelf.file.give_name(path)
    # From here on others can find the file, of which rows may be mapped.
    guard.watch(shelf.file.reader, shelf.mappings)
    state = State.of(shelf.file.reader)
    parts = [Part(each.values, list(each.stretches)) for each in shelf.series if each.values is not None]
    return LogFile(log, name, state, parts)
