"""One log read: one oddity a test."""

import gzip
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from parsers import limits, schema
from parsers.schema import FAR_TIME, zeek_type
from parsers.updates import Batch, OpenError, Progress
from parsers.zeek.reader import read
from tests.parsers.zeek.logs import HEAD, gathered, log, read_text, values


def column(folder: Path, kind: str, *cells: str) -> list[Any]:
    """What the cells of a column of that type are; the log has no fault."""
    table, troubles = read_text(folder, log("n x", f"count {kind}", *(f"{n}\t{cell}" for n, cell in enumerate(cells))))
    assert troubles == []
    return values(table, "x")


@pytest.mark.parametrize(
    ("kind", "cells", "expected"),
    [
        ("time", ["1602536538.461329", "0.000000", "-"], [1_602_536_538_461_329_000, 0, None]),
        ("time", ["1700000000.123456789", "1e3", "7"], [1_700_000_000_123_456_789, 10**12, 7 * 10**9]),
        ("interval", ["-0.000001", "-", "86400.5"], [-1000, None, 86_400_500_000_000]),
        ("count", ["0", "18446744073709551615", "-"], [0, 2**64 - 1, None]),
        ("int", ["-9223372036854775808", "-1"], [-(2**63), -1]),
        ("port", ["65535", "0", "-"], [65535, 0, None]),
        ("bool", ["T", "F", "-"], [True, False, None]),
        ("double", ["1.5", "-", "1e-9"], [1.5, None, 1e-9]),
        ("addr", ["10.0.0.1", "fe80::1", "-"], ["10.0.0.1", "fe80::1", None]),
        ("enum", ["tcp", "-"], ["tcp", None]),
        ("string", ["-", "(empty)", "", "0"], [None, "", "", "0"]),
        ("string", [r"\x2d", r"\x28empty)", "--"], ["-", "(empty)", "--"]),
        ("string", [r"a\x09b", r"C:\\x", r"\\x41", r"\x5cx41"], ["a\tb", "C:\\x", r"\x5cx41", r"\x5cx41"]),
        ("string", [r"gr\xc3\xbcn", r"\xff", "grün", r"\x00"], ["grün", r"\xff", "grün", "\0"]),
        ("string", ['"', '"open', 'a "b" c', "'"], ['"', '"open', 'a "b" c', "'"]),
        ("string", ["NA", "null", "nan", "None", "#x", " "], ["NA", "null", "nan", "None", "#x", " "]),
        ("set[string]", ["-", "(empty)", "a,b", r"a\x2cb"], [None, [], ["a", "b"], ["a,b"]]),
        ("vector[string]", ["a,-,(empty)", r"\x2d,b"], [["a", None, ""], ["-", "b"]]),
        ("vector[count]", ["123,-,456", "0", "(empty)"], [[123, None, 456], [0], []]),
        ("set[addr]", ["10.0.0.1,::1", "-"], [["10.0.0.1", "::1"], None]),
        ("vector[double]", ["1.5,-", "-"], [[1.5, None], None]),
        ("vector[bool]", ["T,F,-"], [[True, False, None]]),
        ("a_new_type", ["x", "-"], ["x", None]),
    ],
)
def test_cells(tmp_path: Path, kind: str, cells: list[str], expected: list[Any]) -> None:
    assert column(tmp_path, kind, *cells) == expected


def test_intervals_in_a_vector_are_exact(tmp_path: Path) -> None:
    table, _ = read_text(tmp_path, log("x", "vector[interval]", "60.000000,0.000001,-"))
    assert table.column("x").combine_chunks().values.cast(pa.int64()).to_pylist() == [60 * 10**9, 1000, None]


def test_types_are_remembered(tmp_path: Path) -> None:
    table, _ = read_text(tmp_path, log("a b", "set[enum] time", "x\t1"))
    assert [zeek_type(field) for field in table.schema] == ["set[enum]", "time"]


def test_strings_of_a_known_log_that_repeat_are_a_dictionary(tmp_path: Path) -> None:
    table, _ = read_text(tmp_path, log("uid conn_state", "string string", r"C1	S\x30", "C2\tS0", path="conn"))
    assert values(table, "conn_state") == ["S0", "S0"]
    assert table.schema.field("uid").type == pa.string()


def test_the_name_is_the_path_in_the_header(tmp_path: Path) -> None:
    (tmp_path / "copy.log").write_text(log("x", "count", "1", path="conn"))
    assert list(gathered(read(tmp_path / "copy.log"))[0]) == ["conn"]


