"""Rows to keep."""

from typing import Any

import pyarrow as pa

from parsers.schema import arrow_field
from parsers.source import LogSet
from parsers.updates import Batch

_TYPES = {"ts": "time", "id.orig_h": "addr"}


def table(*rows: tuple[Any, ...], names: str = "ts uid") -> pa.Table:
    """Rows of text columns, of addresses and times where they are called so."""
    fields = [arrow_field(name, _TYPES.get(name, "string")) for name in names.split()]
    columns = [pa.array([row[place] for row in rows], field.type) for place, field in enumerate(fields)]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def batch(log: str, *rows: tuple[Any, ...], names: str = "ts uid") -> Batch:
    """The same as a reader tells it."""
    return Batch(log, table(*rows, names=names))


def cells(whole: pa.Table) -> list[tuple[Any, ...]]:
    """The rows that such a table was made of."""
    columns = [column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column for column in whole.columns]
    return list(zip(*(column.to_pylist() for column in columns), strict=True))


def all_cells(logs: LogSet) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of each log."""
    return {log: cells(whole) for log, whole in logs.tables.items()}
