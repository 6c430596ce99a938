"""Files in JSON: which logs are in them, in which form, and what is said of damage."""

import gzip
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import limits
from parsers.schema import FAR_TIME, zeek_type
from parsers.updates import Batch, OpenError, Progress, Trouble
from parsers.zeek import known
from parsers.zeek.reader import read
from tests.parsers.zeek.json_lines.lines import read_log, read_logs, rows
from tests.parsers.zeek.logs import HEAD, gathered, values

ROW = {"ts": 1.5, "uid": "C1", "id.orig_h": "10.0.0.1", "id.orig_p": 1}


def small(patch: pytest.MonkeyPatch, size: int = 200) -> None:
    """Blocks of a few rows."""
    patch.setattr(limits, "LOG_FIRST_BYTES", size)
    patch.setattr(limits, "LOG_BLOCK_BYTES", size)


def test_a_log_of_zeek_has_its_columns_and_a_sensor_s_behind_them(tmp_path: Path) -> None:
    around = {"_path": "conn", "_write_ts": "2020-10-12T21:02:18.461329Z", "_system_name": "lab"}
    table, troubles = read_log(tmp_path, rows(around | ROW | {"mine": 1, "vlan": 7}), "streaming.log")
    columns = known.columns("conn")
    assert columns is not None
    assert troubles == []
    assert table.column_names == [*columns.names, "mine", "vlan", "_path", "_write_ts", "_system_name"]
    assert values(table, "_write_ts") == [1_602_536_538_461_329_000]
    assert values(table, "proto") == [None]


def test_a_log_of_an_older_zeek_has_its_columns(tmp_path: Path) -> None:
    row = {"ts": 1.0, "fuid": "F1", "tx_hosts": ["::1"], "conn_uids": ["C1"], "seen_bytes": 5}
    table, troubles = read_log(tmp_path, rows(row, {"ts": 2.0}), "files.log")
    assert troubles == []
    assert table.column_names[:5] == ["ts", "fuid", "tx_hosts", "rx_hosts", "conn_uids"]
    assert "id.orig_h" not in table.column_names
    assert zeek_type(table.schema.field("tx_hosts")) == "set[addr]"
    table, _ = read_log(
        tmp_path, rows({"ts": 1.0, "id": "F1", "certificate.not_valid_after": 253402300799.0}), "x509.log"
    )
    assert table.schema.field("certificate.not_valid_after").type == FAR_TIME
    assert "fingerprint" not in table.column_names


def test_a_log_that_nobody_knows_has_what_its_rows_have(tmp_path: Path) -> None:
    table, _ = read_log(tmp_path, rows({"b": 1, "ts": 2.0, "id": {"orig_h": "::1"}}, {"a": None, "c": "x"}))
    assert table.column_names == ["b", "ts", "id.orig_h", "c"]
    assert values(table, "ts") == [2 * 10**9, None]


@pytest.mark.parametrize("separator", [".", "_", ":", "__", "-"])
def test_names_with_any_separator_between_scopes(tmp_path: Path, separator: str) -> None:
    table, troubles = read_log(tmp_path, rows({f"id{separator}resp_h": "::1", "orig_bytes": 2}), "conn.log")
    assert (values(table, "id.resp_h"), values(table, "orig_bytes"), troubles) == (["::1"], [2], [])


def test_names_of_others_stay(tmp_path: Path) -> None:
    table, _ = read_log(tmp_path, rows({"ts": 1.0, "source.ip": "::1", "zeek": {"conn": {"state": "SF"}}}), "conn.log")
    assert table.column_names[-2:] == ["source.ip", "zeek.conn.state"]


def test_the_same_field_under_two_names(tmp_path: Path) -> None:
    lines = rows({"id.orig_p": 1}, {"id_orig_p": 2}, {"id": {"orig_p": 3}}, {"id.orig_p": 4, "id_orig_p": 5})
    table, troubles = read_log(tmp_path, lines * 2, "conn.log")
    assert values(table, "id.orig_p") == [1, 2, 3, 4] * 2
    assert troubles == [f"conn.log:{line}: id.orig_p stands in it twice; the second is left out" for line in (4, 8)]


def test_several_logs_in_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch)
    lines = [{"_path": ("conn", "dns")[n % 3 == 0], "ts": float(n), "rtt": n} for n in range(100)] + [{"n": 1}]
    tables, troubles = read_logs(tmp_path, rows(*lines))
    assert troubles == []
    assert {name: table.num_rows for name, table in tables.items()} == {"conn": 66, "dns": 34, "odd": 1}
    assert values(tables["dns"], "ts") == [n * 10**9 for n in range(0, 100, 3)]
    assert values(tables["dns"], "rtt")[1] == 3 * 10**9
    assert values(tables["conn"], "rtt")[0] == 1


