"""One line a log."""

import pyarrow as pa

from parsers.schema import arrow_field
from parsers.summary import lines


def log(kind: str, *values: object) -> pa.Table:
    field = arrow_field("ts", kind)
    return pa.table([pa.array(values, field.type)], schema=pa.schema([field]))


def test_names_and_rows_stand_below_each_other() -> None:
    start = 1_602_536_538_461_329_000
    assert lines({"conn": log("time", start + 10**9, None, start), "pe": log("time", *[start] * 10)}) == [
        "conn   3  2020-10-12T21:02:18.461329Z  2020-10-12T21:02:19.461329Z",
        "pe    10  2020-10-12T21:02:18.461329Z  2020-10-12T21:02:18.461329Z",
    ]


def test_a_log_without_times_says_so() -> None:
    assert lines({"empty": log("time"), "odd": log("string", "x")}) == ["empty  0  -  -", "odd    1  -  -"]


def test_no_logs_no_lines() -> None:
    assert lines({}) == []
