from pathlib import Path

import pyarrow as pa
import pytest

from parsers import limits
from parsers.cache.shelf import Shelf, slices
from tests.parsers.cache.rows import cells, table

NAMES = "ts id.orig_h"


def rows(first: int, count: int) -> pa.Table:
    return table(*((number, f"10.0.0.{number % 7}") for number in range(first, first + count)), names=NAMES)


def test_rows_are_mapped_in_the_order_in_which_they_were_put_there(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.put(rows(0, 0).schema, [rows(0, 10), rows(10, 5)])
    shelf.put(rows(0, 0).schema, [rows(15, 1)])
    whole = pa.concat_tables(shelf.tables())
    assert cells(whole) == cells(rows(0, 16))
    assert list(tmp_path.iterdir()) == []
    before = pa.total_allocated_bytes()
    again = shelf.tables()
    assert pa.total_allocated_bytes() == before
    shelf.seal()
    assert cells(pa.concat_tables(again)) == cells(pa.concat_tables(shelf.tables())) == cells(rows(0, 16))
    del shelf
    assert cells(whole) == cells(rows(0, 16))


def test_values_that_repeat_begin_anew_when_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DICTIONARY_BYTES", 10)
    shelf = Shelf(tmp_path)
    for first in range(3):
        shelf.put(rows(0, 0).schema, [rows(first * 4, 4)])
    assert len(shelf.series) == 3
    assert cells(pa.concat_tables(shelf.tables())) == cells(rows(0, 12))


def test_values_begin_anew_while_rows_are_put_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else each piece would cost as much as all values of those before it."""
    monkeypatch.setattr(limits, "DICTIONARY_BYTES", 200)
    monkeypatch.setattr(limits, "PIECE_ROWS", 10)
    shelf = Shelf(tmp_path)
    distinct = table(*((number, f"10.0.1.{number}") for number in range(200)), names=NAMES)
    shelf.put(distinct.schema, [distinct])
    assert len(shelf.series) > 5
    assert max(each.codes.size for each in shelf.series) < 400
    shelf.seal()
    assert cells(pa.concat_tables(shelf.tables())) == cells(distinct)


def test_no_rows(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.put(rows(0, 0).schema, [])
    shelf.seal()
    (none,) = shelf.tables()
    assert (len(none), none.column_names) == (0, NAMES.split())


def test_pieces_are_small_enough_to_be_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PIECE_BYTES", 100)
    assert all(0 < len(piece) < 10 for piece in slices(rows(0, 50)))
    assert sum(map(len, slices(rows(0, 50)))) == 50
    monkeypatch.setattr(limits, "PIECE_BYTES", 1 << 20)
    monkeypatch.setattr(limits, "PIECE_ROWS", 20)
    assert [len(piece) for piece in slices(rows(0, 50))] == [20, 20, 10]


def test_there_is_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    shelf = Shelf(tmp_path)
    shelf.put(rows(0, 0).schema, [rows(0, 3)])
    monkeypatch.setattr("os.pwrite", full)
    with pytest.raises(OSError, match="No space left"):
        shelf.put(rows(0, 0).schema, [rows(3, 3)])
    monkeypatch.undo()
    shelf.put(rows(0, 0).schema, [rows(3, 3)])
    assert cells(pa.concat_tables(shelf.tables())) == cells(rows(0, 6))
