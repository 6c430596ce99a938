import random

import pyarrow as pa
import pytest

from parsers.cache import ordering
from tests.parsers.cache.rows import cells, table


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_parts_are_joined_as_if_they_were_sorted_at_once(size: int) -> None:
    chance = random.Random(size)
    rows = [(chance.choice([None, *range(50)]), chance.choice("ab"), str(number)) for number in range(2000)]
    whole = table(*rows, names="ts uid n")
    parts = [whole.slice(start, 300) for start in range(0, len(rows), 300)]
    joined = list(ordering.joined(parts, size))
    assert cells(pa.concat_tables(joined)) == cells(ordering.in_order(whole))
    assert len(joined) > 1 or size == 1000


def test_an_address_tells_nothing_apart() -> None:
    whole = table((1, "b"), (2, "a"), (1, "a"), names="ts id.orig_h")
    assert cells(ordering.in_order(whole)) == [(1, "b"), (1, "a"), (2, "a")]
    (joined,) = ordering.joined([whole], 10)
    assert cells(joined) == [(1, "b"), (1, "a"), (2, "a")]
    assert joined.schema.equals(whole.schema, check_metadata=True)


def test_nothing_to_join() -> None:
    assert list(ordering.joined([], 10)) == []
    assert list(ordering.joined([table()], 10)) == []


def test_what_has_an_order_of_time() -> None:
    assert ordering.is_timed(table().schema)
    assert not ordering.is_timed(table(names="uid").schema)
