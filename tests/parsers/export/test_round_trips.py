"""Written and read again: nothing changes.

Of the reference logs a few of each kind; `ROUND_TRIPS=all pytest tests/parsers/export/test_round_trips.py` takes all.
"""

import csv
import io
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import escape
from parsers.export.csv import unguarded
from parsers.schema import element_type, zeek_type
from parsers.zeek import known
from parsers.zeek.cells import cells
from tests.parsers.export.tables import column, tables, write_all, written
from tests.parsers.zeek.logs import read_all

# What Zeek's JSON writes for a byte that is no text; it writes the same for a text of these four characters.
_HEX = re.compile(rb"\\x([01][0-9a-f]|7f|[89a-f][0-9a-f])")
_RUNS = settings(max_examples=40, deadline=None)

Logs = list[tuple[Path, dict[str, pa.Table]]]


@pytest.fixture(scope="module")
def reference(shared: Path) -> Logs:
    """The logs of the two smallest folders that have a log of a kind, or of all folders."""
    folders = [folder for folder in (shared / "conformance" / "zeek-logs").iterdir() if any(folder.iterdir())]
    if os.environ.get("ROUND_TRIPS") != "all":
        sizes = {folder: sum(path.stat().st_size for path in folder.iterdir()) for folder in folders}
        kinds: dict[str, list[Path]] = {}
        for folder in sorted(folders, key=lambda folder: sizes[folder]):
            for path in folder.iterdir():
                kinds.setdefault(path.name, []).append(folder)
        folders = sorted({folder for some in kinds.values() for folder in some[:2]})
    read = [(folder, *read_all(folder)) for folder in folders]
    assert [troubles for *_, troubles in read if troubles] == []
    return [(folder, logs) for folder, logs, _ in read]


def _again(folder: Path, logs: dict[str, pa.Table], form: str) -> dict[str, pa.Table]:
    """The logs written into a folder and read from there."""
    write_all(folder, logs, form)
    again, troubles = read_all(folder)
    assert troubles == []
    return again


def _same(again: pa.Table, table: pa.Table) -> bool:
    return bool(again.equals(table, check_metadata=True))


@pytest.mark.parametrize("form", ["zeek", "parquet"])
def test_reference_logs_are_read_again_as_they_were(reference: Logs, tmp_path: Path, form: str) -> None:
    for folder, logs in reference:
        again = _again(tmp_path / folder.name, logs, form)
        changed = [name for name, table in logs.items() if not _same(again[name], table)]
        assert (folder.name, changed) == (folder.name, [])


def test_reference_logs_come_out_as_they_came_in(reference: Logs, tmp_path: Path) -> None:
    for folder, logs in reference:
        write_all(tmp_path / folder.name, logs, "zeek")
        for name in logs:
            assert _body(tmp_path / folder.name / f"{name}.log") == _body(folder / f"{name}.log")


def _body(path: Path) -> list[bytes]:
    return [line for line in path.read_bytes().split(b"\n") if not line.startswith((b"#open", b"#close"))]


def test_reference_logs_are_read_again_from_json(reference: Logs, tmp_path: Path) -> None:
    for folder, logs in reference:
        again = _again(tmp_path / folder.name, logs, "json")
        changed = [name for name, table in logs.items() if not _same(again[name], _as_json_says(table))]
        assert (folder.name, changed) == (folder.name, [])


def _as_json_says(table: pa.Table) -> pa.Table:
    """The table with the one change that JSON cannot avoid."""
    for place, field in enumerate(table.schema):
        if field.type == pa.string() and pc.any(pc.match_substring(table.column(place), "\\x5c")).as_py():
            texts = [text and _unescaped(text) for text in table.column(place).to_pylist()]
            table = table.set_column(place, field, pa.array(texts, pa.string()))
    return table


def _unescaped(text: str) -> str:
    return escape.text(_HEX.sub(lambda found: bytes([int(found[1], 16)]), escape.raw(text)))


def test_reference_logs_are_the_same_texts_in_csv(reference: Logs) -> None:
    for folder, logs in reference:
        changed = [name for name, table in logs.items() if _records(table) != _texts(table)]
        assert (folder.name, changed) == (folder.name, [])


