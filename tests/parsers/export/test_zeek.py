"""Zeek's logs, written: the bytes of the file, one oddity a test."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from parsers.export.folder import write
from parsers.export.registry import FORMATS
from parsers.schema import FAR_TIME
from tests.parsers.export.tables import table

ZEEK = FORMATS["zeek"]
NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def rows(folder: Path, made: pa.Table, log: str = "odd") -> list[str]:
    """The rows of the file that is written for a table."""
    write(folder, {log: made}, ZEEK, now=NOW)
    text = (folder / f"{log}.log").read_bytes().decode()
    return [line for line in text.split("\n") if line and not line.startswith("#")]


def cells(folder: Path, kind: str, *values: Any, log: str = "odd") -> list[str]:
    """The cells that one column of that type is written as."""
    made = table(n=("count", list(range(len(values)))), x=(kind, list(values)))
    return [line.split("\t")[1] for line in rows(folder, made, log)]


@pytest.mark.parametrize(
    ("microseconds", "cell"),
    [
        (253_402_300_799_000_000, "253402300799.000000"),
        (-62_135_596_800_000_000, "-62135596800.000000"),
        (1_602_536_538_461_329, "1602536538.461329"),
        (-1, "-0.000001"),
        (None, "-"),
    ],
)
def test_times_of_any_year(tmp_path: Path, microseconds: int | None, cell: str) -> None:
    made = pa.table({"n": [1], "t": pa.array([microseconds], FAR_TIME)})
    assert rows(tmp_path, made) == [f"1\t{cell}"]


def test_the_whole_file(tmp_path: Path) -> None:
    write(tmp_path, {"tiny": table(ts=("time", [1_500_000_000]), tags=("set[enum]", [["A::B", "C"]]))}, ZEEK, now=NOW)
    assert (tmp_path / "tiny.log").read_text() == (
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\ttiny\n"
        "#open\t2024-05-06-07-08-09\n#fields\tts\ttags\n#types\ttime\tset[enum]\n1.500000\tA::B,C\n"
        "#close\t2024-05-06-07-08-09\n"
    )


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [
        ("time", 1_602_536_538_461_329_000, "1602536538.461329"),
        ("time", 0, "0.000000"),
        ("time", 1_199_145_600_000_000_501, "1199145600.000000"),
        ("interval", -1, "-0.000000"),
        ("interval", -1_000_001_000, "-1.000001"),
        ("interval", 999_999_999, "1.000000"),
        ("interval", 5_000_000_000, "5.000000"),
        ("count", 2**64 - 1, "18446744073709551615"),
        ("int", -(2**63), "-9223372036854775808"),
        ("port", 65535, "65535"),
        ("bool", True, "T"),
        ("bool", False, "F"),
        ("double", 1.5, "1.5"),
        ("double", 3.0, "3.0"),
        ("double", -0.25, "-0.25"),
        ("double", 1e22, "10000000000000000000000.0"),
        ("addr", "fe80::1", "fe80::1"),
        ("subnet", "10.0.0.0/8", "10.0.0.0/8"),
        ("enum", "tcp", "tcp"),
        ("string", "", "(empty)"),
        ("string", "-", r"\x2d"),
        ("string", "(empty)", r"\x28empty)"),
        ("string", "--", "--"),
        ("string", "a,b", "a,b"),
        ("string", "a\tb", r"a\x09b"),
        ("string", "a\nb\r", r"a\x0ab\x0d"),
        ("string", "C:\\x", r"C:\\x"),
        ("string", "grün", "grün"),
        ("string", "grün\x00", r"gr\xc3\xbcn\x00"),
        ("string", "grün\\\x7f", r"grün\\\x7f"),
        ("string", "\x85", r"\xc2\x85"),
        ("string", "\ue000", r"\xee\x80\x80"),
        ("string", r"\xff!", r"\xff!"),
        ("string", r"\x5cx41", r"\\x41"),
        ("set[string]", [], "(empty)"),
        ("set[string]", ["", "-", "a,b", "c"], r"(empty),\x2d,a\x2cb,c"),
        ("vector[string]", ["a", None], "a,-"),
        ("vector[interval]", [60_000_000_000, 1_000], "60.000000,0.000001"),
        ("set[count]", [1, 22], "1,22"),
        ("set[addr]", ["10.0.0.1", "::1"], "10.0.0.1,::1"),
        ("vector[bool]", [True, None, False], "T,-,F"),
    ],
)
def test_one_cell(tmp_path: Path, kind: str, value: Any, cell: str) -> None:
    assert cells(tmp_path, kind, value, None) == [cell, "-"]


def test_a_row_that_begins_like_a_header_is_escaped(tmp_path: Path) -> None:
    made = table(x=("string", ["#close", "a#"]), y=("count", [1, 2]))
    assert rows(tmp_path, made) == ["\\x23close\t1", "a#\t2"]


def test_a_long_string_is_cut_where_zeek_cuts_it(tmp_path: Path) -> None:
    assert cells(tmp_path, "string", "é" * 3000) == ["é" * 2048]
    assert cells(tmp_path, "string", "é" * 3000, log="http") == ["é" * 3000]


def test_a_long_set_is_cut_where_zeek_cuts_it(tmp_path: Path) -> None:
    long, short = list(range(300)), [1, 2]
    shown = cells(tmp_path, "vector[count]", short, long, None, short)
    assert shown == ["1,2", ",".join(map(str, range(100))), "-", "1,2"]
    assert cells(tmp_path, "vector[count]", long, log="x509") == [",".join(map(str, long))]


def test_all_sets_of_a_row_share_five_hundred_elements(tmp_path: Path) -> None:
    made = table(**{name: ("vector[count]", [list(range(90)), [7]]) for name in "abcdefg"})
    first, second = rows(tmp_path, made)
    assert [cell.count(",") + 1 for cell in first.split("\t")] == [90, 90, 90, 90, 90, 50, 1]
    assert second == "\t".join("7" * 7)


def test_nothing_is_cut_where_all_is_wanted(tmp_path: Path) -> None:
    made = table(**{name: ("vector[string]", [["x" * 5000] * 200]) for name in "abcd"})
    write(tmp_path, {"odd": made}, ZEEK, now=NOW, whole=True)
    assert (tmp_path / "odd.log").read_text().count("x" * 5000) == 800


def test_many_batches_stay_in_order(tmp_path: Path) -> None:
    count = 300_000
    assert cells(tmp_path, "count", *range(count)) == [str(n) for n in range(count)]
