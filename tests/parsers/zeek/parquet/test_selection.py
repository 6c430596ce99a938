"""Of a Parquet file only what is asked is read, and the answer is the same."""

from pathlib import Path

import pyarrow as pa
import pytest

from parsers.answer import Answer
from parsers.export import parquet
from parsers.query.question import Wording
from parsers.schema import joined
from parsers.updates import Batch
from parsers.zeek.parquet.reader import read
from parsers.zeek.parquet.start import first_time
from tests.parsers.export.tables import table

_SECOND = 1_000_000_000
_LOG = table(
    ts=("time", [second * _SECOND for second in range(100, 500)]),
    uid=("string", [f"C{number}" for number in range(400)]),
    duration=("interval", [number * _SECOND if number % 3 else None for number in range(400)]),
    size=("count", [(1 << 64) - 1 - number for number in range(400)]),
    tags=("set[string]", [["a", f"t{number}"] for number in range(400)]),
)


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log of four groups of rows."""
    monkeypatch.setattr(parquet, "_ROWS", 100)
    path = tmp_path / "mine.parquet"
    with path.open("wb") as file:
        parquet.write(file, "mine", _LOG)
    return path


def _tables(path: Path, wording: Wording | None) -> list[pa.Table]:
    asked = None if wording is None else Answer("mine", wording).need
    with path.open("rb") as file:
        return [update.table for update in read(path, file, asked) if isinstance(update, Batch)]


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        (None, 400),
        ("ts < 150", 100),
        ("ts >= 199.5 and ts < 301", 200),
        ("duration > 299s", 100),
        ("size > 18446744073709551600", 100),
        ("size < 3", 0),
        ("not ts < 150", 400),
        ("uid == C1", 400),
        ("ts < 150 or uid == C399", 400),
        ("ts < +1s", 400),
    ],
)
def test_groups_without_a_row_that_is_asked_are_skipped(log: Path, where: str | None, rows: int) -> None:
    wording = Wording(where)
    read_rows = joined(_tables(log, wording))
    assert len(read_rows) == rows
    question = wording.understood({field.name: field.metadata[b"zeek"].decode() for field in _LOG.schema})
    expected = joined(list(question.kept(joined(_tables(log, None)))))
    if not question.where.relative:
        assert joined(list(question.kept(read_rows))).to_pylist() == expected.to_pylist()


def test_columns_that_are_not_asked_are_not_read(log: Path) -> None:
    (*_, last) = _tables(log, Wording("ts >= 450", fields="tags,uid"))
    assert last.column_names == ["ts", "uid", "tags"]
    assert last.column("tags").to_pylist()[-1] == ["a", "t399"]
    assert _tables(log, Wording("ts >= 450", fields="none"))[0].column_names == _LOG.column_names


def test_a_file_of_somebody_else_is_read_whole(tmp_path: Path) -> None:
    from pyarrow import parquet as arrow

    path = tmp_path / "mine.parquet"
    arrow.write_table(pa.table({"ts": pa.array([1.0, 2.0]), "n": pa.array([1, 2])}), path)
    assert sum(map(len, _tables(path, Wording("n > 5")))) == 2
    assert first_time(path) is None


def test_a_file_begins_with_its_first_time(log: Path) -> None:
    assert first_time(log) == 100.0
