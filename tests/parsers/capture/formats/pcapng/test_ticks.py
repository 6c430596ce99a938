from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parsers.capture.formats.pcapng.ticks import is_countable, nanoseconds, unit

COUNTABLE = [units for units in range(256) if is_countable(units)]


def exact(ticks: int, resolution: int, offset: int) -> int:
    """Nanoseconds since the epoch by fractions of integers, what is finer cut off."""
    power = resolution & 0x7F
    per_second = 2**power if resolution & 0x80 else 10**power
    return offset * 10**9 + int(Fraction(ticks * 10**9, per_second))


def one(ticks: int, resolution: int, offset: int = 0) -> tuple[int, bool]:
    column = np.array([resolution], np.uint8)
    ts, can_be = nanoseconds(np.array([ticks], np.uint64), column, np.array([offset], np.int64))
    return int(ts[0]), bool(can_be[0])


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**64 - 1), st.sampled_from(COUNTABLE), st.integers(-(2**63), 2**63 - 1))
@example(0, 0, 9_200_000_000)
@example(0, 0, -9_200_000_000)
def test_times_are_exact_or_told(ticks: int, resolution: int, offset: int) -> None:
    for seconds in (0, offset, offset % 2_000_000_000):
        expected = exact(ticks, resolution, seconds)
        assert one(ticks, resolution, seconds) == (
            (expected, True) if abs(expected // 10**9) <= 9_200_000_000 else (0, False)
        )


@pytest.mark.parametrize(
    ("resolution", "ticks", "expected"),
    [
        (0, 1_700_000_000, 1_700_000_000 * 10**9),
        (3, 1_700_000_000_001, 1_700_000_000_001_000_000),
        (6, 1_700_000_000_000_001, 1_700_000_000_000_001_000),
        (9, 1_700_000_000_000_000_001, 1_700_000_000_000_000_001),
        (10, 17_000_000_000_000_000_019, 1_700_000_000_000_000_001),
        (12, 1_999, 1),
        (19, 2**64 - 1, 1_844_674_407),
        (0x80, 1_700_000_000, 1_700_000_000 * 10**9),
        (0x80 | 10, 1_700_000_000 * 1024 + 1, 1_700_000_000_000_976_562),
        (0x80 | 32, (1_700_000_000 << 32) + (1 << 31), 1_700_000_000_500_000_000),
        (0x80 | 63, 2**64 - 1, 1_999_999_999),
    ],
)
def test_powers_of_ten_and_of_two(resolution: int, ticks: int, expected: int) -> None:
    assert one(ticks, resolution) == (expected, True)


def test_each_packet_has_the_resolution_and_the_offset_of_its_interface() -> None:
    resolution = np.array([6, 0x80 | 1, 6, 0], np.uint8)
    ts, can_be = nanoseconds(np.array([1, 3, 2, 5], np.uint64), resolution, np.array([0, 10, -1, 2**62], np.int64))
    assert ts.tolist() == [1000, 11_500_000_000, -999_998_000, 0]
    assert can_be.tolist() == [True, True, True, False]


def test_units_that_do_not_fit() -> None:
    assert [is_countable(units) for units in (19, 20, 127, 0x80 | 63, 0x80 | 64, 0xFF)] == [
        *(True, False, False),
        *(True, False, False),
    ]
    assert [unit(units) for units in (20, 0xFF)] == ["10^-20 s", "2^-127 s"]


def test_no_packets() -> None:
    ts, can_be = nanoseconds(np.zeros(0, np.uint64), np.zeros(0, np.uint8), np.zeros(0, np.int64))
    assert len(ts) == len(can_be) == 0
