"""A folder of logs, written: one file for each log, whatever the format."""

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from parsers.export.format import Format


def write(
    folder: Path,
    logs: Mapping[str, pa.Table],
    format: Format,  # noqa: A002
    *,
    now: datetime | None = None,
    whole: bool = False,
) -> None:
    """Write a file into the folder for each table that has rows, all of them or none.

    The folder is made where it is missing. Nothing is ever overwritten: FileExistsError when one of the files is
    there already. `now` and `whole` are the format's (`Format.write`).
    """
    targets = {log: folder / f"{log}{format.suffix}" for log, table in logs.items() if table.num_rows}
    for log, target in targets.items():
        if not log or log != Path(log).name:
            raise ValueError(f"{log!r} is no name of a log")
        if target.exists():
            raise FileExistsError(f"{target.name} is there already")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=folder) as unfinished:
        for log, target in targets.items():
            with (Path(unfinished) / target.name).open("wb") as file:
                format.write(file, log, logs[log], whole=whole, now=now)
        for target in targets.values():
            (Path(unfinished) / target.name).rename(target)
