"""What is listed once a day."""

import numpy as np

from parsers.limits import KNOWN_FOR
from parsers.protocols.expiry import Expiry
from parsers.protocols.known import daily
from parsers.schema import Row

SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND
DAY = 24 * 3600


def name(row: Row) -> str:
    said: str = row[1]
    return said


def row(second: int, what: str = "a") -> Row:
    return START + second * SECOND, what


def test_each_is_listed_when_it_is_first_seen() -> None:
    rows = [row(5, "b"), row(3), row(1), row(4, "b")]
    clock = np.array([START, START + 9 * SECOND])
    assert daily.logged(rows, name, Expiry(clock)) == [row(1), row(4, "b")]


def test_it_is_listed_again_when_a_day_has_passed_and_the_table_was_looked_through() -> None:
    assert KNOWN_FOR == DAY * SECOND
    clock = np.array([START, *(START + second * SECOND for second in range(DAY - 5, DAY + 40))])
    rows = [row(0), row(DAY - 1), row(DAY), row(DAY + 30), row(DAY + 31)]
    assert daily.logged(rows, name, Expiry(clock)) == [row(0), row(DAY + 30)]


def test_a_shard_tells_of_each_once_a_minute() -> None:
    first = START // (60 * SECOND) * 60 - START // SECOND
    rows = [row(first + second) for second in (70, 1, 0, 59, 60)]
    assert sorted(daily.thinned([*rows, row(first + 2, "b")], name)) == [
        row(first),
        row(first + 2, "b"),
        row(first + 60),
    ]
