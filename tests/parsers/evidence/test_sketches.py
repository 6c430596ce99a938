"""Sketches of columns: what they leave out is not there."""

from collections.abc import Iterator

import pyarrow as pa
import pytest

from parsers import budget
from parsers.evidence import sketches
from parsers.evidence.links import related
from parsers.evidence.sketches import Sketches


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sketches, "PIECE", 64)
    monkeypatch.setattr(sketches, "_LARGE", 1)


def uid(number: int) -> str:
    return f"C{number * 7919 % 1_000_003:08d}abcdefgh"


def column(*parts: range) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array([uid(number) for number in part]) for part in parts], pa.string())


def begun(found: Iterator[tuple[int, pa.Array]]) -> list[int]:
    return [start for start, _ in found]


def test_the_piece_that_holds_a_value_is_never_left_out_and_most_others_are() -> None:
    made, looks, looked = column(range(1000), range(1000, 1500)), Sketches(), 0
    for number in range(0, 1500, 37):
        pieces = list(looks.pieces("conn", "uid", made, [uid(number)]))
        assert any(uid(number) in piece.to_pylist() and start <= number < start + 64 for start, piece in pieces)
        looked += len(pieces)
    assert looked < 3 * len(range(0, 1500, 37))


def test_of_several_values_one_is_enough() -> None:
    made = column(range(640))
    assert {0, 576} <= {*begun(Sketches().pieces("conn", "uid", made, [uid(3), "C00000000nothere", uid(600)]))}


def test_a_column_that_grows_or_changes() -> None:
    looks = Sketches()
    first, more, other = column(range(640)), column(range(640), range(640, 700)), column(range(5000, 5640))
    assert begun(looks.pieces("conn", "uid", first, [uid(1)]))[0] == 0
    assert 640 in begun(looks.pieces("conn", "uid", more, [uid(650)]))
    assert 64 in begun(looks.pieces("conn", "uid", other, [uid(5070)]))


@pytest.mark.parametrize("value", ["", "short"])
def test_short_values_are_looked_for_everywhere(value: str) -> None:
    made = pa.chunked_array([pa.array([value, None, uid(1)])])
    assert begun(Sketches().pieces("conn", "uid", made, [value])) == [0]


def test_unset_and_sliced_cells() -> None:
    made = pa.chunked_array([pa.array([None, "x", *(uid(number) for number in range(300))]).slice(1)])
    found = list(Sketches().pieces("conn", "uid", made, [uid(299)]))
    assert [uid(299) in piece.to_pylist() for _, piece in found][-1]


def test_lists_and_dictionaries_are_looked_through_whole() -> None:
    for kind in (pa.list_(pa.string()), pa.dictionary(pa.int32(), pa.string())):
        made = pa.chunked_array([pa.nulls(200, kind)])
        assert [len(piece) for _, piece in Sketches().pieces("files", "conn_uids", made, [uid(1)])] == [200]


def test_without_memory_for_them_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "for_work", lambda: 0)
    assert begun(Sketches().pieces("conn", "uid", column(range(640)), ["C99999999nothere"])) == [0]


def test_what_belongs_to_a_row_is_the_same_with_them() -> None:
    tables = {"conn": pa.table({"uid": column(range(500))}), "http": pa.table({"uid": column(range(250, 600))})}
    looks = Sketches()
    for row in (0, 250, 499):
        assert related(tables, "conn", row, sketches=looks) == related(tables, "conn", row)
