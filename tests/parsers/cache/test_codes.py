import pyarrow as pa

from parsers import schema
from parsers.cache.codes import Codes, coded
from tests.parsers.cache.rows import cells, table

NAMES = "ts id.orig_h"


def test_rows_come_back_with_one_dictionary_that_grows() -> None:
    codes = Codes()
    first = codes.coded(table((1, "10.0.0.1"), (2, None), names=NAMES))
    second = codes.coded(table((3, "10.0.0.2"), (4, "10.0.0.1"), names=NAMES))
    assert first.schema.types[1] == pa.int32()
    assert second.column(1).to_pylist() == [1, 0]
    assert cells(codes.decoded(first)) == [(1, "10.0.0.1"), (2, None)]
    assert cells(codes.decoded(second)) == [(3, "10.0.0.2"), (4, "10.0.0.1")]
    assert codes.decoded(first).column(1).chunk(0).dictionary.to_pylist() == ["10.0.0.1", "10.0.0.2"]


def test_types_of_zeek_stay() -> None:
    codes, rows = Codes(), table((1, "10.0.0.1"), names=NAMES)
    assert codes.decoded(codes.coded(rows)).schema.equals(rows.schema, check_metadata=True)
    assert coded(rows.schema).names == rows.column_names


def test_parts_with_dictionaries_of_their_own() -> None:
    parts = pa.concat_tables([table((1, "b"), names=NAMES), table((2, "a"), names=NAMES)])
    codes = Codes()
    assert cells(codes.decoded(codes.coded(parts))) == [(1, "b"), (2, "a")]


def test_values_are_written_as_a_row() -> None:
    codes = Codes()
    rows = codes.coded(table((1, "b"), (2, "a"), names=NAMES))
    again = Codes.of(schema.unpacked(schema.packed(codes.table())))
    assert cells(again.decoded(rows)) == [(1, "b"), (2, "a")]
    assert again.size > 0
    assert Codes.of(Codes().table()).dictionaries == {}