def _records(table: pa.Table) -> list[list[str]]:
    """What Python's csv reads, the guard undone."""
    text = io.StringIO(written("csv", table, whole=True).decode(), newline="")
    return [[unguarded(cell) for cell in row] for row in csv.reader(text, strict=True)]


def _texts(table: pa.Table) -> list[list[str]]:
    """Names and cells as they stand in Zeek's logs, those that are not set as nothing."""
    made = [column.combine_chunks() for column in table.columns]
    columns = [pc.if_else(column.is_valid(), cells(column), "").to_pylist() for column in made]
    return [table.column_names, *map(list, zip(*columns, strict=True))]


@_RUNS
@given(tables(), st.sampled_from(["zeek", "parquet"]))
def test_any_table_is_read_again_as_it_was(table: pa.Table, form: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        again = _again(Path(folder), {"odd": table}, form)["odd"]
    assert again.to_pylist() == table.to_pylist()
    assert again.schema.equals(table.schema, check_metadata=True)


@_RUNS
@given(tables())
def test_nothing_in_a_text_is_a_control(table: pa.Table) -> None:
    for form in ("zeek", "json", "csv"):
        assert not re.search("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]", written(form, table).decode())


@_RUNS
@given(tables())
def test_any_table_is_the_same_texts_in_csv(table: pa.Table) -> None:
    assert _records(table) == _texts(table)


@_RUNS
@given(tables())
def test_any_table_is_the_same_values_in_json(table: pa.Table) -> None:
    rows = [json.loads(line, parse_float=str) for line in written("json", table).decode().split("\n")[:-1]]
    kinds = {field.name: zeek_type(field) for field in table.schema}
    assert rows == [
        {name: _in_json(value, kinds[name]) for name, value in row.items() if value is not None}
        for row in _with_seconds(table)
    ]


def _with_seconds(table: pa.Table) -> list[dict[str, Any]]:
    """The rows, times and intervals as nanoseconds."""
    plain = [pa.list_(pa.int64()) if pa.types.is_list(field.type) else pa.int64() for field in table.schema]
    for place, field in enumerate(table.schema):
        if (element_type(zeek_type(field)) or zeek_type(field)) in ("time", "interval"):
            table = table.set_column(place, field.name, table.column(place).cast(plain[place]))
    return list(table.to_pylist())


def _in_json(value: Any, kind: str) -> Any:
    """What a JSON parser should find for a cell; floats as texts, so that their spelling counts."""
    inner = element_type(kind)
    if inner:
        return [element if element is None else _in_json(element, inner) for element in value]
    if kind in ("time", "interval"):
        return _decimal(value / 1e9)
    return _decimal(value) if kind == "double" else escape.json(value) if isinstance(value, str) else value


def _decimal(number: float) -> str:
    """A number with as many digits as needed, never an exponent."""
    whole, _, rest = f"{number:.6f}".rstrip("0").partition(".")
    return f"{whole}.{rest or '0'}"


@st.composite
def _known_logs(draw: st.DrawFn) -> tuple[str, pa.Table]:
    """A log of Zeek's, of whose columns some are set; no backslash, for which Zeek's JSON has no sign."""
    log = draw(st.sampled_from(["conn", "dhcp", "kerberos", "notice", "smtp", "ssl", "telemetry_histogram", "x509"]))
    schema = known.columns(log)
    assert schema is not None
    rows = draw(st.integers(1, 3))
    chosen = draw(st.lists(st.sampled_from(schema.names[1:]), max_size=4))
    columns = [
        draw(column(zeek_type(field), rows, plain=True)) if field.name in chosen else [None] * rows for field in schema
    ]
    return log, pa.Table.from_arrays(
        [pa.array(cells, field.type) for cells, field in zip(columns, schema, strict=True)], schema=schema
    )


@_RUNS
@given(_known_logs())
def test_any_log_that_zeek_has_is_read_again_from_json(drawn: tuple[str, pa.Table]) -> None:
    log, table = drawn
    with tempfile.TemporaryDirectory() as folder:
        again = _again(Path(folder), {log: table}, "json")[log]
    assert again.to_pylist() == table.to_pylist()
    assert again.schema.equals(table.schema, check_metadata=True)
