"""Tables on their way."""

from parsers.schema import Field, Record, packed, unpacked


def test_packed_tables_are_the_same_in_another_process() -> None:
    record = Record("log", "A row.", "red", (Field("ts", "time", "When."), Field("host", "addr", "Who.")))
    for rows in ([], [(1, "10.0.0.1"), (None, None), (3, "10.0.0.1")]):
        table = record.table(rows)
        made = unpacked(packed(table).to_pybytes())
        assert made.equals(table, check_metadata=True)
