"""Logs as CSV: what a spreadsheet makes of them, and the way back."""

import csv
import io
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.export.csv import unguarded
from tests.parsers.export.tables import table, written


def records(made: pa.Table) -> list[list[str]]:
    """What Python's csv reads, the header first."""
    return list(csv.reader(io.StringIO(written("csv", made).decode(), newline=""), strict=True))


def cells(kind: str, *values: Any) -> list[str]:
    """What one column of that type is written as."""
    return [row[1] for row in records(table(n=("count", [1] * len(values)), x=(kind, list(values))))[1:]]


def test_the_whole_file() -> None:
    made = table(
        ts=("time", [1_500_000_000, 0]), s=("string", ['say "a, b"', None]), tags=("set[enum]", [["A", "B"], []])
    )
    assert written("csv", made) == (b'ts,s,tags\r\n1.500000,"say ""a, b""","A,B"\r\n0.000000,,(empty)\r\n')


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [
        ("int", -5, "-5"),
        ("interval", -1_500_000_000, "-1.500000"),
        ("double", -0.25, "-0.25"),
        ("string", "-5", "'-5"),
        ("string", "=1+1", "'=1+1"),
        ("string", "+1", "'+1"),
        ("string", "@SUM(A1)", "'@SUM(A1)"),
        ("string", "  =1", "'  =1"),
        ("string", "\uff1d1", "'\uff1d1"),
        ("string", "'=1", "''=1"),
        ("string", "' =1", "'' =1"),
        ("string", "'quoted'", "'quoted'"),
        ("string", "a;=1;b", "a;'=1;b"),
        ("string", "a=1;b", "a=1;b"),
        ("string", "\t=1", r"\x09=1"),
        ("string", "\r=1", r"\x0d=1"),
        ("string", "a\nb", r"a\x0ab"),
        ("string", "", "(empty)"),
        ("string", "-", r"\x2d"),
        ("enum", "-", r"\x2d"),
        ("enum", "=x", "'=x"),
        ("set[string]", ["=x", "=y"], "'=x,=y"),
        ("vector[int]", [-1, -2], "'-1,-2"),
        ("vector[string]", [None, "a"], "'-,a"),
        ("bool", True, "T"),
    ],
)
def test_one_cell(kind: str, value: Any, cell: str) -> None:
    assert cells(kind, value, None) == [cell, ""]


def test_names_of_fields_are_guarded_too() -> None:
    assert records(table(**{"=cmd": ("count", [1]), 'a"': ("count", [2])})) == [["'=cmd", 'a"'], ["1", "2"]]


def test_a_row_of_one_empty_cell_is_no_empty_line() -> None:
    assert written("csv", table(x=("string", [None, "a"]))) == b'x\r\n""\r\na\r\n'


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("'=;+ -@a\uff0b"), max_size=8))
def test_the_guard_can_be_undone(text: str) -> None:
    (guarded,) = cells("pattern", "a" + text)
    (other,) = cells("pattern", text) if text not in ("", "-") else ("",)
    assert unguarded(guarded) == "a" + text
    if other:
        assert unguarded(other) == text
        assert all(not part.lstrip(" ").startswith(("=", "+", "-", "@", "\uff0b")) for part in other.split(";"))
