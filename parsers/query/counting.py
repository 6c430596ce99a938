"""Which values a log's columns have, and how often."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parsers import budget, schema, scratch
from parsers.query.order import Key, order_by
from parsers.query.taking import Taking
from parsers.schema import arrow_field, arrow_type, element_type

# Beside the members of sets: whether the row stands for one of them, for an empty set, or for one that is not set.
_KIND = "kind"
_MEMBER, _EMPTY, _UNSET = range(3)
_COUNT = "count_all"
# Rows that are counted at a time.
_ROWS = 1 << 18


def types(columns: Sequence[str], log: Mapping[str, str]) -> dict[str, str]:
    """The Zeek types of what `counted` makes of a log of these types."""
    return {_count_name(columns): "count", **{name: log[name] for name in columns}}


def counted(table: pa.Table, columns: Sequence[str]) -> pa.Table:
    """A row for all the rows that have the same values in these columns: their count, then the values.

    The most frequent come first, equally frequent ones in the order of their values. Unset is a value like others. Of a
    set or vector, which only one of the columns may be, each member counts, once a row, and stands there as the only
    member of a set. So a count is that of the rows which the filter `column == value` keeps.
    """
    counts = Counts(columns)
    counts.add(table)
    return pa.concat_tables(counts.tables())


class Counts:
    """What `counted` makes of rows that come in tables of the same columns; what memory does not hold is in files."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._names = tuple(columns)
        self._fields: list[pa.Field] = []
        self._most = budget.for_work() // 8
        self._groups: list[pa.Table] = []
        self._held = 0
        self._spilled: list[pa.Table] = []

    def add(self, table: pa.Table) -> None:
        """Some more rows. Raises OpenError."""
        # The first table may be of a column that is a dictionary only later.
        self._fields = self._fields or [table.schema.field(name) for name in self._names]
        # Within here a column is called by its place: a log's may be called anything.
        flat = table.select(self._names).rename_columns([str(place) for place in range(len(self._names))])
        for start in range(0, max(len(flat), 1), _ROWS):
            self._add(flat.slice(start, _ROWS))

    def _add(self, flat: pa.Table) -> None:
        listed = self._listed
        self._groups.append(_grouped(flat if listed is None else _members(flat, listed)))
        self._held += self._groups[-1].nbytes
        if self._held > self._most:
            whole = _summed(schema.joined(self._groups))
            if whole.nbytes > self._most // 2:
                self._spilled.append(scratch.spilled(whole))
                self._groups, self._held = [], 0
            else:
                self._groups, self._held = [whole], whole.nbytes

    def tables(self) -> Iterator[pa.Table]:
        """The counts in order, one table at least. Raises OpenError."""
        groups = schema.joined(self._sums()) if self._spilled else _summed(schema.joined(self._groups))
        names = [name for name in groups.column_names if name != _COUNT]
        places = order_by(groups, [Key(_COUNT, descending=True), *map(Key, names)])
        for piece in Taking(groups).pieces(places):
            yield self._told(piece)

    def _sums(self) -> Sequence[pa.Table]:
        """All groups, each once: put in order, those that are the same stand beside each other."""
        found = scratch.Rows(self._most)
        whole = schema.joined([*self._spilled, *self._groups])
        names = [name for name in whole.column_names if name != _COUNT]
        last = whole.slice(0, 0)
        for piece in Taking(whole).pieces(order_by(whole, [Key(name) for name in names])):
            summed = _summed(schema.joined([last, piece]))
            places = order_by(summed, [Key(name) for name in names])
            # The last one may go on in the next piece.
            found.add(summed.take(pa.array(places[:-1])))
            last = summed.take(pa.array(places[-1:]))
        found.add(last)
        return found.tables

    @property
    def _listed(self) -> int | None:
        """The place of the column that holds sets or vectors."""
        return next((place for place, field in enumerate(self._fields) if pa.types.is_list(field.type)), None)

    def _told(self, groups: pa.Table) -> pa.Table:
        """Groups as whoever asked sees them."""
        values = [groups.column(str(place)) for place in range(len(self._names))]
        if self._listed is not None:
            values[self._listed] = _lists(values[self._listed], groups.column(_KIND), self._fields[self._listed].type)
        count = arrow_field(_count_name(self._names), "count")
        return pa.table([groups.column(_COUNT), *values], pa.schema([count, *self._fields]))


def _count_name(columns: Sequence[str]) -> str:
    return "count" if "count" not in columns else "rows"


def _grouped(flat: pa.Table) -> pa.Table:
    """The different rows of a table, and how often each is there."""
    names = flat.column_names
    found = flat.unify_dictionaries().group_by(names, use_threads=False).aggregate([([], _COUNT)])
    return _described(found.column(_COUNT), found, flat.schema)


def _summed(groups: pa.Table) -> pa.Table:
    """Groups of several tables, each once."""
    keys = groups.drop_columns([_COUNT])
    found = groups.unify_dictionaries().group_by(keys.column_names, use_threads=False).aggregate([(_COUNT, "sum")])
    return _described(found.column(f"{_COUNT}_sum"), found, keys.schema)


def _described(counts: pa.ChunkedArray, keys: pa.Table, described: pa.Schema) -> pa.Table:
    columns = [counts.cast(pa.uint64()), *map(keys.column, described.names)]
    made = pa.table(columns, pa.schema([arrow_field(_COUNT, "count"), *described]))
    # Arrow leaves what lay there before in the codes of unset cells, and then trips over it; what is taken has zeros.
    return made.take(pa.array(np.arange(len(made))))


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
