"""The rows of a log in the order of some of its columns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from parsers import schema
from parsers.lists import relisted
from parsers.query.addresses import Numbers
from parsers.schema import Log
from parsers.zeek.cells import SET_SEPARATOR, cells


@dataclass(frozen=True, slots=True)
class Key:
    """A column that rows are sorted by."""

    column: str
    descending: bool = False


def order(log: Log, column: str, descending: bool = False) -> npt.NDArray[np.int64]:
    """The numbers of all rows, sorted by a column: unset ones last, equal ones in the order in which they are.

    Addresses go by value, IPv4 before IPv6; sets and vectors by the text of their members.
    """
    return order_by(log, [Key(column, descending)])


def order_by(log: Log, keys: Sequence[Key]) -> npt.NDArray[np.int64]:
    """The same, sorted by several columns, the first of them first."""
    names = [str(place) for place in range(len(keys))]
    columns = pa.table([_sortable(log, key.column) for key in keys], names)
    directions = ["descending" if key.descending else "ascending" for key in keys]
    found = pc.sort_indices(columns, list(zip(names, directions, strict=True)))
    return np.asarray(found.to_numpy(), np.int64)


def _sortable(log: Log, column: str) -> pa.Array:
    """A column as something that Arrow puts into the same order."""
    values = schema.column(log, column).combine_chunks()
    zeek_type = schema.types(log).get(column, "string")
    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays([chunk.cast(pa.large_string()) for chunk in values.chunks])
    if pa.types.is_dictionary(values.type):
        return _ranked(values, zeek_type)
    return _joined(values) if pa.types.is_list(values.type) else values


def _ranked(values: pa.DictionaryArray, zeek_type: str) -> pa.Array:
    """In place of each value its place among the values of the dictionary."""
    if zeek_type == "addr":
        ranks = Numbers.of(values.dictionary).ranks()
    else:
        ranks = pc.rank(values.dictionary, tiebreaker="min").to_numpy().astype(np.int64)
    return pa.array(ranks, pa.int32()).take(values.indices)


def _joined(lists: pa.ListArray) -> pa.Array:
    """The members' texts in one, null where the list is."""
    return pc.binary_join(relisted(lists, cells(lists.flatten())), SET_SEPARATOR)
