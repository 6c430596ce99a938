from pathlib import Path

import pyarrow as pa
import pytest

from parsers.cache.growing import GrowingLog
from tests.parsers.cache.rows import cells, table


def log(*parts: pa.Table, in_order: bool = False, folder: Path | None = None) -> GrowingLog:
    """A log that got these parts, put on the shelf each where there is a folder for that."""
    made = GrowingLog(in_order=in_order)
    for part in parts:
        made.add(part)
        if folder is not None:
            made.shelve(folder)
    return made


def test_rows_on_the_shelf_and_in_memory(tmp_path: Path) -> None:
    made = log(table((2, "b")), table((1, "a")), folder=tmp_path)
    assert made.size == 0
    made.add(table((3, "c")))
    assert made.size > 0
    assert cells(made.table()) == [(2, "b"), (1, "a"), (3, "c")]
    made.settle(tmp_path)
    assert cells(made.table()) == [(2, "b"), (1, "a"), (3, "c")]
    assert made.size == 0


def test_the_order_of_time_is_the_same_as_in_memory(tmp_path: Path) -> None:
    parts = [table((5, "b"), (1, "z")), table((5, "a")), table((None, "n"), (3, "c"))]
    shelved, held = log(*parts, in_order=True, folder=tmp_path), log(*parts, in_order=True)
    for made in (shelved, held):
        made.settle(tmp_path)
    assert cells(shelved.table()) == cells(held.table()) == [(1, "z"), (3, "c"), (5, "a"), (5, "b"), (None, "n")]


def test_addresses_have_one_dictionary_in_the_end(tmp_path: Path) -> None:
    names = "ts id.orig_h"
    made = log(table((1, "a"), names=names), table((2, "b"), names=names), folder=tmp_path)
    made.settle(tmp_path)
    chunks = made.table().column(1).chunks
    assert len(chunks) == 2
    assert chunks[0].dictionary.equals(chunks[1].dictionary)


def test_columns_that_come_late_are_unset_before(tmp_path: Path) -> None:
    made = log(table((1, "a")), table((2, "b", "x"), names="ts uid query"), folder=tmp_path)
    assert cells(made.table()) == [(1, "a", None), (2, "b", "x")]
    made.settle(tmp_path)
    assert cells(made.table()) == [(1, "a", None), (2, "b", "x")]
    assert len({chunk.type for chunk in made.table().column(2).chunks}) == 1


@pytest.mark.parametrize("in_order", [False, True])
def test_rows_that_come_once_it_is_settled(tmp_path: Path, in_order: bool) -> None:
    """A log is shown with its first rows, and all others are read when somebody looks at it."""
    names = "ts id.orig_h"
    made = log(table((1, "a"), names=names), in_order=in_order)
    made.settle(tmp_path)
    for number in range(2, 6):
        made.add(table((number, f"b{number}"), names=names))
        assert made.size > 0
        made.shelve(tmp_path)
        assert made.size == 0
        if number % 2:
            made.settle(tmp_path)
    wanted = [(1, "a"), *((number, f"b{number}") for number in range(2, 6))]
    assert cells(made.table()) == cells(pa.concat_tables(made.shelf(tmp_path).tables())) == wanted


def test_what_is_settled_takes_no_memory(tmp_path: Path) -> None:
    made = GrowingLog(in_order=True, settled=True)
    rows = table((2, "b"), (1, "a"))
    made.add(rows)
    made.settle(tmp_path)
    assert made.size == 0
    assert made.table() is rows


def test_all_rows_can_be_had_on_a_shelf(tmp_path: Path) -> None:
    for made in (log(table((1, "a"))), log(table((1, "a")), folder=tmp_path)):
        made.settle(tmp_path)
        assert cells(pa.concat_tables(made.shelf(tmp_path).tables())) == [(1, "a")]
        assert made.bytes > 0
