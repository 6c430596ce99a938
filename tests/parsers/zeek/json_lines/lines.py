"""Logs in JSON for tests, as Zeek and others spell them, and what the reader makes of them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from parsers import escape, schema
from parsers.schema import element_type, zeek_type
from parsers.zeek.reader import read
from tests.parsers.zeek.logs import gathered


def rows(*objects: dict[str, Any]) -> str:
    """Objects, one a line."""
    return "".join(json.dumps(row) + "\n" for row in objects)


def read_logs(folder: Path, text: str | bytes, name: str = "odd.log") -> tuple[dict[str, pa.Table], list[str]]:
    """The logs in a file of this text."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return gathered(read(path))


def read_log(folder: Path, text: str | bytes, name: str = "odd.log") -> tuple[pa.Table, list[str]]:
    """The one log in a file of this text."""
    tables, troubles = read_logs(folder, text, name)
    (table,) = tables.values()
    return table, troubles


class Spelling:
    """A way to write rows as JSON: times, names, and truths as one of Zeek's or its shippers' ways has them."""

    def __init__(self, times: str = "epoch", separator: str = ".", *, texts: bool = False, null: bool = False) -> None:
        self._times = times
        self._separator = separator
        self._texts = texts
        self._null = null

    def written(self, table: pa.Table) -> str:
        """The rows of a table."""
        columns = [
            self._column(column, zeek_type(named)) for named, column in zip(table.schema, table.columns, strict=True)
        ]
        return "".join(self._row(table.column_names, cells) for cells in zip(*columns, strict=True))

    def _row(self, names: list[str], cells: tuple[Any, ...]) -> str:
        row: dict[str, Any] = {}
        for name, cell in zip(names, cells, strict=True):
            if cell is None and not self._null:
                continue
            *outer, last = name.split(".") if self._separator == "{" else [name.replace(".", self._separator)]
            inner = row
            for part in outer:
                inner = inner.setdefault(part, {})
            inner[last] = cell
        return json.dumps(row, ensure_ascii=False) + "\n"

    def _column(self, column: pa.ChunkedArray, kind: str) -> list[Any]:
        inner = element_type(kind)
        if inner:
            lists = column.combine_chunks()
            elements = self._column(pa.chunked_array([lists.flatten()]), inner)
            ends = iter(elements)
            return [None if cell is None else [next(ends) for _ in cell] for cell in lists.to_pylist()]
        if pa.types.is_temporal(column.type):
            steps = [schema.nanoseconds(cell) if cell.is_valid else None for cell in column]
            return [None if step is None else self._time(step, kind) for step in steps]
        cells = column.to_pylist()
        if kind in ("string", "enum", "addr", "subnet"):
            return [None if cell is None else escape.json(cell) for cell in cells]
        return [self._scalar(cell) for cell in cells] if self._texts else cells

    def _time(self, step: int, kind: str) -> Any:
        if kind == "interval" or self._times == "epoch":
            return step / 1_000_000_000
        if self._times == "millis":
            return step // 1_000_000
        whole, rest = divmod(step, 1_000_000_000)
        made = datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return f"{made}.{rest // 1000:06d}Z"

    @staticmethod
    def _scalar(cell: Any) -> Any:
        return (
            {None: None, True: "T", False: "F"}.get(cell, str(cell))
            if not isinstance(cell, int) or isinstance(cell, bool)
            else str(cell)
        )
