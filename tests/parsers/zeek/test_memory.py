"""However large a log is, of its reading there is no more in memory than some blocks."""

import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from parsers import limits
from parsers.updates import Batch, Counted
from parsers.zeek.browsing import Browsing
from parsers.zeek.folder import read_folder
from tests.parsers.zeek.logs import log

BLOCK = 1 << 16
ROWS = 100_000
# A block is read ahead while others wait, are parsed and are told, each as bytes, as cells and as columns.
MOST = 60 * BLOCK


def as_tsv(path: Path) -> None:
    rows = (f"{number}.000000\tC{number:017}\t{'text' * 10}" for number in range(ROWS))
    (path / "http.log").write_text(log("ts uid host", "time string string", *rows, path="http"))


def as_json(path: Path) -> None:
    with (path / "http.log").open("w") as file:
        for number in range(ROWS):
            file.write(f'{{"ts":{number}.0,"uid":"C{number:017}","host":"{"text" * 10}"}}\n')


def packed(path: Path) -> None:
    as_tsv(path)
    (path / "http.log.gz").write_bytes(gzip.compress((path / "http.log").read_bytes(), 1))
    (path / "http.log").unlink()


@pytest.mark.parametrize("put", [as_tsv, as_json, packed])
@pytest.mark.parametrize("counted", [False, True])
def test_what_has_been_told_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, put: Callable[[Path], None], counted: bool
) -> None:
    put(tmp_path)
    for name in ("LOG_FIRST_BYTES", "LOG_BLOCK_BYTES"):
        monkeypatch.setattr(limits, name, BLOCK)
    monkeypatch.setattr(limits, "LOG_WHOLE_BYTES", 0)
    monkeypatch.setattr(limits, "LOG_SMALL_BYTES", 0)
    rows = most = 0
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    try:
        for update in Browsing([tmp_path]).updates() if counted else read_folder(tmp_path):
            if isinstance(update, Counted if counted else Batch):
                rows += len(update.table)
            del update
            held, _ = tracemalloc.get_traced_memory()
            most = max(most, held + pa.total_allocated_bytes() - before)
    finally:
        tracemalloc.stop()
    assert rows == ROWS
    assert most < MOST < ROWS * 60
