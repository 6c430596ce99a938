"""A folder of logs, written: all of them or none, and nothing is overwritten."""

import os
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from parsers import limits
from parsers.export.folder import refuse, write
from parsers.export.format import Format
from parsers.export.registry import CUT, FORMATS
from tests.parsers.export.tables import table
from tests.processes import children

ONE = table(x=("count", [1]))


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("form", [*FORMATS.values(), CUT], ids=lambda form: form.name)
def test_a_log_without_rows_is_not_written(tmp_path: Path, form: Format) -> None:
    write(tmp_path / "new", {"none": table(x=("count", [])), "one": ONE}, form)
    assert _names(tmp_path / "new") == [f"one{form.suffix}"]


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.name)
def test_nothing_is_overwritten(tmp_path: Path, form: Format) -> None:
    there = f"b{form.suffix}"
    (tmp_path / there).write_text("mine")
    with pytest.raises(FileExistsError, match=there):
        write(tmp_path, {"a": ONE, "b": ONE}, form)
    assert (tmp_path / there).read_text() == "mine"
    assert _names(tmp_path) == [there]


@pytest.mark.parametrize("there", ["conn.log", "conn.log.gz", "conn.2024-01-02-03-04-05.log.zst", "conn.parquet"])
@pytest.mark.parametrize("form", ["zeek", "json", "parquet"])
def test_what_would_be_read_as_more_rows_of_a_log_is_refused(tmp_path: Path, there: str, form: str) -> None:
    (tmp_path / there).touch()
    with pytest.raises(FileExistsError, match="is there already"):
        refuse(tmp_path, ["dns", "conn"], FORMATS[form])
    refuse(tmp_path, ["dns", "con"], FORMATS[form])


def test_what_is_never_read_may_lie_beside_logs(tmp_path: Path) -> None:
    for form in ("zeek", "csv"):
        write(tmp_path, {"conn": ONE}, FORMATS[form])
    assert _names(tmp_path) == ["conn.csv", "conn.log"]


@pytest.mark.parametrize("name", ["../conn", "a/b", ""])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no name of a log"):
        write(tmp_path, {name: ONE}, FORMATS["zeek"])


@pytest.fixture
def two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small logs, too, are shared by processes."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1})
    monkeypatch.setattr(limits, "WRITTEN_ALONE_BYTES", 0)


@pytest.mark.usefixtures("two_processes")
@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.name)
def test_processes_write_what_one_writes(tmp_path: Path, form: Format, monkeypatch: pytest.MonkeyPatch) -> None:
    logs = {f"log{count}": table(x=("count", [*range(count)])) for count in range(1, 9)}
    now = datetime(2024, 1, 2)
    write(tmp_path / "several", logs, form, now=now)
    monkeypatch.undo()
    write(tmp_path / "one", logs, form, now=now)
    assert _names(tmp_path / "several") == _names(tmp_path / "one")
    for path in (tmp_path / "one").iterdir():
        assert (tmp_path / "several" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.usefixtures("two_processes")
def test_all_logs_or_none_of_several_processes(tmp_path: Path) -> None:
    test_all_logs_or_none(tmp_path)
    assert not children(os.getpid())


def test_all_logs_or_none(tmp_path: Path) -> None:
    refused = table(x=("count", [1])).set_column(0, "x", [pa.array([{"no": "cell"}])])
    with pytest.raises(pa.ArrowNotImplementedError):
        write(tmp_path / "out", {"a": ONE, "b": refused}, FORMATS["zeek"])
    assert _names(tmp_path / "out") == []
