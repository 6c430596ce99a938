"""Tables on their way."""

from parsers.schema import ARROW_TYPES, Field, Record, joined, packed, unpacked


def test_packed_tables_are_the_same_in_another_process() -> None:
    record = Record("log", "A row.", "red", (Field("ts", "time", "When."), Field("host", "addr", "Who.")))
    for rows in ([], [(1, "10.0.0.1"), (None, None), (3, "10.0.0.1")]):
        table = record.table(rows)
        made = unpacked(packed(table).to_pybytes())
        assert made.equals(table, check_metadata=True)


CELLS = {
    "time": 1_600_000_000_123_456_789,
    "interval": -5,
    "count": (1 << 64) - 1,
    "int": -7,
    "double": 0.1,
    "port": 443,
    "bool": True,
    "addr": "10.0.0.1",
    "subnet": "10.0.0.0/8",
    "enum": "tcp",
    "string": "a\x00b\u20ac",
    "pattern": "^x",
    "func": "f",
    "set[count]": [1, 2],
    "vector[string]": [],
}


def test_rows_come_out_of_a_table_as_they_went_in() -> None:
    assert CELLS.keys() >= ARROW_TYPES.keys()
    record = Record("some", "All kinds.", "#ffffff", tuple(Field(kind, kind, "") for kind in CELLS))
    full, empty = tuple(CELLS.values()), (None,) * len(CELLS)
    for rows in ([], [full], [full, empty, full], [empty]):
        found = list(record.rows(joined([record.table(rows), record.table([]), record.table(rows)])))
        assert found == rows * 2
        assert [list(map(type, row)) for row in found] == [list(map(type, row)) for row in rows * 2]