def test_a_path_that_leads_elsewhere_is_a_name(tmp_path: Path) -> None:
    assert list(read_logs(tmp_path, rows({"_path": "../../etc/passwd"}))[0]) == ["_._.._etc_passwd"]


def test_too_many_logs_in_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LOG_HEADERS", 5)
    tables, troubles = read_logs(tmp_path, rows(*({"_path": f"l{n}"} for n in range(8))))
    assert len(tables) == 5
    assert troubles == ["odd.log:1: too many logs in one file; the rest is left out"]


@pytest.mark.parametrize(
    ("around", "log"),
    [
        ({"@timestamp": "x", "message": None, "log": {"file": {"path": "/nsm/zeek/logs/current/conn.log"}}}, "conn"),
        ({"message": None, "file": "/opt/zeek/conn.log", "host": "lab"}, "conn"),
        ({"log": None, "stream": "stdout", "time": "2020"}, "shipped"),
        ({"MESSAGE": None, "_HOSTNAME": "lab"}, "shipped"),
    ],
)
def test_lines_within_those_of_a_shipper(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, around: dict[str, Any], log: str
) -> None:
    small(monkeypatch, 1000)
    lines = [
        {
            key: value if value is not None else json.dumps(ROW | {"orig_bytes": n}) + "\n"
            for key, value in around.items()
        }
        for n in range(50)
    ]
    text = rows(*lines) + '{"message":5}\nno JSON\n'
    tables, troubles = read_logs(tmp_path, text, "shipped.log")
    assert values(tables[log], "orig_bytes")[:50] == list(range(50))
    assert values(tables[log], "uid")[:50] == ["C1"] * 50
    assert troubles == ["shipped.log:52: is no JSON object; the row is left out"]


def test_a_message_of_zeek_s_own_stays(tmp_path: Path) -> None:
    table, _ = read_log(tmp_path, rows({"ts": 1.0, "message": '{"ts":2.0}'}), "syslog.log")
    assert values(table, "message") == ['{"ts":2.0}']


FORMS: dict[str, Callable[[list[dict[str, Any]]], str]] = {
    "array": json.dumps,
    "array, an object a line": lambda some: "[\n" + ",\n".join(map(json.dumps, some)) + "\n]\n",
    "array, commas first": lambda some: "[" + "\n,".join(map(json.dumps, some)) + "]",
    "array, indented": lambda some: json.dumps(some, indent=2),
    "objects, indented": lambda some: "\n".join(json.dumps(row, indent="\t") for row in some),
    "lines of Windows": lambda some: "".join(json.dumps(row) + "\r\n" for row in some),
    "a mark first, blank lines": lambda some: "\ufeff" + "".join("\n \n" + json.dumps(row) for row in some),
    "no end of the last line": lambda some: "\n".join(map(json.dumps, some)),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    small(monkeypatch)
    objects = [{"n": n, "s": "[{,", "id": {"orig_h": "::1"}} for n in range(50)]
    table, troubles = read_log(tmp_path, FORMS[form](objects))
    assert troubles == []
    assert table.to_pylist() == [{"n": n, "s": "[{,", "id.orig_h": "::1"} for n in range(50)]


@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_that_is_cut_or_damaged(tmp_path: Path, indent: int | None) -> None:
    text = json.dumps([{"n": n} for n in range(9)], indent=indent)
    table, troubles = read_log(tmp_path, text[: text.index("7")])
    assert values(table, "n") == list(range(7))
    assert len(troubles) == 1
    table, troubles = read_log(tmp_path, text.replace('"n": 4', '"n": :4'))
    assert values(table, "n") == [0, 1, 2, 3, 5, 6, 7, 8]
    line = 1 if indent is None else 14
    assert troubles == [f"odd.log:{line}: is no JSON object; it is left out"]


def test_an_array_that_is_very_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch)
    monkeypatch.setattr(limits, "JSON_DOCUMENT_BYTES", 2000)
    table, troubles = read_log(tmp_path, json.dumps([{"n": n} for n in range(500)], indent=1))
    assert 10 < table.num_rows < 400
    assert "jq -c" in troubles[0]


def test_lines_that_are_no_object_are_told_and_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch)
    good = '{"n":1}\n' * 100
    bad = ["null", "5", '"x"', "[1]", '{"n":1', '{"n":1} {"n":2}', '{"n" 1}', "\0\0\0", "#close"]
    table, troubles = read_log(tmp_path, good + "\n".join(bad) + "\n" + good)
    assert values(table, "n") == [1] * 200
    assert troubles == [f"odd.log:{line}: is no JSON object; the row is left out" for line in range(101, 110)]


