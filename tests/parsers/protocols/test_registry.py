"""The registry says of each module what the module has, and loads it when it must."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from parsers.protocols.analyzer import Protocol
from parsers.protocols.entry import Entry
from parsers.protocols.registry import ENTRIES, RECORDS, record_of
from parsers.schema import Record

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.module)
def test_a_line_says_which_protocols_and_logs_its_module_has(entry: Entry) -> None:
    module = import_module(f"{entry.package}.{entry.module}")
    here = {name for name, thing in vars(module).items() if isinstance(thing, Protocol)}
    assert set(entry.names) == (here or {"RECORD"})
    found, records = entry.load()
    assert len(found) == len(here)
    assert list(records) == entry.logs


def test_no_log_has_two_lines() -> None:
    assert len(RECORDS) == sum(len(entry.logs) for entry in ENTRIES)


def test_every_module_of_a_protocol_has_a_line() -> None:
    folder = ROOT / "parsers" / "protocols"
    modules = {
        path.stem
        for path in folder.glob("[a-z]*")
        if (path.suffix == ".py" and path.name != "registry.py") or (path / "__init__.py").exists()
    }
    having = {
        name
        for name in modules
        if any(isinstance(thing, Protocol) for thing in vars(import_module(f"parsers.protocols.{name}")).values())
    }
    assert having == {entry.module for entry in ENTRIES if entry.load()[0]}


def test_records_are_found_by_the_names_of_their_logs() -> None:
    assert all(RECORDS[log].name == log for log in RECORDS)
    assert "nothing" not in RECORDS
    assert RECORDS.get("nothing") is None
    conn = record_of("conn", ["capture"])
    assert isinstance(conn, Record)
    assert "capture" in conn.names
    assert record_of("conn", ["ts"]) is RECORDS["conn"]


def test_names_of_logs_load_no_analyser() -> None:
    code = """
import sys
from parsers.protocols.registry import RECORDS
assert "http" in RECORDS and "smb_files" in list(RECORDS)
assert "parsers.protocols.http" not in sys.modules
assert RECORDS["conn"].name == "conn"
print(*(name for name in sys.modules if name.startswith("parsers.protocols.")))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = {name.removeprefix("parsers.protocols.") for name in done.stdout.split()}
    assert loaded == {"analyzer", "conn", "entry", "registry"}


def test_the_readme_shows_a_protocol_as_it_stands() -> None:
    lines = {line.strip() for line in (ROOT / "README.md").read_text().splitlines()}
    protocols = ROOT / "parsers" / "protocols"
    code = (protocols / "quic" / "__init__.py").read_text()
    shown = code[code.index("PROTOCOL = ") :].splitlines()
    entry = next(line for line in (protocols / "registry.py").read_text().splitlines() if '"quic"' in line)
    assert {line.strip() for line in [*shown, entry]} <= lines
    length = len((protocols / "finger.py").read_text().splitlines())
    assert any(f"finger.py` is the smallest to read first, {length} lines" in line for line in lines)
