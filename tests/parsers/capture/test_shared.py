"""Columns that forked processes share."""

import numpy as np

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