@pytest.mark.parametrize(
    ("file", "name"),
    [("conn.log", "conn"), ("conn.10:00:00-11:00:00.log", "conn"), ("my_log", "my_log"), (".log", "_log")],
)
def test_without_a_path_the_name_is_the_file_s(tmp_path: Path, file: str, name: str) -> None:
    (tmp_path / file).write_text("#fields\tx\n#types\tcount\n1\n")
    assert list(gathered(read(tmp_path / file))[0]) == [name]


def test_a_path_that_leads_elsewhere_is_a_name(tmp_path: Path) -> None:
    (tmp_path / "x.log").write_text(log("x", "count", "1", path="../../etc/passwd"))
    assert list(gathered(read(tmp_path / "x.log"))[0]) == ["_._.._etc_passwd"]


def test_declared_separators_and_texts(tmp_path: Path) -> None:
    text = (
        "#separator \\x7c\n#set_separator|;\n#empty_field|EMPTY\n#unset_field|NULL\n"
        "#fields|a|b|c\n#types|string|set[string]|count\n"
        "NULL|x;y,z|5\nEMPTY|EMPTY|NULL\n-|NULL|0\n\\x7c|(empty)|1\n"
    )
    table, troubles = read_text(tmp_path, text)
    assert troubles == []
    assert values(table, "a") == [None, "", "-", "|"]
    assert values(table, "b") == [["x", "y,z"], [], None, ["(empty)"]]
    assert values(table, "c") == [5, None, 0, 1]


@pytest.mark.parametrize("separator", ["||", "§", ", "])
def test_a_separator_of_several_bytes(tmp_path: Path, separator: str) -> None:
    escaped = "".join(f"\\x{byte:02x}" for byte in separator.encode())
    rows = [["#fields", "a", "b"], ["#types", "string", "count"], ["a\tb", "1"], ["-", "-"]]
    table, troubles = read_text(tmp_path, f"#separator {escaped}\n" + "".join(separator.join(r) + "\n" for r in rows))
    assert troubles == []
    assert table.to_pylist() == [{"a": "a\tb", "b": 1}, {"a": None, "b": None}]


def test_an_unset_text_of_nothing(tmp_path: Path) -> None:
    table, troubles = read_text(tmp_path, "#unset_field\t\n#fields\ta\tb\n#types\tstring\tcount\n\t1\n-\t\n")
    assert troubles == []
    assert table.to_pylist() == [{"a": None, "b": 1}, {"a": "-", "b": None}]


def test_types_may_stand_before_fields(tmp_path: Path) -> None:
    table, _ = read_text(tmp_path, "#types\tcount\tstring\n#fields\ta\tb\n1\tx\n")
    assert table.to_pylist() == [{"a": 1, "b": "x"}]


def test_without_types_all_is_text(tmp_path: Path) -> None:
    table, _ = read_text(tmp_path, "#fields\ta\tb\n1\tx\n")
    assert table.to_pylist() == [{"a": "1", "b": "x"}]


def test_unknown_directives_and_comments_are_passed_over(tmp_path: Path) -> None:
    table, troubles = read_text(tmp_path, HEAD + "#sensor\tmain\n#fields\ta\n#types\tcount\n1\n# a remark\n2\n#\n3\n")
    assert (values(table, "a"), troubles) == ([1, 2, 3], [])


def test_a_header_may_come_back_with_other_columns(tmp_path: Path) -> None:
    text = log("a b", "count string", "1\tx") + log("b c", "string count", "y\t2")
    table, troubles = read_text(tmp_path, text)
    assert troubles == []
    assert table.to_pylist() == [{"a": 1, "b": "x", "c": None}, {"a": None, "b": "y", "c": 2}]


def test_the_same_header_again_is_one_batch(tmp_path: Path) -> None:
    (tmp_path / "x.log").write_text("".join(log("a", "count", str(n)) for n in range(1000)))
    batches = [update for update in read(tmp_path / "x.log") if isinstance(update, Batch)]
    assert len(batches) == 1
    assert values(batches[0].table, "a") == list(range(1000))


def test_a_header_that_changes_without_end_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LOG_HEADERS", 20)
    table, troubles = read_text(tmp_path, "".join(f"#fields\tf{n}\n{n}\n" for n in range(30)))
    assert table.num_rows == 20
    assert troubles == ["odd.log:42: the header changes too often; the rest is left out"]


