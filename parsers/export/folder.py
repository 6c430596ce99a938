"""A folder of logs, written: one file for each log, whatever the format."""

import tempfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

import pyarrow as pa

from parsers import limits
from parsers.capture.workers import aside
from parsers.export.format import Format
from parsers.zeek.rotation import rotated


def write(
    folder: Path,
    logs: Mapping[str, pa.Table],
    format: Format,  # noqa: A002
    *,
    now: datetime | None = None,
    whole: bool = False,
) -> None:
    """Write a file into the folder for each table that has rows, all of them or none.

    The folder is made where it is missing. Nothing is ever overwritten, see `refuse`. `now` and `whole` are the
    format's (`Format.write`). Of large logs another process writes some, as `aside` does.
    """
    written = {log: table for log, table in logs.items() if table.num_rows}
    refuse(folder, written, format)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=folder) as unfinished:

        def write_some(some: Iterable[str]) -> None:
            for log in some:
                with (Path(unfinished) / _file_name(log, format)).open("wb") as file:
                    format.write(file, log, written[log], whole=whole, now=now)

        sizes = {log: table.nbytes for log, table in written.items()}
        one, other = _halves(sizes)
        with aside(partial(write_some, other), alone=sum(sizes.values()) < limits.WRITTEN_ALONE_BYTES) as wait:
            write_some(one)
            wait()
        for path in Path(unfinished).iterdir():
            path.rename(folder / path.name)


def _halves(sizes: Mapping[str, int]) -> tuple[list[str], list[str]]:
    """The logs in two parts of about the same size."""
    parts: tuple[list[str], list[str]] = ([], [])
    ahead = 0
    for log in sorted(sizes, key=lambda log: -sizes[log]):
        parts[ahead > 0].append(log)
        ahead += -sizes[log] if ahead > 0 else sizes[log]
    return parts


def refuse(folder: Path, logs: Iterable[str], form: Format) -> None:
    """Raise FileExistsError where one of the logs is in the folder already.

    That is a file of that name and, of formats that are also read, any that would be read as a part of the same log.
    """
    inside = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    is_read = bool(rotated(f"x{form.suffix}").kind)
    there = {rotated(name).log: name for name in inside if is_read and rotated(name).kind}
    for log in logs:
        if not log or log != Path(log).name:
            raise ValueError(f"{log!r} is no name of a log")
        name = _file_name(log, form)
        if name in inside or log in there:
            raise FileExistsError(f"{name if name in inside else there[log]} is there already")


def _file_name(log: str, form: Format) -> str:
    return f"{log}{form.suffix}"
