"""Columns that another process makes."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from parsers.capture import shared
from parsers.capture.room import Room

COLUMNS: list[npt.NDArray[Any]] = [
    np.arange(3, dtype=np.uint8),
    np.array([5, 6], np.int64),
    np.arange(4, dtype=np.int32),
]


# For all of them, for those but the last, for none.
@pytest.mark.parametrize(("size", "held"), [(40, [True] * 3), (24, [True, True, False]), (0, [False] * 3)])
def test_columns_lie_in_it_as_long_as_there_is_room(size: int, held: list[bool]) -> None:
    room = Room(size)
    packed = room.packed({"said": "word", "columns": COLUMNS})
    assert [isinstance(place, slice) for place in packed[1]] == held
    found = room.unpacked(packed)
    assert found["said"] == "word"
    assert [column.tolist() for column in found["columns"]] == [[0, 1, 2], [5, 6], [0, 1, 2, 3]]
    assert [column.dtype for column in found["columns"]] == [column.dtype for column in COLUMNS]


def test_what_lies_in_it_counts_as_shared() -> None:
    before = shared.held()
    room = Room(64)
    found = room.unpacked(room.packed(COLUMNS[1]))
    assert shared.held() == before + 16
    assert shared.copied(found) is found
    del room, found
    assert shared.held() == before
