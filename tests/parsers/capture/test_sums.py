"""One's complement sums of many stretches, against one word at a time."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.capture import sums
from parsers.capture.store import Store
from tests.parsers.capture.summed import checksum

STRETCHES = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 120)), max_size=20)


def of(store: Store, places: list[tuple[int, int]]) -> list[int]:
    at, size = np.array(places, np.int64).reshape(-1, 2).T
    total: list[int] = sums.sums(store, at, size).tolist()
    return total


@settings(max_examples=100, deadline=None)
@given(data=st.binary(min_size=420, max_size=421), places=STRETCHES)
def test_stretches_anywhere(data: bytes, places: list[tuple[int, int]]) -> None:
    expected = [checksum(data[at : at + size]) for at, size in places]
    found = of(Store(memoryview(data)), places)
    assert [(total % sums.ONES, total > 0) for total in found] == [
        ((word ^ sums.ONES) % sums.ONES, any(data[at : at + size]))
        for word, (at, size) in zip(expected, places, strict=True)
    ]
    assert [sums.of_bytes(data[at : at + size]) % sums.ONES for at, size in places] == [
        total % sums.ONES for total in found
    ]


def test_more_than_is_looked_at_in_one_go() -> None:
    data = np.random.default_rng(1).integers(0, 256, 3_000_000, np.uint8).tobytes()
    places = [(at, 1461) for at in range(2_900_001, 1, -7000)] + [(1, 100_000)]
    expected = [(checksum(data[at : at + size]) ^ sums.ONES) % sums.ONES for at, size in places]
    assert [total % sums.ONES for total in of(Store(memoryview(data)), places)] == expected


def test_bytes_that_were_put_together() -> None:
    store = Store(memoryview(b"\1\2\3\4"))
    first = store.keep(b"\0\5\6")
    store.seal()
    second = store.keep(b"\7\0\1")
    found = [total % sums.ONES for total in of(store, [(first, 3), (0, 4), (second, 3)])]
    assert found == [5 + 0x600, 0x102 + 0x304, 0x700 + 0x100]


def test_what_is_wrong() -> None:
    assert sums.are_wrong(np.array([0, 1, 0xFFFF, 0x10000, 0x1FFFE])).tolist() == [True, True, False, True, False]
