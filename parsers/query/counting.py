"""Which values a log's columns have, and how often."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parsers import schema
from parsers.query.order import Key, order_by
from parsers.schema import arrow_field, arrow_type, element_type

# Beside the members of sets: whether the row stands for one of them, for an empty set, or for one that is not set.
_KIND = "kind"
_MEMBER, _EMPTY, _UNSET = range(3)
_COUNT = "count_all"


def types(columns: Sequence[str], log: Mapping[str, str]) -> dict[str, str]:
    """The Zeek types of what `counted` makes of a log of these types."""
    return {_count_name(columns): "count", **{name: log[name] for name in columns}}


def counted(table: pa.Table, columns: Sequence[str]) -> pa.Table:
    """A row for all the rows that have the same values in these columns: their count, then the values.

    The most frequent come first, equally frequent ones in the order of their values. Unset is a value like others. Of a
    set or vector, which only one of the columns may be, each member counts, once a row, and stands there as the only
    member of a set. So a count is that of the rows which the filter `column == value` keeps.
    """
    fields = [table.schema.field(name) for name in columns]
    listed = next((place for place, field in enumerate(fields) if pa.types.is_list(field.type)), None)
    # Within here a column is called by its place: a log's may be called anything.
    flat = table.select(columns).rename_columns([str(place) for place in range(len(columns))])
    if listed is not None:
        flat = _members(flat, listed)
    groups = _groups(flat)
    values = [groups.column(str(place)) for place in range(len(columns))]
    if listed is not None:
        values[listed] = _lists(values[listed], groups.column(_KIND), fields[listed].type)
    count = arrow_field(_count_name(columns), "count")
    return pa.table([groups.column(_COUNT), *values], pa.schema([count, *fields]))


def _count_name(columns: Sequence[str]) -> str:
    return "count" if "count" not in columns else "rows"


def _groups(flat: pa.Table) -> pa.Table:
    """The different rows of a table, and how often each is there, in order."""
    names = flat.column_names
    found = flat.unify_dictionaries().group_by(names).aggregate([([], _COUNT)])
    counts = found.column(_COUNT).cast(pa.uint64())
    described = pa.schema([arrow_field(_COUNT, "count"), *flat.schema])
    groups = pa.table([counts, *map(found.column, names)], described)
    return groups.take(order_by(groups, [Key(_COUNT, descending=True), *map(Key, names)]))


def _members(flat: pa.Table, place: int) -> pa.Table:
    """A row for each different member of the set in a column, and one for each set without members."""
    lists = flat.column(place).combine_chunks()
    zeek_type = element_type(schema.types(flat)[str(place)]) or "string"
    lengths = pc.list_value_length(lists).fill_null(0).to_numpy()
    pairs = pa.table({"row": np.repeat(np.arange(len(lists)), lengths), "member": lists.flatten()})
    pairs = pairs.group_by(pairs.column_names).aggregate([])
    bare = np.flatnonzero(lengths == 0)
    kinds = np.where(lists.is_null().to_numpy(zero_copy_only=False)[bare], _UNSET, _EMPTY)
    members = pa.chunked_array([*pairs.column("member").chunks, pa.nulls(len(bare), lists.type.value_type)])
    made = flat.take(np.concatenate([pairs.column("row").to_numpy(), bare]))
    made = made.set_column(place, arrow_field(str(place), zeek_type), members.cast(arrow_type(zeek_type)))
    kinds = np.concatenate([np.full(len(pairs), _MEMBER), kinds])
    return made.add_column(place + 1, arrow_field(_KIND, "count"), [pa.array(kinds, pa.uint64())])


def _lists(members: pa.ChunkedArray, kinds: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    """Each member as the only one of a list, the others as what they stand for."""
    is_member = pc.equal(kinds, _MEMBER).combine_chunks()
    ends = np.concatenate([[0], np.cumsum(is_member.to_numpy(zero_copy_only=False))]).astype(np.int32)
    values = members.filter(is_member).cast(kind.value_type).combine_chunks()
    unset = pc.equal(kinds, _UNSET).combine_chunks()
    return pa.ListArray.from_arrays(pa.array(ends), values, type=kind, mask=unset)
