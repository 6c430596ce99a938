"""Logs as text for tests, and what the readers make of them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa

from parsers import schema
from parsers.updates import Batch, Trouble, Update
from parsers.zeek.folder import read_folder
from parsers.zeek.reader import read

HEAD = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"


def log(fields: str, types: str, *rows: str, path: str = "odd") -> str:
    """A log as Zeek would write it; fields and types are given with spaces between them."""
    names, kinds = fields.replace(" ", "\t"), types.replace(" ", "\t")
    body = "".join(row + "\n" for row in rows)
    opened, closed = "#open\t2024-01-01-00-00-00\n", "#close\t2024-01-02-00-00-00\n"
    return f"{HEAD}#path\t{path}\n{opened}#fields\t{names}\n#types\t{kinds}\n{body}{closed}"


def gathered(updates: Iterable[Update]) -> tuple[dict[str, pa.Table], list[str]]:
    """The whole table of each log, and the troubles as text."""
    parts: dict[str, list[pa.Table]] = {}
    troubles = []
    for update in updates:
        if isinstance(update, Batch):
            parts.setdefault(update.log, []).append(update.table)
        elif isinstance(update, Trouble):
            troubles.append(update.text)
    return {name: schema.joined(tables) for name, tables in parts.items()}, troubles


def read_text(folder: Path, text: str | bytes, name: str = "odd.log") -> tuple[pa.Table, list[str]]:
    """The one log in a file of this text."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    tables, troubles = gathered(read(path))
    (table,) = tables.values()
    return table, troubles


def read_all(folder: Path) -> tuple[dict[str, pa.Table], list[str]]:
    """The logs of a folder."""
    return gathered(read_folder(folder))


def values(table: pa.Table, name: str) -> list[Any]:
    """A column as Python values, times and intervals as whole nanoseconds."""
    column = table.column(name)
    if not pa.types.is_temporal(column.type):
        return list(column.to_pylist())
    return [schema.nanoseconds(scalar) if scalar.is_valid else None for scalar in column]
