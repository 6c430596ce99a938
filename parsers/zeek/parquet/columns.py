"""Parquet's columns as those of a log: each as the Arrow type that stands for its Zeek type.

A file that this program wrote says the Zeek types; of any other the log's name does where Zeek has such a log, and the
columns' own types where not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from parsers import escape
from parsers.schema import FAR_TIME, REPEATED, TEXT, arrow_field, arrow_type, far, zeek_type
from parsers.zeek import known
from parsers.zeek.parquet.values import converted
from parsers.zeek.values import Mask

# Records in records, as deep as they become columns.
_DEPTH = 8


@dataclass(frozen=True)
class Column:
    """One column of a log: where it lies in the file's batches, and what becomes of it."""

    way: tuple[int, ...]
    field: pa.Field

    def of(self, batch: pa.RecordBatch) -> tuple[pa.Array, Mask]:
        """The column of a batch, and the rows in which it holds nothing of its type: it is unset there."""
        column = batch.column(self.way[0])
        for place in self.way[1:]:
            # A field of something that is not set is not set.
            column = pc.struct_field(column, place)
        return converted(column, self.field.type)


@dataclass(frozen=True)
class Columns:
    """The columns of a file of one log."""

    schema: pa.Schema
    log: str

    @cached_property
    def all(self) -> list[Column]:
        """One for each, and for each field of those that are records."""
        seen: set[str] = set()
        made = []
        for way, name, field in _leaves(self.schema, (), ""):
            number, distinct = 2, name
            while distinct in seen:
                number, distinct = number + 1, f"{name}_{number}"
            seen.add(distinct)
            made.append(Column(way, self._field(distinct, field)))
        return made

    def _field(self, name: str, own: pa.Field) -> pa.Field:
        said = own.metadata and own.metadata.get(b"zeek")
        known_field = self._known.get(name)
        if said:
            kind = escape.text(said)
            wanted = known_field.type if known_field is not None and zeek_type(known_field) == kind else None
            return arrow_field(name, kind, _kept(own.type, wanted or arrow_type(kind)))
        if known_field is not None:
            return known_field.with_type(_kept(own.type, known_field.type))
        kind = _inferred(own.type)
        return arrow_field(name, kind, _kept(own.type, arrow_type(kind)))

    @cached_property
    def _known(self) -> dict[str, pa.Field]:
        return {named.name: named for named in (*known.optional(self.log), *(known.columns(self.log) or ()))}

    @property
    def fields(self) -> list[pa.Field]:
        """The columns of the log."""
        return [column.field for column in self.all]

    @cached_property
    def repeated(self) -> list[str]:
        """The columns of text that become dictionaries: Arrow can read them as such."""
        names = (self.schema[column.way[0]] for column in self.all if column.field.type == REPEATED)
        return [own.name for own in names if own.type == TEXT]

    def table(self, batch: pa.RecordBatch) -> tuple[pa.Table, dict[str, int]]:
        """The rows of a batch, and how many cells of which column are unset because they hold nothing of its type."""
        arrays, lost = [], {}
        for column in self.all:
            made, wrong = column.of(batch)
            arrays.append(made)
            if wrong.any():
                lost[column.field.name] = int(wrong.sum())
        fields = [column.field.with_type(made.type) for column, made in zip(self.all, arrays, strict=True)]
        return pa.Table.from_arrays(arrays, schema=pa.schema(fields)), lost


def _leaves(
    fields: pa.Schema | pa.StructType, way: tuple[int, ...], above: str
) -> Iterator[tuple[tuple[int, ...], str, pa.Field]]:
    """The columns that hold no others: the way to each, its name with points, its field."""
    for place, field in enumerate(fields):
        name = above + escape.text(field.name.encode())
        if pa.types.is_struct(field.type) and field.type.num_fields and len(way) < _DEPTH:
            yield from _leaves(field.type, (*way, place), f"{name}.")
        else:
            yield (*way, place), name, field


def _kept(own: pa.DataType, wanted: pa.DataType) -> pa.DataType:
    """The type of a column: a time that the file keeps in microseconds stays so."""
    return far(wanted) if own in (FAR_TIME, pa.list_(FAR_TIME)) else wanted


def _inferred(kind: pa.DataType) -> str:
    """The Zeek type that comes nearest to one of Arrow's."""
    types = pa.types
    if types.is_dictionary(kind):
        return _inferred(kind.value_type)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        inner = _inferred(kind.value_type)
        return f"vector[{'string' if inner.startswith('vector') else inner}]"
    kinds = {
        "time": types.is_timestamp(kind) or types.is_date(kind),
        "interval": types.is_duration(kind) or types.is_time(kind),
        "bool": types.is_boolean(kind),
        "count": types.is_unsigned_integer(kind),
        "int": types.is_signed_integer(kind),
        "double": types.is_floating(kind) or types.is_decimal(kind),
    }
    return next((name for name, fits in kinds.items() if fits), "string")
