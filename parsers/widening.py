"""Columns of which only values have told the type, as in JSON: parts of a log get the type that holds them all."""

import json
from collections.abc import Sequence
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from parsers.schema import arrow_field, element_type, zeek_type


def inferred_field(name: str, kind: str) -> pa.Field:
    """A column of which only values have told the Zeek type."""
    made = arrow_field(name, kind)
    return made.with_metadata({**made.metadata, "inferred": "T"})


def is_inferred(column: pa.Field) -> bool:
    """Whether only values have told the column's type: it may become a wider one."""
    return b"inferred" in (column.metadata or {})


def wider(one: str, other: str) -> str:
    """The Zeek type that holds the values of two inferred ones."""
    if one == other:
        return one
    inner, other_inner = element_type(one), element_type(other)
    if inner and other_inner:
        return f"vector[{wider(inner, other_inner)}]"
    return "double" if "double" in (one, other) and {one, other} <= {"int", "count", "double"} else "string"


def widened(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """A column of an inferred type as a wider one; as text it is what stands in a log."""
    if column.type == kind:
        return column
    if pa.types.is_list(column.type):
        if pa.types.is_list(kind):
            values = widened(column.values, kind.value_type)
            return pa.ListArray.from_arrays(column.offsets, values, type=kind, mask=column.is_null())
        lists = (None if cell is None else json.dumps(cell, ensure_ascii=False) for cell in column.to_pylist())
        return pa.array(lists, kind)
    if pa.types.is_boolean(column.type):
        return pc.if_else(column, "T", "F")
    return column.cast(kind, safe=False)


def of_one_type(tables: Sequence[pa.Table]) -> list[pa.Table]:
    """Parts of one log, each inferred column of the type that holds it in all of them."""
    fields: dict[str, list[pa.Field]] = {}
    for table in tables:
        for named in table.schema:
            fields.setdefault(named.name, []).append(named)
    wanted = {
        name: inferred_field(name, reduce(wider, map(zeek_type, some)))
        for name, some in fields.items()
        if all(map(is_inferred, some)) and len({zeek_type(named) for named in some}) > 1
    }
    return [_with(table, wanted) for table in tables] if wanted else list(tables)


def _with(table: pa.Table, wanted: dict[str, pa.Field]) -> pa.Table:
    for place, named in enumerate(table.schema):
        other = wanted.get(named.name)
        if other is not None and other.type != named.type:
            chunks = [widened(chunk, other.type) for chunk in table.column(place).chunks]
            table = table.set_column(place, other, pa.chunked_array(chunks, other.type))
    return table