def test_many_faults_are_counted(tmp_path: Path) -> None:
    table, troubles = read_log(tmp_path, '{"n":1}\n' + "no\n" * 50)
    assert table.num_rows == 1
    assert len(troubles) == limits.LOG_FAULTS + 1
    assert troubles[-1] == f"odd.log: {50 - limits.LOG_FAULTS} more faults like these"


def test_a_file_that_ends_in_the_middle_of_a_row(tmp_path: Path) -> None:
    whole = rows(ROW, ROW)
    table, troubles = read_log(tmp_path, whole[:-4])
    assert table.num_rows == 1
    assert troubles == ["odd.log:2: the file ends in the middle of this line; it is left out"]


def test_a_file_whose_first_line_is_damaged(tmp_path: Path) -> None:
    table, troubles = read_log(tmp_path, rows(ROW, ROW, ROW)[1:], "conn.log")
    assert table.num_rows == 2
    assert troubles == ["conn.log:1: is no JSON object; the row is left out"]


def test_what_is_nested_deep_or_wide_is_left_out(tmp_path: Path) -> None:
    deep = limits.JSON_DEPTH + 1
    lines = [
        '{"n":1}',
        '{"n":' + "[" * deep + "]" * deep + "}",
        '{"a":' * deep + "1" + "}" * deep,
        '{"a":' + "[" * 100_000,
        '{"n":"' + "[" * deep + '"}',
        json.dumps({f"k{n}": n for n in range(limits.JSON_KEYS + 1)}),
        json.dumps({"a": {f"k{n}": n for n in range(limits.JSON_KEYS + 1)}}),
        '{"n":2}',
    ]
    table, troubles = read_log(tmp_path, "\n".join(lines) + "\n")
    assert values(table, "n") == ["1", "[" * deep, "2"]
    assert [text.partition(" ")[0] for text in troubles] == [f"odd.log:{line}:" for line in (2, 3, 4, 6, 7)]


def test_more_different_keys_than_any_log_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch)
    monkeypatch.setattr(limits, "JSON_COLUMNS", 20)
    table, troubles = read_log(tmp_path, rows(*({f"k{n}": n, "n": n} for n in range(100))))
    assert values(table, "n") == list(range(100))
    assert len(table.column_names) < 60
    assert "more than 20 different keys; a new one is left out" in troubles[0]


def test_columns_that_come_later_and_line_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch)
    lines = [{"n": n} | ({"late": n} if n > 60 else {}) for n in range(100)]
    table, troubles = read_log(tmp_path, rows(*lines) + "\n\nbad\n")
    assert values(table, "late") == [n if n > 60 else None for n in range(100)]
    assert troubles == ["odd.log:103: is no JSON object; the row is left out"]


def test_packed(tmp_path: Path) -> None:
    table, troubles = read_log(tmp_path, gzip.compress(rows(ROW).encode()), "conn.log.gz")
    assert (values(table, "uid"), troubles) == (["C1"], [])


def test_progress_ends_at_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch)
    path = tmp_path / "x.log"
    path.write_text(rows(*({"n": n} for n in range(500))))
    updates = list(read(path))
    progress = [update.done for update in updates if isinstance(update, Progress)]
    assert progress == sorted(progress)
    assert progress[-1] == path.stat().st_size
    assert sum(update.table.num_rows for update in updates if isinstance(update, Batch)) == 500


@pytest.mark.parametrize("content", ["{", "[", "[]", "{\n\n", '{"n":\n' * 50, "[[[[", '{"a":1'])
def test_what_has_no_row_is_told_in_one_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "dns.log"
    path.write_text(content)
    with pytest.raises(OpenError, match=r"^[^\n]*dns.log: [^\n]*JSON[^\n]*$"):
        gathered(read(path))


_BYTES = st.lists(
    st.sampled_from(
        [b"{", b"}", b"[", b"]", b'"', b":", b",", b"\n", b"\\", b"\\u00", b"d8", b"\xff", b"1", b"e9", b"-"]
    )
    | st.sampled_from(
        [b'{"ts":', b'"id":{', b'"_path":"conn"', b"null", b"true", b'"message":"{}"', b"NaN", b"\xef\xbb\xbf"]
    )
    | st.binary(max_size=3),
    max_size=30,
).map(b"".join)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from([b"", b"{", b"[", b'{"ts":1.5,"n":2}\n']), _BYTES)
def test_no_bytes_at_all_are_too_much_for_the_reader(first: bytes, rest: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        small(patch, 20)
        path = Path(folder) / "conn.log"
        path.write_bytes(first + rest)
        try:
            updates = list(read(path))
        except OpenError:
            return
    assert all(isinstance(update, Batch | Trouble | Progress) for update in updates)


def test_a_log_with_a_header_is_no_json(tmp_path: Path) -> None:
    table, _ = read_log(tmp_path, HEAD + '#fields\ta\n#types\tstring\n{"x":1}\n')
    assert values(table, "a") == ['{"x":1}']
