from typing import Any

import pyarrow as pa
import pytest

from parsers.bounds import CONTAINER, STRING, Bounds, beyond, bounded
from parsers.schema import Field, Record

RECORD = Record(
    "any",
    "",
    "",
    (
        Field("host", "addr", ""),
        Field("kind", "string", "", repeats=True),
        Field("text", "string", ""),
        Field("names", "set[string]", ""),
        Field("sizes", "vector[count]", ""),
    ),
)
BOUNDS = Bounds(string=10, elements=4, row_elements=6, row_string=24)


def rows(*made: tuple[Any, ...]) -> pa.RecordBatch:
    (batch,) = RECORD.table(made).to_batches()
    return batch


@pytest.mark.parametrize(
    ("row", "kept", "kinds"),
    [
        (("10.0.0.100", "0123456789", "é123456789"[:9], ["a"] * 4, [1, 2]), None, set()),
        ((None, None, None, None, None), None, set()),
        (("10.0.0.1", "0123456789a", "", [], []), ("10.0.0.1", "0123456789", "", [], []), {STRING}),
        (("10.0.0.1", "", "0123456789a", [], []), ("10.0.0.1", "", "0123456789", [], []), {STRING}),
        # Bytes are counted, not the characters that stand for one that is no text.
        (("10.0.0.1", "", r"\xff" * 10, [], []), None, set()),
        (("10.0.0.1", "", r"\xff" * 11, [], []), ("10.0.0.1", "", r"\xff" * 10, [], []), {STRING}),
        (("10.0.0.1", "", "", ["0123456789a", ""], []), ("10.0.0.1", "", "", ["0123456789", ""], []), {STRING}),
        (("10.0.0.1", "", "", ["a"] * 5, []), ("10.0.0.1", "", "", ["a"] * 4, []), {CONTAINER}),
        (("10.0.0.1", "", "", ["a"] * 4, [1, 2, 3]), ("10.0.0.1", "", "", ["a"] * 4, [1, 2]), {CONTAINER}),
        # What is behind the last element takes no place.
        (("10.0.0.1", "", "", ["a"] * 4 + ["long" * 9], []), ("10.0.0.1", "", "", ["a"] * 4, []), {CONTAINER}),
        (
            ("10.0.0.1", "0123456789", "0123456789", ["abc", "def"], [1]),
            ("10.0.0.1", "0123456789", "0123456789", ["abc", "d"], [1]),
            {STRING},
        ),
        (
            ("10.0.0.1", "0123456789", "0123456789", ["abcde", "f"] * 3, [1, 2, 3]),
            ("10.0.0.1", "0123456789", "0123456789", ["abcd", "", "", ""], [1, 2]),
            {STRING, CONTAINER},
        ),
    ],
)
def test_a_row_within_its_bounds(row: tuple[Any, ...], kept: tuple[Any, ...] | None, kinds: set[str]) -> None:
    other = ("10.0.0.2", "a", "b", ["c"], [1])
    batch = rows(other, row, other)
    assert list(RECORD.rows(pa.table(bounded(batch, BOUNDS)))) == [other, kept or row, other]
    assert beyond(batch, BOUNDS) == {kind: [1] for kind in kinds}


def test_the_bounds_of_logs() -> None:
    assert Bounds.of("smtp") == Bounds(4096, 100, 500, 256_000)
    assert Bounds.of("http") == Bounds(256_000, 100, 500, 256_000)
    assert Bounds.of("x509") == Bounds(4096, 500, 1500, 256_000)
