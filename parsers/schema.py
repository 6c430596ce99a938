"""What a log's columns are: Zeek's types, the Arrow types that stand for them, frames of both."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    import pandas as pd

Row: TypeAlias = tuple[Any, ...]
# A log's rows: as Arrow has them, or as a DataFrame made of that (`frame`).
Log: TypeAlias = "pa.Table | pd.DataFrame"

TEXT = pa.string()
REPEATED = pa.dictionary(pa.int32(), pa.string())

# Times that 64 bits of nanoseconds do not hold, those after 2262: certificates are often valid until 9999.
FAR_TIME = pa.timestamp("us", tz="UTC")
_NANOSECONDS = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1000, "ns": 1}

# Times and intervals are whole nanoseconds: a float64 of epoch seconds is only exact to a quarter microsecond.
ARROW_TYPES: dict[str, pa.DataType] = {
    "time": pa.timestamp("ns", tz="UTC"),
    "interval": pa.duration("ns"),
    "count": pa.uint64(),
    "int": pa.int64(),
    "double": pa.float64(),
    "port": pa.uint16(),
    "bool": pa.bool_(),
    "addr": REPEATED,
    "subnet": REPEATED,
    "enum": REPEATED,
    "string": TEXT,
    "pattern": TEXT,
    "func": TEXT,
}


def element_type(zeek_type: str) -> str | None:
    """The `T` of `set[T]` or `vector[T]`; None for a scalar type."""
    if zeek_type.startswith(("set[", "vector[")) and zeek_type.endswith("]"):
        return zeek_type[zeek_type.index("[") + 1 : -1]
    return None


def arrow_type(zeek_type: str) -> pa.DataType:
    """The Arrow type that stands for a Zeek type; a type that nobody knows is text.

    Dictionaries are for scalars only: Arrow has few kernels for lists of them.
    """
    inner = element_type(zeek_type)
    if inner is None:
        return ARROW_TYPES.get(zeek_type, TEXT)
    scalar = arrow_type(inner)
    return pa.list_(TEXT if scalar == REPEATED else scalar)


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a log.

    `rank` is its place in the first set of columns (1 is leftmost, 0 is not in it); `repeats` marks a
    string column whose values come back so often that a dictionary is smaller; `far` marks a time of any
    year, which is kept in microseconds; `added` marks a column that Zeek's log does not have by default.
    """

    name: str
    type: str
    meaning: str
    rank: int = 0
    repeats: bool = False
    far: bool = False
    added: bool = False

    @property
    def arrow(self) -> pa.DataType:
        if self.far:
            return far(arrow_type(self.type))
        return REPEATED if self.repeats and self.type == "string" else arrow_type(self.type)


@dataclass(frozen=True)
class Record:
    """One log: its name, what a row of it stands for, its colour on the screen, its fields in Zeek's order."""

    name: str
    meaning: str
    colour: str
    fields: tuple[Field, ...]

    @cached_property
    def names(self) -> list[str]:
        return [field.name for field in self.fields]

    @cached_property
    def types(self) -> dict[str, str]:
        return {field.name: field.type for field in self.fields}

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    @cached_property
    def first_columns(self) -> list[str]:
        """The names of the first set of columns, from left to right."""
        return [field.name for field in sorted(self.fields, key=lambda f: f.rank) if field.rank]

    @cached_property
    def arrow(self) -> pa.Schema:
        """The Arrow schema; each field carries its Zeek type as metadata (`zeek`)."""
        return pa.schema([arrow_field(field.name, field.type, field.arrow) for field in self.fields])

    def table(self, rows: Sequence[Row], last: Sequence[pa.Array] = ()) -> pa.Table:
        """Rows in field order, times and intervals as integer nanoseconds, as an Arrow table.

        Their `last` columns may be there already.
        """
        count = len(self.fields) - len(last)
        columns: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else [()] * count
        arrays = [_array(column, field.type) for column, field in zip(columns, list(self.arrow)[:count], strict=True)]
        return pa.Table.from_arrays([*arrays, *last], schema=self.arrow)

    def rows(self, table: pa.Table) -> Iterator[Row]:
        """The rows that such a table was made of."""
        columns = (table[field.name] for field in self.arrow)
        return zip(*(_cells(column) for column in columns), strict=True)


