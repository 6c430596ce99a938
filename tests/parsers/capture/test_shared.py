"""Columns that forked processes share."""

import numpy as np
import pytest

from parsers import budget
from parsers.capture import shared
from parsers.capture.workers import share_out


def test_a_column_is_of_zeros_and_may_be_empty() -> None:
    assert shared.column(3, np.uint16).tolist() == [0, 0, 0]
    assert shared.column(0, np.int64).tolist() == []


def test_parts_stand_behind_one_another() -> None:
    made = shared.concatenated([np.array([1, 2], np.uint8), np.array([], np.uint8), np.array([3], np.uint8)])
    assert made.tolist() == [1, 2, 3]
    assert made.dtype == np.uint8


def test_cells_are_taken_by_their_places() -> None:
    assert shared.taken(np.array([5, 6, 7]), np.array([2, 0])).tolist() == [7, 5]


def test_what_one_process_writes_the_others_see() -> None:
    both = shared.copied(np.array([1, 2]))

    def write(place: int) -> None:
        both[place] += 6

    assert len(list(share_out(write, [0, 1]))) == 2
    assert both.tolist() == [7, 8]


@pytest.fixture
def without_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "for_packets", lambda: 0)
    monkeypatch.setattr(shared, "BLOCK", 2)


@pytest.mark.usefixtures("without_memory")
def test_beyond_the_budget_columns_are_in_files_that_are_shared_too() -> None:
    test_a_column_is_of_zeros_and_may_be_empty()
    test_parts_stand_behind_one_another()
    test_cells_are_taken_by_their_places()
    test_what_one_process_writes_the_others_see()


def test_what_is_freed_is_within_the_budget_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "for_packets", lambda: 1 << 40)
    size = 1 << 39
    before = shared.fits(size)
    made = shared.column(1 << 20, np.int64)
    monkeypatch.setattr(budget, "for_packets", lambda: size + (1 << 20))
    assert before
    assert not shared.fits(size)
    del made
    assert shared.fits(size)


def test_what_is_shared_is_not_copied() -> None:
    made = shared.column(3, np.int64)
    assert shared.copied(made[1:]).base is not None
    assert np.shares_memory(shared.copied(made[1:]), made)
    own = np.arange(3)
    assert not np.shares_memory(shared.copied(own), own)


def test_a_column_of_one_value() -> None:
    made = shared.repeated(np.int32(-1), 4)
    assert shared.copied(made).tolist() == [-1] * 4
    assert made.strides == (0,)


BLOCKS = [{"a": np.arange(n, dtype=np.int32), "b": np.full(n, 2.5)} for n in (3, 2, 4)]


def test_blocks_stay_where_they_are_while_there_is_memory() -> None:
    room = shared.Rows(20)
    assert all(room.put(block) is block for block in BLOCKS)


@pytest.mark.usefixtures("without_memory")
def test_blocks_stand_behind_one_another_and_need_not_be_joined() -> None:
    room = shared.Rows(20)
    kept = [room.put(block) for block in BLOCKS]
    whole = shared.concatenated([block["a"] for block in kept])
    assert whole.tolist() == [0, 1, 2, 0, 1, 0, 1, 2, 3]
    assert np.shares_memory(whole, kept[1]["a"])
    assert shared.concatenated([block["b"] for block in kept[1:]]).tolist() == [2.5] * 6
    # Not behind one another.
    assert shared.concatenated([kept[2]["a"], kept[0]["a"]]).tolist() == [0, 1, 2, 3, 0, 1, 2]
