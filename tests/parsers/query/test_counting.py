"""How often values occur, against a count by hand."""

from collections import Counter
from ipaddress import ip_address
from itertools import product
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import budget, places, query, schema
from parsers.query import counting
from parsers.query.counting import counted
from parsers.schema import Field, Record
from tests.parsers.zeek.logs import values

RECORD = Record(
    "log",
    "",
    "",
    (
        Field("ts", "time", ""),
        Field("a", "addr", ""),
        Field("n", "count", ""),
        Field("s", "string", ""),
        Field("r", "string", "", repeats=True),
        Field("b", "bool", ""),
        Field("h", "set[addr]", ""),
        Field("v", "vector[count]", ""),
    ),
)
ADDRESSES = ["10.0.0.10", "10.0.0.9", "::1"]
ROW = st.tuples(
    st.none() | st.integers(0, 2),
    st.none() | st.sampled_from(ADDRESSES),
    st.none() | st.sampled_from([9, 10, 2**63]),
    st.none() | st.sampled_from(["", "b", "-"]),
    st.none() | st.sampled_from(["", "b", "-"]),
    st.none() | st.booleans(),
    st.none() | st.lists(st.sampled_from(ADDRESSES), max_size=3),
    st.none() | st.lists(st.none() | st.sampled_from([9, 10]), max_size=3),
)
LISTS = {"h", "v"}
COLUMNS = st.permutations(RECORD.names).map(lambda names: names[:3]).filter(lambda names: len(LISTS & {*names}) < 2)


def alone(value: Any) -> set[Any]:
    """What a cell counts for."""
    if isinstance(value, list) and value:
        return {(member,) for member in value}
    return {tuple(value) if isinstance(value, list) else value}


def place(value: Any) -> Any:
    """Where a value is sorted: members of sets, empty sets, unset ones."""
    if value is None:
        return (2,)
    if isinstance(value, tuple):
        return (1,) if not value else (0, place(value[0]))
    return (0, (ip_address(value).version, int(ip_address(value))) if value in ADDRESSES else value)


@pytest.mark.parametrize("memory", [0, 1 << 30])
@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, max_size=12), st.integers(0, 12), COLUMNS)
def test_as_counted_by_hand(memory: int, rows: list[tuple[Any, ...]], split: int, columns: list[str]) -> None:
    table = pa.concat_tables([RECORD.table(rows[:split]), RECORD.table(rows[split:])])
    with pytest.MonkeyPatch.context() as patch:
        # Without memory each piece of some rows goes to a file, and they come together by their order there.
        patch.setattr(budget, "for_work", lambda: memory)
        patch.setattr(places, "PIECE", 3)
        patch.setattr(counting, "_ROWS", 4)
        found = counted(table, columns)
    assert schema.types(found) == counting.types(columns, RECORD.types)
    cells = [RECORD.names.index(column) for column in columns]
    wanted = Counter(key for row in rows for key in product(*(alone(row[at]) for at in cells)))
    made = [
        tuple(tuple(cell) if isinstance(cell, list) else cell for cell in row)
        for row in zip(*(values(found, column) for column in columns), strict=True)
    ]
    assert dict(zip(made, values(found, "count"), strict=True)) == wanted
    assert made == sorted(wanted, key=lambda key: (-wanted[key], [place(value) for value in key]))


@pytest.mark.parametrize("column", ["a", "n", "s", "h", "v"])
def test_a_count_is_that_of_the_rows_which_a_filter_keeps(column: str) -> None:
    rows = [
        (0, "10.0.0.9", 9, "x", "b", True, ["::1", "::1"], [9, 10]),
        (1, "10.0.0.9", None, "", "b", True, [], []),
        (2, None, 10, None, None, None, None, None),
        (3, "::1", 10, "x", None, None, ["10.0.0.9", "::1"], [10]),
    ]
    table = RECORD.table(rows)
    found = counted(table, [column])
    for count, value in zip(values(found, "count"), values(found, column), strict=True):
        member = value[0] if isinstance(value, list) and value else value
        text = "-" if member is None else "(empty)" if member in ([], "") else str(member)
        assert len(query.rows(query.parse(f"{column} == {text}", RECORD.types), table)) == count


def test_a_field_that_is_called_count() -> None:
    table = Record("log", "", "", (Field("count", "count", ""),)).table([(7,), (7,)])
    assert counted(table, ["count"]).to_pydict() == {"rows": [2], "count": [7]}


def test_a_field_that_is_called_as_something_else_in_here() -> None:
    fields = (Field("1", "string", ""), Field("kind", "set[string]", ""), Field("count_all", "string", ""))
    table = Record("log", "", "", fields).table([("a", ["x"], "b")])
    found = counted(table, ["count_all", "kind", "1"])
    assert found.to_pydict() == {"count": [1], "count_all": ["b"], "kind": [["x"]], "1": ["a"]}


def test_times_of_any_year() -> None:
    table = Record("log", "", "", (Field("t", "time", "", far=True),)).table([(253_402_300_799 * 10**9,), (None,)])
    assert values(counted(table, ["t"]), "t") == [253_402_300_799 * 10**9, None]