def test_two_logs_in_one_file(tmp_path: Path) -> None:
    (tmp_path / "all.log").write_text(log("a", "count", "1", path="x") + log("b", "count", "2", path="y"))
    tables, _ = gathered(read(tmp_path / "all.log"))
    assert {name: table.to_pylist() for name, table in tables.items()} == {"x": [{"a": 1}], "y": [{"b": 2}]}


def test_fields_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    table, _ = read_text(tmp_path, log("a a a_2 a", "count count count count", "1\t2\t3\t4"))
    assert table.to_pylist() == [{"a": 1, "a_2": 2, "a_2_2": 3, "a_3": 4}]


def test_rows_with_too_many_or_too_few_cells_are_told_and_left_out(tmp_path: Path) -> None:
    table, troubles = read_text(tmp_path, log("a b", "count string", "1\tx", "2", "3\ty\tz", "4\tw"))
    assert table.to_pylist() == [{"a": 1, "b": "x"}, {"a": 4, "b": "w"}]
    assert troubles == [
        "odd.log:10: 1 cells, the header names 2 fields; the row is left out",
        "odd.log:11: 3 cells, the header names 2 fields; the row is left out",
    ]


def test_a_cell_that_is_not_of_its_type_is_told_and_unset(tmp_path: Path) -> None:
    rows = ["1\tT\t1.0\t-", "x\x1b\tT\t1.0\t1,b", "3\tyes\t99999999999999.0\t5", "\tF\tnow\t(empty)"]
    table, troubles = read_text(tmp_path, log("a b c d", "count bool time set[count]", *rows))
    assert values(table, "a") == [1, None, 3, None]
    assert values(table, "b") == [True, True, None, False]
    assert values(table, "c") == [10**9, 10**9, None, None]
    assert values(table, "d") == [None, [1, None], [5], []]
    assert troubles == [
        "odd.log:10: 'x\\x1b' in a is no count; shown as unset",
        "odd.log:10: '1,b' in d is no set[count]; shown as unset",
        "odd.log:11: 'yes' in b is no bool; shown as unset",
        "odd.log:11: '99999999999999.0' in c is no time; shown as unset",
        "odd.log:12: '' in a is no count; shown as unset",
        "odd.log:12: 'now' in c is no time; shown as unset",
    ]


YEAR_ONE, LAST_DAY = -62_135_596_800, 253_402_300_799


def test_times_that_nanoseconds_do_not_reach_make_a_column_of_microseconds(tmp_path: Path) -> None:
    rows = ["1.000001\t1.0", f"{LAST_DAY}.999999\t-", "-\t2.0", f"{YEAR_ONE}.000000\t3.5"]
    table, troubles = read_text(tmp_path, log("a b", "time time", *rows))
    assert [field.type for field in table.schema] == [FAR_TIME, schema.arrow_type("time")]
    assert values(table, "a") == [1_000_001_000, LAST_DAY * 10**9 + 999_999_000, None, YEAR_ONE * 10**9]
    assert values(table, "b") == [10**9, None, 2 * 10**9, 3_500_000_000]
    assert troubles == []


def test_what_has_no_other_unit_is_unset(tmp_path: Path) -> None:
    table, troubles = read_text(tmp_path, log("a b", "interval count", f"{LAST_DAY}.0\t1"))
    assert values(table, "a") == [None]
    assert troubles == [f"odd.log:9: '{LAST_DAY}.0' in a is no interval; shown as unset"]


def test_many_times_of_any_year_in_one_cell(tmp_path: Path) -> None:
    first, second = log("a", "vector[time]", "1.5,-"), log("a", "vector[time]", f"{LAST_DAY}.0,2.0", "-")
    table, troubles = read_text(tmp_path, first + second)
    (field,) = table.schema
    assert (field.type, troubles) == (pa.list_(FAR_TIME), [])
    cells = table.column("a").combine_chunks()
    assert cells.flatten().cast(pa.int64()).to_pylist() == [1_500_000, None, LAST_DAY * 10**6, 2_000_000]
    assert cells.value_lengths().to_pylist() == [2, 2, None]


def test_times_of_certificates_are_kept_in_microseconds_from_the_start(tmp_path: Path) -> None:
    text = log("ts certificate.not_valid_after", "time time", "1.0\t2.0", path="x509")
    table, _ = read_text(tmp_path, text)
    assert [field.type for field in table.schema] == [schema.arrow_type("time"), FAR_TIME]
    assert values(table, "certificate.not_valid_after") == [2 * 10**9]


