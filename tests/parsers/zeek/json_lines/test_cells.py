"""Cells in JSON: one oddity of spelling or type a test."""

import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import escape, limits
from parsers.schema import FAR_TIME, arrow_type, zeek_type
from tests.parsers.zeek.json_lines.lines import read_log, rows
from tests.parsers.zeek.logs import read_all, values

SECOND = 10**9
EPOCH = 1_602_536_538


def cells(folder: Path, log: str, key: str, *texts: str) -> tuple[list[Any], list[str]]:
    """What the texts of values under a key are in a log, and the troubles."""
    lines = "".join(f'{{"n":{n},"{key}":{text}}}\n' for n, text in enumerate(texts))
    table, troubles = read_log(folder, lines, f"{log}.log")
    return values(table, key), troubles


@pytest.mark.parametrize(
    ("log", "key", "texts", "expected"),
    [
        # Seconds as doubles: what a double holds has the six decimals of Zeek's other format, more is exact.
        (
            "conn",
            "ts",
            [f"{EPOCH}.461329", "0.5", "null", f"{EPOCH}"],
            [461_329_000, -EPOCH * SECOND + 500_000_000, None, 0],
        ),
        ("conn", "ts", [f"{EPOCH}.4613291", f"{EPOCH}.4613296"], [461_329_000, 461_330_000]),
        ("conn", "ts", [f"{EPOCH}.46132951", f"{EPOCH}.123456789"], [461_329_510, 123_456_789]),
        ("conn", "ts", ["1.602536538461329e9", f"{EPOCH}.1234567890123"], [461_329_000, 123_457_000]),
        # Whole numbers are milliseconds, or what else such a large number can only be.
        ("conn", "ts", [f"{EPOCH}461", f"{EPOCH}462"], [461_000_000, 462_000_000]),
        ("conn", "ts", [f"{EPOCH}461329"], [461_329_000]),
        ("conn", "ts", [f"{EPOCH}461329123"], [461_329_123]),
        ("conn", "ts", ["500", "1500"], [-EPOCH * SECOND + 500_000_000, -EPOCH * SECOND + 1_500_000_000]),
        ("conn", "ts", [f"{EPOCH}461", str(2**64 - 1000)], [461_000_000, -EPOCH * SECOND - SECOND]),
        ("conn", "ts", [f"{EPOCH}461.329"], [461_329_000]),
        # ISO 8601.
        ("conn", "ts", ['"2020-10-12T21:02:18.461329Z"', '"2020-10-12 21:02:18"'], [461_329_000, 0]),
        ("conn", "ts", ['"2020-10-12T23:02:18.5+02:00"', '"2020-10-12T17:02:18-0400"'], [500_000_000, 0]),
        ("conn", "ts", ['"2020-10-12T21:02:18.123456789Z"', f'"{EPOCH}.25"'], [123_456_789, 250_000_000]),
        ("conn", "ts", ['"1969-12-31T23:59:58.750000Z"'], [-EPOCH * SECOND - 1_250_000_000]),
    ],
)
def test_times(tmp_path: Path, log: str, key: str, texts: list[str], expected: list[Any]) -> None:
    found, troubles = cells(tmp_path, log, key, *texts)
    assert troubles == []
    assert [None if cell is None else cell - EPOCH * SECOND for cell in found] == expected


@pytest.mark.parametrize(
    ("log", "key", "texts", "expected"),
    [
        ("conn", "orig_bytes", ["18446744073709551615", "0", '"7"', "5.0"], [2**64 - 1, 0, 7, 5]),
        ("ldap", "version", ["-9223372036854775808", "9223372036854775807"], [-(2**63), 2**63 - 1]),
        ("conn", "id.orig_p", ["65535", '"80"'], [65535, 80]),
        ("conn", "local_orig", ["true", "false", '"T"', '"F"', '"true"'], [True, False, True, False, True]),
        ("capture_loss", "percent_lost", ["1.5", "2", "1e-7", '"0.25"'], [1.5, 2.0, 1e-7, 0.25]),
        (
            "conn",
            "duration",
            ["0.02361893653869629", "1e-06", "-0.5", "7"],
            [23_619_000, 1000, -500_000_000, 7 * SECOND],
        ),
        ("conn", "history", ['"-"', '""', "null", '"(empty)"', '"ShA"'], ["-", "", None, "(empty)", "ShA"]),
        ("conn", "history", ["1.50", "true", '["a", 1]'], ["1.50", "T", '["a","1"]']),
        ("conn", "tunnel_parents", ['["a", null, ""]', "[]", "null", '"b"'], [["a", None, ""], [], None, ["b"]]),
        ("ssl", "client_ciphers", ["[4865, 4866]", "[]"], [[4865, 4866], []]),
        ("smtp", "path", ['["10.0.0.1", "::1"]'], [["10.0.0.1", "::1"]]),
    ],
)
def test_what_zeek_s_logs_hold(tmp_path: Path, log: str, key: str, texts: list[str], expected: list[Any]) -> None:
    found, troubles = cells(tmp_path, log, key, *texts)
    assert (found, troubles) == (expected, [])


