"""The rows of a frame in the order of one of its columns."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from parsers import schema
from parsers.query.addresses import Numbers
from parsers.zeek.cells import SET_SEPARATOR, cells

if TYPE_CHECKING:
    import pandas as pd


def order(frame: "pd.DataFrame", column: str, descending: bool = False) -> npt.NDArray[np.int64]:
    """The numbers of all rows, sorted by a column: unset ones last, equal ones in the order in which they are.

    Addresses go by value, IPv4 before IPv6; sets and vectors by the text of their members.
    """
    values = schema.column(frame, column).combine_chunks()
    zeek_type = schema.types(frame).get(column, "string")
    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays([chunk.cast(pa.large_string()) for chunk in values.chunks])
    if pa.types.is_dictionary(values.type):
        values = _ranked(values, zeek_type)
    elif pa.types.is_list(values.type):
        values = _joined(values)
    keys = pa.table({"key": values})
    direction = "descending" if descending else "ascending"
    found = pc.sort_indices(keys, [("key", direction)])
    return np.asarray(found.to_numpy(), np.int64)


def _ranked(values: pa.DictionaryArray, zeek_type: str) -> pa.Array:
    """In place of each value its place among the values of the dictionary."""
    if zeek_type == "addr":
        ranks = Numbers.of(values.dictionary).ranks()
    else:
        ranks = pc.rank(values.dictionary, tiebreaker="min").to_numpy().astype(np.int64)
    return pa.array(ranks, pa.int32()).take(values.indices)


def _joined(lists: pa.ListArray) -> pa.Array:
    """The members' texts in one, null where the list is."""
    members = cells(lists.flatten())
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, members), SET_SEPARATOR)
    return pc.if_else(pc.is_valid(lists), joined, None)