def test_many_faults_are_counted(tmp_path: Path) -> None:
    table, troubles = read_text(tmp_path, log("a b", "count count", *["1"] * 500, "1\t2"))
    assert table.num_rows == 1
    assert len(troubles) == limits.LOG_FAULTS + 1
    assert troubles[-1] == f"odd.log: {500 - limits.LOG_FAULTS} more faults like these"


def test_line_numbers_go_on_across_blocks_and_headers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LOG_FIRST_BYTES", 64)
    monkeypatch.setattr(limits, "LOG_BLOCK_BYTES", 200)
    text = log("a", "count", *map(str, range(300)), "bad") + "# remark\n" + log("a b", "count count", "1")
    _, troubles = read_text(tmp_path, text)
    assert [text.split(":")[1] for text in troubles] == ["309", "320"]
    assert text.splitlines()[308] == "bad"
    assert text.splitlines()[319] == "1"


def test_lines_that_end_as_on_windows(tmp_path: Path) -> None:
    table, troubles = read_text(tmp_path, log("a b", "count string", "1\tx", "2\ty").replace("\n", "\r\n"))
    assert troubles == []
    assert table.to_pylist() == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]


def test_a_carriage_return_ends_no_row(tmp_path: Path) -> None:
    table, troubles = read_text(tmp_path, log("a b", "string string", "1\tx\r2\ty", "1\tx\ry"))
    assert table.to_pylist() == [{"a": "1", "b": "x\ry"}]
    assert len(troubles) == 1


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    text = log("a b", "string count", "x\t1").encode().replace(b"x\t1", b"\xff\xc3\xbc\0\x1b[31m\t1")
    table, troubles = read_text(tmp_path, text)
    assert (table.to_pylist(), troubles) == ([{"a": "\\xffü\0\x1b[31m", "b": 1}], [])


def test_a_file_that_ends_in_the_middle_of_a_row(tmp_path: Path) -> None:
    whole = log("a b", "count string", "1\tx", "2\ty").partition("#close")[0]
    table, troubles = read_text(tmp_path, whole.removesuffix("\ty\n"))
    assert table.to_pylist() == [{"a": 1, "b": "x"}]
    assert troubles == ["odd.log:10: the file ends in the middle of this line; it is left out"]
    table, troubles = read_text(tmp_path, whole.removesuffix("\n"))
    assert table.num_rows == 2
    assert troubles == ["odd.log:10: the file ends in the middle of this line; its last cell may be cut off"]


def test_a_close_line_without_an_end_is_no_fault(tmp_path: Path) -> None:
    assert read_text(tmp_path, log("a", "count", "1").removesuffix("\n"))[1] == []


@pytest.mark.parametrize("cut", ["#fields\ta\tb", "#types\tcou", "#ty"])
def test_a_file_that_ends_in_its_header(tmp_path: Path, cut: str) -> None:
    before = HEAD + "#fields\ta\tb\n" * (not cut.startswith("#fields"))
    table, troubles = read_text(tmp_path, before + cut)
    assert table.column_names == ["a", "b"]
    line = before.count("\n") + 1
    assert troubles == [f"odd.log:{line}: the file ends in the middle of this line; the header is not whole"]


@pytest.mark.parametrize("damaged", ["fields", "types"])
def test_a_log_of_zeek_s_is_known_without_its_header(tmp_path: Path, damaged: str) -> None:
    whole = log("ts host", "time addr", "1.5\t10.0.0.1", "2.5\t-", path="known_hosts")
    expected, _ = read_text(tmp_path, whole)
    table, troubles = read_text(tmp_path, whole.replace(f"#{damaged}", "#damage"))
    assert table.equals(expected)
    assert troubles == [f"odd.log:9: no #{damaged} line stands before this row; it is read as Zeek writes known_hosts"]


def test_gzip(tmp_path: Path) -> None:
    first, second = log("a", "count", "1"), log("a", "count", "2")
    packed = gzip.compress(first.encode()) + gzip.compress(second.encode()) + bytes(100)
    table, troubles = read_text(tmp_path, packed, "odd.log.gz")
    assert (values(table, "a"), troubles) == ([1, 2], [])
    table, _ = read_text(tmp_path, packed, "not_called_so.log")
    assert values(table, "a") == [1, 2]