def test_intervals_in_a_vector(tmp_path: Path) -> None:
    table, troubles = read_log(tmp_path, rows({"TTLs": [60.0, 0.0000014, None]}, {"TTLs": []}) * 2, "dns.log")
    seconds = table.column("TTLs").combine_chunks().values.cast(pa.int64()).to_pylist()
    assert (seconds, troubles) == ([60 * SECOND, 1000, None] * 2, [])


def test_times_of_certificates_of_any_year(tmp_path: Path) -> None:
    for text in ("253402300799.0", "253402300799000", '"9999-12-31T23:59:59.000000Z"'):
        row = f'{{"ts":{text.replace("253402300799", str(EPOCH))},"certificate.not_valid_after":{text}}}\n'
        table, troubles = read_log(tmp_path, row * 3, "x509.log")
        assert troubles == []
        assert table.schema.field("certificate.not_valid_after").type == FAR_TIME
        assert values(table, "certificate.not_valid_after") == [253_402_300_799 * SECOND] * 3


def test_a_cell_that_is_not_of_its_type_is_told_and_unset(tmp_path: Path) -> None:
    lines = rows(
        {"ts": 1.0, "orig_bytes": 1, "id.orig_p": 80},
        {"ts": "now\x1b", "orig_bytes": -1, "id.orig_p": 65536},
        {"ts": 2.0, "orig_bytes": 1.5, "id.orig_p": 1},
    )
    table, troubles = read_log(tmp_path, lines, "conn.log")
    assert values(table, "ts") == [SECOND, None, 2 * SECOND]
    assert values(table, "orig_bytes") == [1, None, None]
    assert values(table, "id.orig_p") == [80, None, 1]
    assert troubles == [
        "conn.log:2: 'now\\x1b' in ts is no time; shown as unset",
        "conn.log:2: '-1' in orig_bytes is no count; shown as unset",
        "conn.log:2: '65536' in id.orig_p is no port; shown as unset",
        "conn.log:3: '1.5' in orig_bytes is no count; shown as unset",
    ]


def test_a_field_that_another_zeek_typed_otherwise_is_kept(tmp_path: Path) -> None:
    lines = rows(*({"ts": n + 0.5, "version": f"SSH-{n}"} for n in range(5)))
    table, troubles = read_log(tmp_path, lines, "ssh.log")
    assert (values(table, "version"), troubles) == ([f"SSH-{n}" for n in range(5)], [])


@pytest.mark.parametrize(
    ("texts", "kind", "expected"),
    [
        (["true", "null", "false"], "bool", [True, None, False]),
        (["1", "-9223372036854775807"], "int", [1, -(2**63) + 1]),
        (["1", "18446744073709551615"], "count", [1, 2**64 - 1]),
        (["-1", "18446744073709551615"], "string", ["-1", "18446744073709551615"]),
        (["1" * 5000], "string", ["1" * 5000]),
        (["1.5", "2"], "double", [1.5, 2.0]),
        (["1.5", "9007199254740993"], "string", ["1.5", "9007199254740993"]),
        (['"x"', "1"], "string", ["x", "1"]),
        (["true", "1"], "string", ["T", "1"]),
        (["[1, 2]", "[]"], "vector[int]", [[1, 2], []]),
        (['[1, "a"]', '["b"]'], "vector[string]", [["1", "a"], ["b"]]),
        (["[]"], "vector[string]", [[]]),
        (["[1]", "2"], "string", ['["1"]', "2"]),
        (['[{"a": 1}, [2]]'], "vector[string]", [['{"a":"1"}', '["2"]']]),
        (['"2020-10-12T21:02:18Z"'], "string", ["2020-10-12T21:02:18Z"]),
    ],
)
def test_what_nobody_knows_is_inferred(tmp_path: Path, texts: list[str], kind: str, expected: list[Any]) -> None:
    lines = "".join(f'{{"x":{text}}}\n' for text in texts)
    table, troubles = read_log(tmp_path, lines)
    assert (zeek_type(table.schema.field("x")), values(table, "x"), troubles) == (kind, expected, [])
    assert table.schema.field("x").type == arrow_type(kind)


