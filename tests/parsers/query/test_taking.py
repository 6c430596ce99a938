"""Rows that are taken from several batches."""

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.query.taking import Taking

PARTS = [["a", "b"], ["c"], [], ["a", None, "d"]]
TABLE = pa.concat_tables(
    pa.table({"t": pa.array(part, pa.string()), "r": pa.array(part, pa.string()).dictionary_encode()}) for part in PARTS
)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, len(TABLE) - 1), max_size=10))
def test_as_arrow_takes_them(places: list[int]) -> None:
    taking, wanted = Taking(TABLE), np.array(places, np.int32)
    expected = TABLE.take(pa.array(wanted)).to_pylist()
    assert taking.rows(wanted).to_pylist() == expected
    assert pa.concat_tables(taking.pieces(wanted)).to_pylist() == expected


def test_a_log_without_rows() -> None:
    assert Taking(TABLE.slice(0, 0)).rows(np.zeros(0, np.int32)).schema == TABLE.schema
