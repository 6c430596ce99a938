"""From paths to the reader that fits: captures, folders of Zeek's logs, or logs."""

import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from parsers import packing, pipes
from parsers.pipes import Pipe
from parsers.updates import Batch, OpenError, Trouble, Update, not_opened

if TYPE_CHECKING:
    from parsers.query.need import Asked
    from parsers.zeek.browsing import Browsing

_FIRST_BYTES = 512
# What logs begin with: Zeek's header in any order, JSON, Parquet.
_LOG_STARTS = (b"#separator", b"#fields", b"#set_separator", b"#path", b"#types", b"{", b"PAR1")
_LOG_SUFFIXES = {".log", ".json", ".ndjson", ".parquet"}
_ZIP = b"PK\x03\x04"
# A log that came through a pipe and does not say what it is called.
_NAMELESS = "stdin"


def updates(
    paths: Sequence[Path],
    password: bytes | None = None,
    only: frozenset[str] | None = None,
    *,
    asked: "Asked | None" = None,
    checksums: bool = False,
) -> Iterator[Update]:
    """What the reader of these paths tells, read in this process. Raises OpenError when nothing can be read.

    Of logs it reads `only` those that are named, and of these it may leave out what is not `asked`; of captures it
    leaves packets out, with `checksums`, that have wrong ones.
    """
    found = captures(paths)
    if found:
        from parsers.capture import pipeline

        names = {pipe.path: pipe.name for pipe in pipes.among(found)}
        return chain(_on_the_way(found), pipeline.updates(found, password, names, checksums=checksums))
    if checksums:
        raise OpenError(f"{paths[0]}: these are logs, and checksums are in captures: leave --checksums out")
    from parsers.zeek import folder

    files = [pipes.as_file(path) for path in paths]
    piped = pipes.among(files)
    if only is not None and _NAMELESS in only:
        only |= {pipe.path.name for pipe in piped}
    return chain(_on_the_way(files), _named(folder.read_folder(files, only, asked), piped))


def browsed(paths: Sequence[Path], known: frozenset[str] = frozenset()) -> "Browsing | None":
    """Logs of which only those are read whole that are looked at; None for captures, and for what comes through pipes.

    Logs that are `known` are not read. Raises OpenError as `updates` does.
    """
    if pipes.among([pipes.as_file(path) for path in paths]) or captures(paths):
        return None
    from parsers.zeek.browsing import Browsing

    return Browsing(paths, known)


def captures(paths: Sequence[Path]) -> list[Path]:
    """The captures that these paths name, or that lie in folders without logs; empty when the paths name logs.

    For pipes the files stand that they were copied to. Raises OpenError when there is nothing, or nothing that may be
    read, and when there are both.
    """
    files = [pipes.as_file(path) for path in paths]
    found: list[Path] = []
    logs: list[Path] = []
    # Beside others that can be read it is their reader that tells of these.
    failures: dict[Path, OpenError] = {}
    for path in files:
        try:
            inside = _captures_in(path) if _is_folder(path) else [path] * is_capture(path)
        except OpenError as error:
            failures[path] = error
            inside = [path]
        found += inside
        logs += [path] * (not inside)
    certain = [path for path in found if path not in failures]
    if not certain and not logs:
        raise failures[files[0]]
    if certain and logs:
        both = f"{certain[0]} is a capture, {logs[0]} is not"
        raise OpenError(f"{_with_names(both, pipes.among(files))}: open captures or logs, not both at once")
    return found if certain else []


def _on_the_way(files: Sequence[Path]) -> Iterator[Update]:
    """What went wrong on the way from pipes to these files."""
    for pipe in pipes.among(files):
        yield from pipe.troubles()


def _named(updates: Iterator[Update], found: Sequence[Pipe]) -> Iterator[Update]:
    """The same updates, in which what came through a pipe is called what the pipe is called."""
    try:
        for update in updates:
            match update:
                case Trouble(text):
                    yield replace(update, text=_with_names(text, found))
                case Batch(log) if log in {pipe.path.name for pipe in found}:
                    yield replace(update, log=_NAMELESS)
                case _:
                    yield update
    except OpenError as error:
        raise type(error)(_with_names(str(error), found)) from None


def _with_names(text: str, found: Sequence[Pipe]) -> str:
    for pipe in found:
        text = text.replace(str(pipe.path), pipe.name)
        # Of a log, places are told with the name of its file alone.
        if text.startswith(f"{pipe.path.name}:"):
            text = pipe.name + text.removeprefix(pipe.path.name)
    return text


def is_capture(path: Path) -> bool:
    """Whether a file is to be read as a capture: any that is not a log by its beginning or by its name.

    Raises OpenError when there is nothing, or nothing that may be read.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise OpenError(f"{path}: is no file and no folder; give a capture or a folder of Zeek logs")
        first = _first_bytes(path)
    except OSError as error:
        raise not_opened(path, error) from None
    if first.startswith(_LOG_STARTS):
        return False
    # Snort calls its captures snort.log and a number.
    return _LOG_SUFFIXES.isdisjoint(path.suffixes) or _begins_as_capture(first)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:
        raise not_opened(path, error) from None


def _captures_in(folder: Path) -> list[Path]:
    """The captures in a folder, and what may be one; none where a log lies in it too."""
    found, unknown = [], []
    try:
        inside = sorted(folder.iterdir())
    except OSError as error:
        raise not_opened(folder, error) from None
    for path in inside:
        if path.name.startswith(".") or not path.is_file():
            continue
        try:
            if not is_capture(path):
                return []
            if _begins_as_capture(_first_bytes(path)):
                found.append(path)
        except OpenError:
            unknown.append(path)
    return sorted(found + unknown) if found else []


def _begins_as_capture(first: bytes) -> bool:
    from parsers.capture.formats.registry import recognise

    return recognise(first) is not None or first.startswith(_ZIP)


def _first_bytes(path: Path) -> bytes:
    """The beginning of a file, unpacked; nothing where it cannot be unpacked."""
    with path.open("rb") as file:
        return packing.beginning(file, _FIRST_BYTES)