@pytest.mark.parametrize(
    ("first", "then", "kind", "expected"),
    [
        ("1", "2.5", "double", [1.0, 2.5]),
        ("1", '"x"', "string", ["1", "x"]),
        ("true", "3", "string", ["T", "3"]),
        ("2.5", "7", "double", [2.5, 7.0]),
        ("[1]", '["a"]', "vector[string]", [["1"], ["a"]]),
        ("[1]", "2", "string", ["[1]", "2"]),
        ("null", "2", "int", [None, 2]),
        ("1", "[]", "string", ["1", "[]"]),
    ],
)
@pytest.mark.parametrize("folder", [False, True], ids=["in the file", "in the next file"])
def test_a_type_becomes_wider_where_a_later_row_asks_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str, then: str, kind: str, expected: list[Any], folder: bool
) -> None:
    monkeypatch.setattr(limits, "LOG_FIRST_BYTES", 100)
    monkeypatch.setattr(limits, "LOG_BLOCK_BYTES", 100)
    one, other = (f'{{"n":1,"x":{text}}}\n' * 50 for text in (first, then))
    if folder:
        (tmp_path / "odd.2024-01-01-00-00-00.log").write_text(one)
        (tmp_path / "odd.2024-01-02-00-00-00.log").write_text(other)
    else:
        (tmp_path / "odd.log").write_text(one + other)
    tables, troubles = read_all(tmp_path)
    assert troubles == []
    assert zeek_type(tables["odd"].schema.field("x")) == kind
    assert values(tables["odd"], "x") == [cell for cell in expected for _ in range(50)]


@pytest.mark.parametrize(
    ("first", "then", "kind", "expected"),
    [
        ("[1]", "[]", "vector[int]", [[1], []]),
        ("1.5", "9007199254740993", "string", ["1.5", "9007199254740993"]),
    ],
)
def test_a_type_is_as_wide_as_it_must_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str, then: str, kind: str, expected: list[Any]
) -> None:
    monkeypatch.setattr(limits, "LOG_FIRST_BYTES", 50)
    table, _ = read_log(tmp_path, "".join(f'{{"n":1,"x":{text}}}\n' * 20 for text in (first, then)))
    assert zeek_type(table.schema.field("x")) == kind
    assert values(table, "x") == [cell for cell in expected for _ in range(20)]


@pytest.mark.parametrize(
    ("written", "raw"),
    [
        # As of Zeek 8: a backslash is one, a byte that is no text is \xNN.
        (r"C:\dir", rb"C:\dir"),
        (r"a\x07b\xff", b"a\x07b\xff"),
        (r"gr\xc3\xbcn\x00", "grün\0".encode()),
        (r"\x41", rb"\x41"),
        ("tab\t\n\u001b[31m", b"tab\t\n\x1b[31m"),
        # With pairs of backslashes (TSV).
        (r"C:\\dir \x09 \\xff", b"C:\\dir \t \\xff"),
        # In a private plane (PUA).
        ("a\U000f0007b\U000f00ff \\xff", b"a\x07b\xff \\xff"),
        ("\U000f0000\U000f007f", b"\0\x7f"),
        ("\ud800 half", b"\xed\xa0\x80 half"),
        ("😀ü", "😀ü".encode()),
    ],
)
@pytest.mark.parametrize("log", ["conn", "odd"])
def test_strings_in_the_three_ways_of_zeek(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: str, written: str, raw: bytes
) -> None:
    monkeypatch.setattr(limits, "LOG_FIRST_BYTES", 100)
    monkeypatch.setattr(limits, "LOG_BLOCK_BYTES", 1000)
    row = {"history": written, "tunnel_parents": [written, "x"]}
    table, troubles = read_log(tmp_path, rows(*[row] * 30), f"{log}.log")
    assert troubles == []
    assert values(table, "history") == [escape.text(raw)] * 30
    assert values(table, "tunnel_parents") == [[escape.text(raw), "x"]] * 30


def test_bytes_that_are_no_utf8(tmp_path: Path) -> None:
    table, troubles = read_log(tmp_path, b'{"a":"\xff\xc3\xbc\t","b\xfe":1}\n')
    assert (table.to_pylist(), troubles) == ([{"a": "\\xffü\t", "b\\xfe": 1}], [])


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    table, _ = read_log(tmp_path, '{"\\ud800":1,"\\u001b":2,"":3}\n' * 3)
    assert table.column_names == ["\\xed\\xa0\\x80", "\x1b", ""]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("aT1.-\\xfe\0ü\U000f0001", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "ts", "b.c", ""]), inner, max_size=3)
    ),
    max_leaves=6,
)
_KEYS = st.sampled_from(
    ["ts", "uid", "id", "id.orig_h", "id_orig_p", "duration", "orig_bytes", "local_orig", "x", "tunnel_parents"]
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.dictionaries(_KEYS, _JSON, max_size=4), min_size=1, max_size=6))
def test_whatever_json_says_each_object_is_a_row(objects: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "LOG_FIRST_BYTES", 60)
        patch.setattr(limits, "LOG_BLOCK_BYTES", 60)
        (Path(folder) / "conn.log").write_text(rows(*objects))
        tables, _ = read_all(Path(folder))
    assert tables["conn"].num_rows == len(objects)
    assert all(pa.types.is_timestamp(named.type) for named in tables["conn"].schema if named.name == "ts")
