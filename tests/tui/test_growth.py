"""What stays the same of a log that grows."""

import pyarrow as pa

from tests.frames import START, plain
from tui.growth import bounds, kept, kept_rows

TYPES = {"ts": "time", "a": "string", "b": "set[string]"}


def some(first: int, rows: int) -> pa.Table:
    return plain(TYPES, *((START + row, str(row), ["x"]) for row in range(first, first + rows)))


def test_rows_that_are_added_leave_those_before_them() -> None:
    old = some(0, 5)
    assert kept_rows(old, old) == 5
    assert kept_rows(old, pa.concat_tables([old, some(5, 3)])) == 5


def test_a_column_that_comes_later_changes_no_row() -> None:
    old = some(0, 5)
    assert kept_rows(old, old.append_column("c", pa.array(range(5)))) == 5
    assert kept_rows(old.append_column("c", pa.array(range(5))), old) == 0


def test_other_rows_are_not_the_same_though_they_say_the_same() -> None:
    assert kept_rows(some(0, 5), some(0, 5)) == 0


def test_of_a_log_whose_end_was_put_together_anew_the_beginning_is_kept() -> None:
    first, second, third = some(0, 5), some(5, 2), some(7, 2)
    end = pa.concat_tables([second, third]).combine_chunks()
    assert kept_rows(pa.concat_tables([first, second]), pa.concat_tables([first, end])) == 5


def test_codes_of_another_dictionary_are_other_values() -> None:
    codes = pa.array([0, 1, 0], pa.int32())
    one = pa.chunked_array([pa.DictionaryArray.from_arrays(codes, pa.array(["x", "y"]))])
    other = pa.chunked_array([pa.DictionaryArray.from_arrays(codes, pa.array(["x", "z"]))])
    assert kept(one, one) == 3
    assert kept(one, pa.chunked_array([*one.chunks, *other.chunks])) == 3
    assert kept(one, other) == 0


def test_of_times_that_were_known_only_new_ones_are_looked_at() -> None:
    old, more = some(5, 5)["ts"], some(0, 3)["ts"]
    assert bounds(old) == (START + 5, START + 9)
    new = pa.chunked_array([*old.chunks, *more.chunks])
    assert bounds(new, old, (START + 5, START + 9)) == (START, START + 9)
    # Only by what was said to be known can one tell that the old ones were not looked at.
    assert bounds(new, old, (START + 6, START + 6)) == (START, START + 6)
    assert bounds(more, old, (START + 5, START + 9)) == (START, START + 2)


def test_what_is_no_time_has_no_bounds() -> None:
    assert bounds(some(0, 5)["a"]) is None
    assert bounds(some(0, 0)["ts"]) is None
