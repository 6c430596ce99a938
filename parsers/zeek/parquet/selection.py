"""What of a Parquet file has to be read for what is needed of its log.

Source: Apache Parquet, parquet.thrift (Statistics): the least and the greatest value of a column in a group of rows.
"""

from typing import TYPE_CHECKING

import pyarrow as pa

from parsers.query.need import Bound
from parsers.schema import nanoseconds_in
from parsers.zeek.parquet.columns import Columns

if TYPE_CHECKING:
    from pyarrow import parquet


def narrowed(columns: Columns, needed: frozenset[str] | None) -> Columns:
    """The columns that are needed; all where they cannot be told apart by their names in the file."""
    schema = columns.schema
    is_plain = len(set(schema.names)) == len(schema.names) and len(columns.all) == len(schema)
    if needed is None or not is_plain:
        return columns
    kept = [schema[column.way[0]] for column in columns.all if column.field.name in needed]
    return Columns(pa.schema(kept, schema.metadata), columns.log) if kept else columns


def groups(metadata: "parquet.FileMetaData", columns: Columns, bounds: tuple[Bound, ...]) -> list[int]:
    """The groups of rows that may hold such as are needed."""
    own = {column.field.name: column for column in columns.all if len(column.way) == 1}
    places = {metadata.row_group(0).column(n).path_in_schema: n for n in range(metadata.num_columns)} if bounds else {}

    def may_hold(group: int, bound: Bound) -> bool:
        for name in bound.columns:
            column = own.get(name)
            place = places.get(columns.schema[column.way[0]].name) if column else None
            if column is None or place is None:
                return True
            field = columns.schema[column.way[0]]
            reach = ends(metadata.row_group(group).column(place).statistics, field)
            if reach is None or field.type != column.field.type or bound.may_hold(name, *reach):
                return True
        return False

    return [group for group in range(metadata.num_row_groups) if all(may_hold(group, bound) for bound in bounds)]


def ends(found: "parquet.Statistics | None", field: pa.Field) -> tuple[int, int] | None:
    """The least and the greatest value, times and intervals in nanoseconds; None where statistics do not tell."""
    # Of a file of anybody else it is not sure that its numbers stand for what the column becomes.
    if found is None or not found.has_min_max or not (field.metadata and b"zeek" in field.metadata):
        return None
    kind = field.type
    if pa.types.is_integer(kind):
        return int(found.min), int(found.max)
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        step = nanoseconds_in(kind)
        return int(found.min_raw) * step, int(found.max_raw) * step
    return None
