"""A look inside a file of a capture, and what becomes of it when one of its processes fails."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from parsers.files.inspect import InspectError
from parsers.inspection import Inspection
from parsers.opening import updates
from parsers.source import LogSet
from tests.parsers.capture.test_zipped import zip_crypto
from tui.options import demo

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa


@pytest.fixture(scope="module")
def logs() -> LogSet:
    read = LogSet()
    read.read(updates([demo()]))
    return read


@pytest.fixture
def files(logs: LogSet) -> "Callable[[], pa.Table]":
    return lambda: logs.table("files")


@pytest.fixture
def fuid(logs: LogSet) -> str:
    return str(logs.frame("pe")["id"].iloc[0])


def never() -> bool:
    return False


def talker(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A shell script in the place of Python: what it says is what the process that takes a file out says."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(path))


def test_an_executable(fuid: str, files: "Callable[[], pa.Table]") -> None:
    report = Inspection([demo()], None, files)(fuid, never)
    assert (report.machine, report.subsystem) == ("I386", "WINDOWS_GUI")
    assert [section.name for section in report.sections] == [".text", ".rdata", ".data", ".rsrc"]
    assert not any("capture lacks" in warning for warning in report.warnings)


def test_a_capture_that_is_locked(fuid: str, files: "Callable[[], pa.Table]", tmp_path: Path) -> None:
    path = tmp_path / "locked.zip"
    path.write_bytes(zip_crypto(demo().read_bytes()))
    assert Inspection([path], b"infected", files)(fuid, never).sections
    with pytest.raises(InspectError, match="this is not the zip's password"):
        Inspection([path], b"wrong", files)(fuid, never)


def test_a_file_that_is_no_executable(logs: LogSet, files: "Callable[[], pa.Table]") -> None:
    frame = logs.frame("files")
    other = str(frame["fuid"][frame["mime_type"] == "text/plain"].iloc[0])
    with pytest.raises(InspectError, match="no executable that pefile can read"):
        Inspection([demo()], None, files)(other, never)


def test_a_file_without_a_row(fuid: str, files: "Callable[[], pa.Table]") -> None:
    for frames in (files, lambda: None):
        with pytest.raises(InspectError, match="has no row for Fnone yet; wait until the capture is read"):
            Inspection([demo()], None, frames)("Fnone", never)


def test_a_capture_that_is_gone(fuid: str, files: "Callable[[], pa.Table]", tmp_path: Path) -> None:
    with pytest.raises(InspectError, match="there is no such file"):
        Inspection([tmp_path / "gone.pcap"], None, files)(fuid, never)


def test_calling_it_off(
    fuid: str, files: "Callable[[], pa.Table]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talker(tmp_path, monkeypatch, "exec tail -f /dev/null")
    asked: list[bool] = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 1

    with pytest.raises(InspectError, match="was called off"):
        Inspection([demo()], None, files)(fuid, cancelled)


def test_a_process_that_is_killed(
    fuid: str, files: "Callable[[], pa.Table]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talker(tmp_path, monkeypatch, "kill -9 $$")
    with pytest.raises(InspectError, match="could not be taken out of the capture again; is memory short"):
        Inspection([demo()], None, files)(fuid, never)


def test_what_the_capture_lacks_is_said(
    fuid: str, files: "Callable[[], pa.Table]", logs: LogSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from parsers.capture.extract import extract

    row = next(row for row in logs.table("files").to_pylist() if row["fuid"] == fuid)
    content = extract([demo()], None, fuid, (row["id.orig_h"], row["id.resp_h"])).content
    (tmp_path / "answer").write_bytes(b'{"holes": [[5, 1000], [9000, 460]], "cut": true}\n' + content)
    script = f'case "$*" in *capture.extract*) exec cat "{tmp_path}/answer";; *) exec "{sys.executable}" "$@";; esac'
    talker(tmp_path, monkeypatch, script)
    report = Inspection([demo()], None, files)(fuid, never)
    assert report.warnings[:2] == [
        f"the file is larger: only its first {len(content):,} bytes were looked into",
        "the capture lacks 1,460 bytes of this file: zeros stand in their place",
    ]
