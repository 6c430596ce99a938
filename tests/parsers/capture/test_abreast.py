"""Work on several columns at a time."""

import threading

import pytest

from parsers.capture.abreast import abreast


@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_results_come_in_order_and_no_thread_is_left(count: int) -> None:
    before = threading.active_count()
    assert abreast(lambda number: number * 2, range(count)) == [number * 2 for number in range(count)]
    assert threading.active_count() == before


def test_what_goes_wrong_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        abreast(lambda number: 1 // number, [1, 0])
