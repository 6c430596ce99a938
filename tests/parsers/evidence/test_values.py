"""Values in words."""

import pyarrow as pa
import pytest

from parsers import schema
from parsers.evidence import values

SECOND = 1_000_000_000


def test_times_keep_their_digits() -> None:
    assert values.time_text(1_602_536_538_594_123_456) == "2020-10-12 21:02:18.594123"
    assert values.time_text(1_602_536_538_594_123_456, 0) == "2020-10-12 21:02:18"
    assert values.clock_text(1_602_536_538_594_123_456) == "21:02:18.594"
    assert values.time_text(-1, 3) == "1969-12-31 23:59:59.999"
    assert values.time_text(2**63 - 1, 0) == "2262-04-11 23:47:16"
    assert values.time_text(253_402_300_799 * SECOND + 999_999_000) == "9999-12-31 23:59:59.999999"
    assert values.time_text(-62_135_596_800 * SECOND, 0) == "0001-01-01 00:00:00"


def test_times_without_a_year_of_four_digits_are_seconds() -> None:
    assert values.time_text(253_402_300_800 * SECOND) == "253402300800.000000"
    assert values.time_text(-62_135_596_801 * SECOND) == "-62135596801.000000"


def test_times_in_microseconds_are_the_same() -> None:
    column = pa.chunked_array([pa.array([1_602_536_538_594_123], schema.FAR_TIME)])
    assert values.writer("time")(column[0]) == "2020-10-12 21:02:18.594123"
    assert values.value_of(column, 0) == 1_602_536_538_594_123_000


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0 ms"),
        (420_000_000, "420 ms"),
        (29_213_554_000, "29.2 s"),
        (704 * SECOND, "11 min 44 s"),
        (7_500 * SECOND, "2 h 5 min"),
    ],
)
def test_intervals_as_one_says_them(nanoseconds: int, text: str) -> None:
    assert values.span_text(nanoseconds) == text


def test_intervals_as_zeek_writes_them() -> None:
    assert values.interval_text(29_213_554_000) == "29.213554"
    assert values.interval_text(-1_500_000_000) == "-1.500000"


@pytest.mark.parametrize(
    ("zeek_type", "value", "text"),
    [
        ("string", "a\tb", "a\\x09b"),
        ("string", "", "(empty)"),
        ("string", None, "-"),
        ("count", 0, "0"),
        ("bool", False, "F"),
        ("double", 0.5, "0.5"),
        ("port", 443, "443"),
        ("addr", "10.0.0.1", "10.0.0.1"),
        ("time", 1_500_000_000, "1970-01-01 00:00:01.500000"),
        ("set[string]", ["a", None, ""], "a, -, (empty)"),
        ("set[string]", [], "(empty)"),
        ("vector[interval]", [SECOND], "1.000000"),
        ("vector[string]", None, "-"),
    ],
)
def test_each_type_has_its_text(zeek_type: str, value: object, text: str) -> None:
    column = pa.chunked_array([pa.array([value], type=schema.arrow_type(zeek_type))])
    assert values.writer(zeek_type)(column[0]) == text


def test_plain_values() -> None:
    column = pa.chunked_array([pa.array([[SECOND], None], type=schema.arrow_type("vector[interval]"))])
    assert values.value_of(column, 0) == [SECOND]
    assert values.value_of(column, 1) is None
