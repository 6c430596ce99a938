"""Rows in the order of a column."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers import budget, places, query, schema
from parsers.cancelling import CalledOffError
from parsers.query.order import Key, order, order_by
from parsers.schema import Field, Record


def sorted_by(zeek_type: str, values: list[Any], descending: bool = False, repeats: bool = False) -> list[int]:
    record = Record("log", "", "", (Field("f", zeek_type, "", repeats=repeats),))
    frame = schema.frame(record.table([(value,) for value in values]))
    found = order(frame, "f", descending)
    assert found.dtype == np.int32
    return list(map(int, found))


@pytest.mark.parametrize(
    ("zeek_type", "values", "ascending", "descending"),
    [
        ("addr", ["10.0.0.10", "::1", "10.0.0.9", None, "9.9.9.9"], [4, 2, 0, 1, 3], [1, 0, 2, 4, 3]),
        ("addr", ["fe80::2", "fe80::1", "fe80::10", "not one"], [1, 0, 2, 3], [3, 2, 0, 1]),
        ("count", [3, None, 1, 2**63, 1], [2, 4, 0, 3, 1], [3, 0, 2, 4, 1]),
        ("string", ["b", "", None, "a", "b"], [1, 3, 0, 4, 2], [0, 4, 3, 1, 2]),
        ("enum", ["udp", "tcp", None, "udp"], [1, 0, 3, 2], [0, 3, 1, 2]),
        ("bool", [True, False, None, True], [1, 0, 3, 2], [0, 3, 1, 2]),
        ("interval", [5, -5, None, 0], [1, 3, 0, 2], [0, 3, 1, 2]),
        ("time", [5, 4, 6], [1, 0, 2], [2, 0, 1]),
        ("double", [1.5, None, -1.0], [2, 0, 1], [0, 2, 1]),
        ("vector[string]", [["b"], ["a", "z"], None, [], ["a"]], [3, 4, 1, 0, 2], [0, 1, 4, 3, 2]),
        ("vector[interval]", [[2_000_000_000], [1_000_000_000, 5], None], [1, 0, 2], [0, 1, 2]),
        ("count", [], [], []),
        ("addr", [], [], []),
        ("set[string]", [], [], []),
    ],
)
def test_order(zeek_type: str, values: list[Any], ascending: list[int], descending: list[int]) -> None:
    assert sorted_by(zeek_type, values) == ascending
    assert sorted_by(zeek_type, values, descending=True) == descending


def test_times_of_any_year() -> None:
    record = Record("log", "", "", (Field("f", "time", "", far=True),))
    years = [253_402_300_799 * 10**9, -62_135_596_800 * 10**9, None, 0]
    assert order(schema.frame(record.table([(time,) for time in years])), "f").tolist() == [1, 3, 0, 2]


def test_a_string_with_a_dictionary_goes_by_its_text() -> None:
    assert sorted_by("string", ["b", "a", None, "b", "aa"], repeats=True) == [1, 4, 0, 3, 2]


def test_several_chunks_with_dictionaries_of_their_own() -> None:
    record = Record("log", "", "", (Field("f", "addr", ""),))
    tables = [record.table([(value,) for value in part]) for part in (["9.9.9.9", "10.0.0.1"], ["1.1.1.1", "9.9.9.9"])]
    assert order(schema.frame(pa.concat_tables(tables)), "f").tolist() == [2, 0, 3, 1]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.none() | st.integers(0, 2), st.none() | st.sampled_from(["", "a", "b"])), max_size=12),
    st.permutations([0, 1]),
    st.tuples(st.booleans(), st.booleans()),
)
def test_several_columns(rows: list[tuple[Any, ...]], columns: list[int], descending: tuple[bool, bool]) -> None:
    record = Record("log", "", "", (Field("0", "count", ""), Field("1", "enum", "")))
    keys = [Key(str(column), down) for column, down in zip(columns, descending, strict=True)]
    wanted = list(range(len(rows)))
    for column, down in reversed(list(zip(columns, descending, strict=True))):
        unset = [row for row in wanted if rows[row][column] is None]
        wanted = sorted((row for row in wanted if row not in unset), key=lambda row: rows[row][column], reverse=down)
        # Python keeps equal ones in their order when it sorts the other way round, too.
        wanted += unset
    assert order_by(record.table(rows), keys).tolist() == wanted


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "count": st.integers(0, 2**64 - 1) | st.integers(0, 3),
    "int": st.integers(-(2**63), 2**63 - 1) | st.integers(-2, 2),
    "time": st.integers(0, 2**62),
    "bool": st.booleans(),
    "double": st.floats(width=64),
    "addr": st.sampled_from(["10.0.0.10", "10.0.0.9", "::1", "fe80::1", "none"]),
    "string": st.text("abc", max_size=12),
    "enum": st.sampled_from(["tcp", "udp", ""]),
    "vector[string]": st.lists(st.sampled_from(["a", "b"]), max_size=2),
}


@pytest.fixture
def without_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing fits: each piece of three rows is a run, all that is kept is in files."""
    monkeypatch.setattr(budget, "for_work", lambda: 0)
    monkeypatch.setattr(places, "PIECE", 3)


@pytest.mark.usefixtures("without_memory")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_what_does_not_fit_into_memory_is_in_the_same_order(data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=2))
    record = Record("log", "", "", tuple(Field(str(place), kind, "") for place, kind in enumerate(kinds)))
    rows = data.draw(st.lists(st.tuples(*(st.none() | VALUES[kind] for kind in kinds)), max_size=20))
    cut = data.draw(st.integers(0, len(rows)))
    table = pa.concat_tables([record.table(rows[:cut]), record.table(rows[cut:])])
    keys = [Key(str(place), data.draw(st.booleans())) for place in range(len(kinds))]
    kept = np.array(sorted(data.draw(st.sets(st.integers(0, max(len(rows) - 1, 0)), max_size=len(rows)))), np.int32)
    in_files = order_by(table, keys), order_by(table, keys, kept)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(budget, "for_work", lambda: 1 << 30)
        assert np.array_equal(in_files[0], order_by(table, keys))
        assert np.array_equal(in_files[1], order_by(table, keys, kept))
    assert np.array_equal(in_files[1], in_files[0][np.isin(in_files[0], kept)])


@pytest.mark.usefixtures("without_memory")
def test_a_filter_of_what_does_not_fit_into_memory() -> None:
    table = Record("log", "", "", (Field("n", "count", ""),)).table([(n % 5,) for n in range(40)])
    assert query.rows(query.parse("n == 2", {"n": "count"}), table).tolist() == list(range(2, 40, 5))


@pytest.mark.parametrize("most", [0, 1 << 30])
def test_a_sort_that_nobody_waits_for_any_more(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "for_work", lambda: most)
    table = Record("log", "", "", (Field("n", "count", ""),)).table([(n,) for n in range(40)])
    with pytest.raises(CalledOffError):
        order_by(table, [Key("n")], None, lambda: True)