def test_gzip_cut_off_or_damaged(tmp_path: Path) -> None:
    rows = [f"{n}\t{n * 7919 % 10007}" for n in range(50_000)]
    packed = gzip.compress(log("a b", "count count", *rows).encode())
    table, troubles = read_text(tmp_path, packed[:-5000], "odd.log.gz")
    assert 10_000 < table.num_rows < 50_000
    assert values(table, "a") == list(range(table.num_rows))
    what = f"the gzip is cut off at byte {len(packed) - 5000}; the rows before it are shown"
    assert troubles == [f"odd.log.gz:{table.num_rows + 9}: {what}"]
    table, troubles = read_text(tmp_path, packed + gzip.compress(b"50000\t1\n")[:-8] + b"rubbish!", "odd.log.gz")
    assert values(table, "a") == list(range(50_001))
    what = f"the gzip is damaged near byte {len(packed) + 21} or before: its checksum does not fit"
    assert troubles == [f"odd.log.gz:50011: {what}; the rows before it are shown"]


def test_a_line_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LOG_FIRST_BYTES", 1000)
    monkeypatch.setattr(limits, "LOG_BLOCK_BYTES", 1000)
    monkeypatch.setattr(limits, "LOG_LINE_BYTES", 5000)
    table, troubles = read_text(tmp_path, log("a b", "count string", "1\tx", "2\t" + "y" * 50_000, "3\tz", "4"))
    assert table.to_pylist() == [{"a": 1, "b": "x"}, {"a": 3, "b": "z"}]
    assert troubles == [
        "odd.log:10: longer than any row that Zeek writes; left out",
        "odd.log:12: 1 cells, the header names 2 fields; the row is left out",
    ]


def test_a_log_without_rows_has_its_columns(tmp_path: Path) -> None:
    table, troubles = read_text(tmp_path, log("a b", "count string"))
    assert (table.num_rows, table.column_names, troubles) == (0, ["a", "b"], [])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"1\t2\n3\t4\n", "no #fields line"),
        (bytes(range(256)) * 50, "no #fields line"),
        (b"\x1f\x8b\x08rubbish", "no #fields line"),
        (b"#!/bin/sh\necho\n", "no #fields line"),
        (b'{"ts":1.0,"uid":\n', "JSON"),
        (HEAD.encode(), "no #fields line"),
    ],
)
def test_what_is_no_log_is_told_in_one_line(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "dns.log"
    path.write_bytes(content)
    with pytest.raises(OpenError) as caught:
        gathered(read(path))
    message = str(caught.value)
    assert why in message
    assert str(path) in message
    assert "\n" not in message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OpenError, match="No such file"):
        gathered(read(tmp_path / "conn.log"))


def test_progress_ends_at_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LOG_FIRST_BYTES", 500)
    (tmp_path / "x.log").write_text(log("a", "count", *map(str, range(1000))))
    size = (tmp_path / "x.log").stat().st_size
    progress = [update for update in read(tmp_path / "x.log") if isinstance(update, Progress)]
    assert [p.done for p in progress] == sorted(p.done for p in progress)
    assert progress[-1] == Progress("bytes", size, size)


def test_rows_come_before_the_whole_is_read(tmp_path: Path) -> None:
    (tmp_path / "x.log").write_text(log("a", "count", *map(str, range(300_000))))
    reading = read(tmp_path / "x.log")
    first = next(update for update in reading if isinstance(update, Batch))
    assert 0 < first.table.num_rows < 100_000
    rest = [update.table.num_rows for update in reading if isinstance(update, Batch)]
    assert first.table.num_rows + sum(rest) == 300_000


def test_old_logs(tmp_path: Path) -> None:
    files = log(
        "ts fuid tx_hosts rx_hosts conn_uids source depth analyzers",
        "time string set[addr] set[addr] set[string] string count set[string]",
        "1602536538.6\tFkmfCx13mub2PIRUO7\t45.14.112.133\t10.10.12.101\tClBZTF4oct2G3THlf1\tHTTP\t0\tPE,SHA1",
        path="files",
    )
    table, _ = read_text(tmp_path, files)
    assert values(table, "conn_uids") == [["ClBZTF4oct2G3THlf1"]]
    assert values(table, "tx_hosts") == [["45.14.112.133"]]
    x509 = log(
        "ts id certificate.version certificate.not_valid_after san.dns basic_constraints.ca",
        "time string count time vector[string] bool",
        "1.0\tF1\t3\t1700000000.000000\ta.example,b.example\tF",
        path="x509",
    )
    table, _ = read_text(tmp_path, x509)
    assert table.column_names[3] == "certificate.not_valid_after"
    assert values(table, "san.dns") == [["a.example", "b.example"]]
