"""Logs as Zeek writes them in JSON: the bytes of the file, one oddity a test."""

import json
import math
from typing import Any

import pyarrow as pa
import pytest

from parsers.schema import FAR_TIME
from tests.parsers.export.tables import table, written


def cells(kind: str, *values: Any) -> list[str]:
    """What one column of that type is written as, unset ones as nothing."""
    lines = written("json", table(x=(kind, list(values)))).decode().splitlines()
    return [line.removeprefix("{").removeprefix('"x":').removesuffix("}") for line in lines]


def test_the_whole_file() -> None:
    columns: dict[str, tuple[str, list[Any]]] = {
        "ts": ("time", [1_500_000_000, None]),
        "id.orig_p": ("port", [80, 53]),
        "tags": ("set[enum]", [["A::B", "C"], None]),
        "ok": ("bool", [None, False]),
    }
    made = table(**columns)
    assert written("json", made) == (b'{"ts":1.5,"id.orig_p":80,"tags":["A::B","C"]}\n{"id.orig_p":53,"ok":false}\n')


def test_a_row_of_which_nothing_is_set() -> None:
    assert written("json", table(a=("count", [None, 1]), b=("string", [None, None]))) == b'{}\n{"a":1}\n'


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [
        ("time", 1_602_536_538_461_329_000, "1602536538.461329"),
        ("time", 1_602_536_538_000_000_000, "1602536538.0"),
        ("time", 0, "0.0"),
        ("time", -1_500_000_000, "-1.5"),
        ("time", 1_199_145_600_000_000_501, "1199145600.0000005"),
        ("interval", 1_000, "0.000001"),
        ("interval", 35_000, "0.000035"),
        ("interval", 35, "3.5e-8"),
        ("interval", -1, "-1e-9"),
        ("interval", 999_999_999, "0.999999999"),
        ("count", 2**64 - 1, "18446744073709551615"),
        ("int", -(2**63), "-9223372036854775808"),
        ("port", 65535, "65535"),
        ("bool", True, "true"),
        ("bool", False, "false"),
        ("double", 1.5, "1.5"),
        ("double", 3.0, "3.0"),
        ("double", -0.0, "-0.0"),
        ("double", 1e15, "1000000000000000.0"),
        ("double", 123456789012345680000.0, "123456789012345680000.0"),
        ("double", 1e21, "1e21"),
        ("double", -1.234e33, "-1.234e33"),
        ("double", 1e-5, "0.00001"),
        ("double", 1.5e-7, "1.5e-7"),
        ("double", 5e-324, "5e-324"),
        ("double", math.inf, "null"),
        ("double", math.nan, "null"),
        ("addr", "fe80::1", '"fe80::1"'),
        ("subnet", "10.0.0.0/8", '"10.0.0.0/8"'),
        ("enum", "tcp", '"tcp"'),
        ("string", "", '""'),
        ("string", "-", '"-"'),
        ("string", "(empty)", '"(empty)"'),
        ("string", 'a"b\\c/d', r'"a\"b\\c/d"'),
        ("string", "\b\f\n\r\t", r'"\b\f\n\r\t"'),
        ("string", "\x00\x1b\x7f", r'"\\x00\\x1b\\x7f"'),
        ("string", "grün\n€", '"grün\\n€"'),
        ("string", "grün\x00\n", r'"gr\\xc3\\xbcn\\x00\n"'),
        ("string", "\x85", r'"\\xc2\\x85"'),
        ("string", "\ue000", r'"\\xee\\x80\\x80"'),
        ("string", r"\xff!", r'"\\xff!"'),
        ("string", r"\x5cxff!", r'"\\xff!"'),
        ("set[string]", [], "[]"),
        ("set[string]", ["", "a,b", 'c"'], r'["","a,b","c\""]'),
        ("vector[string]", [None], "[null]"),
        ("vector[interval]", [60_000_000_000, 1_000], "[60.0,0.000001]"),
        ("vector[bool]", [True, None, False], "[true,null,false]"),
        ("set[addr]", ["10.0.0.1", "::1"], '["10.0.0.1","::1"]'),
    ],
)
def test_one_cell(kind: str, value: Any, cell: str) -> None:
    assert cells(kind, value, None) == [cell, ""]
    json.loads(cell)


@pytest.mark.parametrize(
    ("microseconds", "cell"),
    [(253_402_300_799_000_000, "253402300799.0"), (-62_135_596_800_000_000, "-62135596800.0")],
)
def test_times_of_any_year(microseconds: int, cell: str) -> None:
    made = pa.table({"t": pa.array([microseconds], FAR_TIME)})
    assert written("json", made).decode() == f'{{"t":{cell}}}\n'


def test_names_of_fields_are_foreign_text() -> None:
    assert written("json", table(**{'a"\n': ("count", [1])})) == b'{"a\\"\\n":1}\n'


def test_strings_and_sets_are_cut_where_zeek_cuts_them() -> None:
    made = table(s=("string", ["é" * 3000]), v=("vector[count]", [list(range(300))]))
    row = json.loads(written("json", made))
    assert row == {"s": "é" * 2048, "v": list(range(100))}
    assert json.loads(written("json", made, whole=True)) == {"s": "é" * 3000, "v": list(range(300))}
