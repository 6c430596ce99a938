"""The rows of a log in the order of some of its columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parsers import budget, schema
from parsers.cancelling import Cancelled, never
from parsers.lists import relisted
from parsers.places import PIECE, Places, kind, pieces
from parsers.query.addresses import Numbers
from parsers.query.columns import has_one_dictionary, is_same
from parsers.query.sorting import ROW, Runs, in_runs, sorted_places, written
from parsers.schema import Log
from parsers.zeek.cells import SET_SEPARATOR, cells

# What a row takes beside its keys while it is sorted: a number of 8 bytes, its place, and both once more.
_BESIDE = 32
# Runs of more bytes are no faster.
_RUN = 8 << 20


@dataclass(frozen=True, slots=True)
class Key:
    """A column that rows are sorted by."""

    column: str
    descending: bool = False


def order(log: Log, column: str, descending: bool = False) -> Places:
    """The numbers of all rows, sorted by a column: unset ones last, equal ones in the order in which they are.

    Addresses go by value, IPv4 before IPv6; sets and vectors by the text of their members.
    """
    return order_by(log, [Key(column, descending)])


def order_by(log: Log, keys: Sequence[Key], rows: Places | None = None, cancelled: Cancelled = never) -> Places:
    """The same, sorted by several columns, the first of them first; `rows` are those to sort, ascending, else all.

    What does not fit into memory is sorted in files. Raises CalledOffError once `cancelled` says so, OpenError where
    there is no room for the files.
    """
    count = len(log) if rows is None else len(rows)
    columns = [_Column(log, key.column) for key in keys]
    descending = [key.descending for key in keys]
    numbers = kind(len(log))
    most = budget.for_work() // 2
    parts = _parts(columns, len(log), rows, cancelled)
    is_small = count * (_BESIDE + 3 * sum(column.width for column in columns)) <= most
    if is_small and (count <= PIECE or (len(columns) == 1 and columns[0].is_number)):
        found = [part.drop_columns([ROW]) for part in parts]
        order = sorted_places(pa.concat_tables(found), descending) if found else np.zeros(0, numbers)
        places = order.astype(numbers)
        return places if rows is None else rows[places]
    # Runs that are no larger than the processor's cache take a third of the time, in memory too.
    runs = Runs(descending, cancelled, in_files=not is_small)
    return written(in_runs(parts, min(most // 4, _RUN), runs), count, numbers, most // 2)


def _parts(columns: Sequence["_Column"], count: int, rows: Places | None, cancelled: Cancelled) -> Iterator[pa.Table]:
    """The keys of rows and their numbers, piece by piece."""
    names = [*(str(place) for place in range(len(columns))), ROW]
    for start, stop in pieces(count, cancelled):
        if rows is None:
            places = None
            numbers = np.arange(start, stop, dtype=kind(count))
        else:
            low, high = np.searchsorted(rows, (start, stop))
            if low == high:
                continue
            numbers = rows[low:high]
            places = None if high - low == stop - start else pa.array(numbers - start)
        yield pa.table([*(column.keys(start, stop, places) for column in columns), pa.array(numbers)], names)


class _Column:
    """A column as something that Arrow puts into the same order; `width` are the bytes of a key, near enough."""

    def __init__(self, log: Log, name: str) -> None:
        self._values = schema.column(log, name)
        self._zeek_type = schema.types(log).get(name, "string")
        self._ranks: pa.Array | None = None
        # The latest of several dictionaries, and its addresses as bytes: more than one piece may be of it.
        self._octets: tuple[pa.Array, pa.Array] | None = None
        if pa.types.is_dictionary(self._values.type) and self._values.num_chunks:
            self._rank()
        self._kind = self._sortable(pa.array([], self._values.type)).type
        self.width = 4 if self._ranks is not None else self._values.nbytes // max(len(self._values), 1) + 8

    def _rank(self) -> None:
        """Have numbers in place of values, where the whole column has one dictionary, or is small enough to get one."""
        if not has_one_dictionary(self._values) and self._values.nbytes <= budget.for_work() // 8:
            self._values = self._values.unify_dictionaries()
        if has_one_dictionary(self._values):
            self._ranks = _ranks(self._values.chunk(0).dictionary, self._zeek_type)

    @property
    def is_number(self) -> bool:
        """Whether the keys are whole numbers."""
        return bool(pa.types.is_integer(self._kind) or pa.types.is_boolean(self._kind))

    def keys(self, start: int, stop: int, places: pa.Array | None) -> pa.ChunkedArray:
        """The keys of some of the rows from `start` to `stop`, of all of them without `places`."""
        values = self._values.slice(start, stop - start)
        if places is not None:
            values = values.take(places)
        return pa.chunked_array([self._sortable(chunk) for chunk in values.chunks], self._kind)

    def _sortable(self, values: pa.Array) -> pa.Array:
        if pa.types.is_dictionary(values.type):
            if self._ranks is not None:
                return self._ranks.take(values.indices)
            return self._decoded(values)
        if pa.types.is_list(values.type):
            return _joined(values)
        if pa.types.is_temporal(values.type):
            return values.view(pa.int64())
        return values

    def _decoded(self, values: pa.DictionaryArray) -> pa.Array:
        """The values themselves, where pieces of a column have dictionaries of their own; addresses as bytes."""
        if self._zeek_type != "addr":
            return values.dictionary_decode()
        dictionary = values.dictionary
        if self._octets is None or not is_same(self._octets[0], dictionary):
            self._octets = dictionary, Numbers.of(dictionary).octets()
        return self._octets[1].take(values.indices)


def _ranks(dictionary: pa.Array, zeek_type: str) -> pa.Array:
    """For each value of a dictionary its place among them."""
    if zeek_type == "addr":
        return pa.array(Numbers.of(dictionary).ranks(), pa.int32())
    return pc.rank(dictionary, tiebreaker="min").cast(pa.int32())


def _joined(lists: pa.ListArray) -> pa.Array:
    """The members' texts in one, null where the list is."""
    return pc.binary_join(relisted(lists, cells(lists.flatten())), SET_SEPARATOR)
