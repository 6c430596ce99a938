"""Items made in a thread of their own."""

import threading
from collections.abc import Iterator

import pytest

from parsers.zeek.ahead import ahead


def test_all_come_in_their_order() -> None:
    for count in (0, 1, 2, 3, 100):
        assert list(ahead(iter(range(count)))) == list(range(count))


def test_they_are_made_beside_what_is_done_with_them() -> None:
    made = threading.Event()

    def items() -> Iterator[int]:
        yield from range(3)
        made.set()
        yield 3

    coming = ahead(items())
    # The fourth is not waited for by anybody here.
    assert [next(coming) for _ in range(3)] == [0, 1, 2]
    assert made.wait(10)
    assert list(coming) == [3]


def test_errors_come_where_they_were_raised() -> None:
    def items() -> Iterator[int]:
        yield from range(5)
        raise OSError("gone")

    coming = ahead(items())
    assert [next(coming) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(OSError, match="gone"):
        next(coming)


def test_what_is_left_is_not_made_once_it_is_closed() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1000):
            made.append(number)
            yield number

    before = threading.active_count()
    coming = ahead(items())
    for _ in range(5):
        next(coming)
    coming.close()
    assert len(made) < 10
    assert threading.active_count() == before