def _array(cells: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if kind == FAR_TIME:
        step = nanoseconds_in(kind)
        cells = [None if cell is None else cell // step for cell in cells]
    return pa.array(cells, type=kind)


def _cells(column: pa.ChunkedArray) -> list[Any]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _cells(column.cast(kind.value_type))
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        step = nanoseconds_in(kind)
        return [None if cell is None else cell * step for cell in _cells(column.cast(pa.int64()))]
    # numpy makes the same cells in a tenth of the time; of numbers that are unset, and of lists, it would make others.
    is_plain = pa.types.is_string(kind) or (pa.types.is_primitive(kind) and not column.null_count)
    return list(column.to_numpy().tolist() if is_plain else column.to_pylist())


def packed(table: pa.Table) -> pa.Buffer:
    """A table as bytes, for another process: Arrow's own stream, which takes a tenth of the time of pickle."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def unpacked(body: pa.Buffer | bytes) -> pa.Table:
    """The table that was packed; its cells stay in those bytes."""
    return pa.ipc.open_stream(body).read_all()


def far(kind: pa.DataType) -> pa.DataType:
    """The type that keeps times of any year in place of this one; the same where it holds no times."""
    if pa.types.is_list(kind):
        return pa.list_(far(kind.value_type))
    return FAR_TIME if kind == ARROW_TYPES["time"] else kind


def nanoseconds_in(kind: pa.DataType) -> int:
    """How many nanoseconds one step of a type of times or intervals is."""
    return _NANOSECONDS[kind.unit]


def nanoseconds(scalar: pa.Scalar) -> int:
    """A time or interval that is set, in whole nanoseconds."""
    return int(scalar.value) * nanoseconds_in(scalar.type)


def joined(tables: Sequence[pa.Table]) -> pa.Table:
    """Parts of one log as one table; a column that only some of them have is unset in the others."""
    if tables and all(table.schema.equals(tables[0].schema, check_metadata=True) for table in tables):
        return pa.concat_tables(tables)
    return pa.concat_tables(of_one_type(of_one_unit(tables)), promote_options="permissive")


def of_one_unit(tables: Sequence[pa.Table]) -> list[pa.Table]:
    """Parts of one log: a time that one of them keeps in microseconds is kept so in all."""
    kept = (FAR_TIME, pa.list_(FAR_TIME))
    names = {field.name for table in tables for field in table.schema if field.type in kept}
    return [_far(table, names) for table in tables] if names else list(tables)


def _far(table: pa.Table, names: set[str]) -> pa.Table:
    for place, field in enumerate(table.schema):
        kind = far(field.type)
        if field.name in names and field.type != kind:
            table = table.set_column(place, field.with_type(kind), table.column(place).cast(kind, safe=False))
    return table


def arrow_field(name: str, zeek_type: str, arrow: pa.DataType | None = None) -> pa.Field:
    """An Arrow field that remembers its Zeek type."""
    return pa.field(name, arrow or arrow_type(zeek_type), metadata={"zeek": zeek_type})


def zeek_type(field: pa.Field) -> str:
    """The Zeek type that an Arrow field remembers; `string` for one that has none."""
    metadata = field.metadata or {}
    return str(metadata.get(b"zeek", b"string"), "utf-8")


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
    return [_widened(table, wanted) for table in tables] if wanted else list(tables)


def _widened(table: pa.Table, wanted: dict[str, pa.Field]) -> pa.Table:
    for place, named in enumerate(table.schema):
        other = wanted.get(named.name)
        if other is not None and other.type != named.type:
            chunks = [widened(chunk, other.type) for chunk in table.column(place).chunks]
            table = table.set_column(place, other, pa.chunked_array(chunks, other.type))
    return table


def frame(table: pa.Table) -> "pd.DataFrame":
    """The table as a DataFrame of Arrow-backed columns, nothing copied; Zeek's types go into `attrs["zeek"]`."""
    import pandas as pd

    columns = {name: pd.arrays.ArrowExtensionArray(table.column(name)) for name in table.column_names}
    made = pd.DataFrame(columns, copy=False)
    made.attrs["zeek"] = types(table)
    return made


def types(log: Log) -> dict[str, str]:
    """The Zeek type of each column of a log, in their order."""
    if isinstance(log, pa.Table):
        return {field.name: zeek_type(field) for field in log.schema}
    return dict(log.attrs["zeek"])


def column(log: Log, name: str) -> pa.ChunkedArray:
    """A column of a log as Arrow holds it, nothing copied."""
    if isinstance(log, pa.Table):
        return log.column(name)
    made = pa.array(log[name].array)
    return made if isinstance(made, pa.ChunkedArray) else pa.chunked_array([made])


def ranked(fields: Iterable[Field], ranks: Mapping[str, int]) -> tuple[Field, ...]:
    """The fields, some of them with another rank, by name."""
    return tuple(replace(field, rank=ranks.get(field.name, field.rank)) for field in fields)


# The six fields that open nearly every log.
CONNECTION = (
    Field("ts", "time", "When it happened: the time of the packet that it was first seen in, UTC.", 1),
    Field("uid", "string", "The connection's identifier; the same in every log that the connection appears in."),
    Field("id.orig_h", "addr", "The address of the side that opened the connection.", 2),
    Field("id.orig_p", "port", "The port of the side that opened the connection."),
    Field("id.resp_h", "addr", "The address of the side that answered.", 3),
    Field("id.resp_p", "port", "The port of the side that answered; for ICMP its code.", 4),
)
