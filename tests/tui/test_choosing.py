"""Rows of a log that grows, chosen again."""

import pyarrow as pa
import pytest

from parsers.cancelling import never
from tests.frames import START, plain
from tui import choosing, selection
from tui.choosing import Chooser, Chosen
from tui.selection import Choice, Wrong
from tui.view import Sort

TYPES = {"ts": "time", "a": "string", "n": "count"}


def some(first: int, rows: int) -> pa.Table:
    return plain(TYPES, *((START + row * 10**9, f"a{row % 3}", row) for row in range(first, first + rows)))


def found(chooser: Chooser, table: pa.Table, filter: str = "", sort: Sort | None = None) -> list[int]:  # noqa: A002
    made = chooser(Choice("odd", table, filter, sort), never)
    assert isinstance(made, Chosen)
    assert made.rows is not None
    return [int(row) for row in made.rows]


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each filter went through."""
    rows: list[int] = []
    matching = selection.matching

    def counted(choice, cancelled):  # type: ignore[no-untyped-def]
        rows.append(len(choice.table))
        return matching(choice, cancelled)

    monkeypatch.setattr(choosing, "matching", counted)
    return rows


def test_a_filter_looks_at_new_rows_only(looked_at: list[int]) -> None:
    chooser, first = Chooser(), some(0, 10)
    grown = pa.concat_tables([first, some(10, 4)])
    assert found(chooser, first, "a == a1") == [1, 4, 7]
    assert found(chooser, grown, "a == a1") == [1, 4, 7, 10, 13]
    assert looked_at == [10, 4]


def test_of_rows_that_were_put_together_anew_none_is_there_twice(looked_at: list[int]) -> None:
    chooser, first, second = Chooser(), some(0, 10), some(10, 4)
    end = pa.concat_tables([second, some(14, 4)]).combine_chunks()
    assert found(chooser, pa.concat_tables([first, second]), "a == a1") == [1, 4, 7, 10, 13]
    assert found(chooser, pa.concat_tables([first, end]), "a == a1") == [1, 4, 7, 10, 13, 16]
    assert looked_at == [14, 8]


def test_other_rows_and_other_filters_are_looked_at_from_the_first_row_on(looked_at: list[int]) -> None:
    chooser, first = Chooser(), some(0, 10)
    assert found(chooser, first, "a == a1") == [1, 4, 7]
    assert found(chooser, some(3, 6), "a == a1") == [1, 4]
    assert found(chooser, first, "a == a2") == [2, 5, 8]
    assert looked_at == [10, 6, 10]


def test_what_counts_from_the_first_time_is_chosen_anew() -> None:
    chooser, late = Chooser(), some(5, 10)
    assert found(chooser, late, "ts <= +2s") == [0, 1, 2]
    assert found(chooser, pa.concat_tables([late, some(0, 5)]), "ts <= +2s") == [10, 11, 12]


def test_what_grew_is_in_order_too() -> None:
    chooser, first = Chooser(), some(0, 4)
    grown = pa.concat_tables([first, some(4, 3)])
    down = Sort("n", descending=True)
    assert found(chooser, first, "n > 1", down) == [3, 2]
    assert found(chooser, grown, "n > 1", down) == [6, 5, 4, 3, 2]
    assert found(chooser, grown, "", down) == [6, 5, 4, 3, 2, 1, 0]


def test_the_row_of_the_reader_is_found_in_other_rows() -> None:
    made = Chooser()(Choice("odd", some(0, 9), seen=(some(3, 5), 2)), never)
    assert isinstance(made, Chosen)
    assert (made.rows, made.row) == (None, 5)


def test_nothing_is_chosen_once_nobody_wants_it() -> None:
    assert Chooser()(Choice("odd", some(0, 4), "n > 1"), lambda: True) is None


def test_a_filter_that_fits_no_more_says_so() -> None:
    assert isinstance(Chooser()(Choice("odd", some(0, 4), "gone == 1"), never), Wrong)
