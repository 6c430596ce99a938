"""A log as the reader sees it."""

import numpy as np
import pyarrow as pa

from tests.frames import START, plain
from tui.view import Sort, View, same_row

TYPES = {"ts": "time", "uid": "string", "n": "count"}


def table_of(*rows: tuple[int, str, int]) -> pa.Table:
    return plain(TYPES, *rows)


def test_a_filter_keeps_the_row_under_the_cursor() -> None:
    view = View.of("odd", table_of(*((START + n, f"C{n}", n) for n in range(10))), None)
    view.cursor = 6
    chosen = view.chosen(np.array([2, 6, 8]), "n > 1", None)
    assert (chosen.row, chosen.cursor, len(chosen)) == (6, 1, 3)
    gone = chosen.chosen(np.array([1]), "n == 1", None)
    assert (gone.row, gone.cursor) == (1, 0)
    assert gone.chosen(np.empty(0, dtype=np.int64), "n == 99", None).row is None


def test_a_sort_keeps_the_row_and_its_height_on_the_screen() -> None:
    view = View.of("odd", table_of(*((START + n, f"C{n}", n) for n in range(100))), None)
    view.cursor, view.top = 20, 15
    turned = view.chosen(np.arange(100)[::-1].copy(), "", Sort("n", descending=True))
    assert (turned.row, turned.cursor, turned.top) == (20, 79, 74)


def test_a_newer_table_keeps_the_row_wherever_it_stands_now() -> None:
    old = table_of((START + 5, "C5", 5), (START + 1, "C1", 1))
    new = table_of((START + 1, "C1", 1), (START + 2, "C2", 2), (START + 5, "C5", 5))
    view = View.of("odd", old, None)
    assert view.renewed(new, None).row == 2
    assert same_row(old, 1, new) == 0
    assert same_row(new, 1, old) is None


def test_a_table_that_has_grown_keeps_the_row_where_it_is() -> None:
    names = {"uid": "string", "service": "string"}
    old, new = (plain(names, *[("C1", f"s{n}") for n in range(rows)]) for rows in (4, 9))
    old, new = (grown.set_column(1, "service", grown.column("service").dictionary_encode()) for grown in (old, new))
    assert [same_row(old, row, new) for row in range(4)] == [0, 1, 2, 3]


def test_of_rows_that_are_alike_the_one_with_as_many_before_it_is_the_same() -> None:
    rows = [(START, "C1", n) for n in range(5)]
    assert same_row(table_of(*rows), 3, table_of(*rows)) == 3
    assert same_row(table_of(*rows), 4, table_of(*rows[:3])) == 2
    others = [(START - n, "C2", n) for n in range(9)]
    assert same_row(table_of(*rows), 1, table_of(*others, *rows)) == 10


def test_rows_without_identifiers_keep_their_place() -> None:
    old, new = (plain({"n": "count"}, *((n,) for n in range(size))) for size in (3, 2))
    assert same_row(old, 1, new) == 1
    assert same_row(old, 2, new) is None


def test_unset_keys_are_found_too() -> None:
    table = plain({"ts": "time", "id": "string"}, (START, "F1"), (None, None), (START, None))
    turned = table.take(pa.array([2, 1, 0]))
    assert [same_row(table, row, turned) for row in range(3)] == [2, 1, 0]
