"""A large folder of logs: what is read of it whole, what is counted, and how counted rows are read once more."""

import gzip
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from parsers import limits, schema
from parsers.evidence import links
from parsers.source import LogSet
from parsers.updates import Batch, Counted, OpenError, Progress, Update, Waiting
from parsers.zeek.browsing import Browsing
from parsers.zeek.folder import read_folder
from tests.parsers.zeek.folders import put
from tests.parsers.zeek.logs import gathered, log

ROWS = 3000
FIELDS = "ts uid host answers"
TYPES = "time string string vector[string]"


def row(number: int) -> str:
    return f"{number}.000000\tC{number:07}\thost{number}\t10.0.0.{number % 250}"


def as_tsv(name: str) -> str:
    return log(FIELDS, TYPES, *map(row, range(ROWS)), path=name)


def as_json(name: str) -> str:
    lines = (
        f'{{"ts":{number}.0,"uid":"C{number:07}","host":"host{number}","answers":["10.0.0.{number % 250}"]}}\n'
        for number in range(ROWS)
    )
    return "".join(lines)


@pytest.fixture(autouse=True)
def _small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs of some kilobytes are large ones, in many blocks."""
    monkeypatch.setattr(limits, "LOG_WHOLE_BYTES", 1000)
    monkeypatch.setattr(limits, "LOG_SMALL_BYTES", 500)
    monkeypatch.setattr(limits, "LOG_FIRST_BYTES", 8000)
    monkeypatch.setattr(limits, "LOG_BLOCK_BYTES", 16000)


def plain(folder: Path) -> None:
    for name in ("http", "dns"):
        (folder / f"{name}.log").write_text(as_tsv(name))


def packed(folder: Path) -> None:
    for name in ("http", "dns"):
        (folder / f"{name}.log.gz").write_bytes(gzip.compress(as_tsv(name).encode()))


def json_lines(folder: Path) -> None:
    for name in ("http", "dns"):
        (folder / f"{name}.log").write_text(as_json(name))


def parquet(folder: Path) -> None:
    plain(folder)
    for name, table in gathered(read_folder(folder))[0].items():
        pq.write_table(table, folder / f"{name}.parquet", row_group_size=700)
        (folder / f"{name}.log").unlink()


def rotated(folder: Path) -> None:
    for name in ("http", "dns"):
        for hour in range(20):
            rows = map(row, range(hour * 150, hour * 150 + 150))
            text = log(FIELDS, TYPES, *rows, path=name)
            (folder / f"{name}.{hour:02}:00:00-{hour + 1:02}:00:00.log").write_text(text)


def told(updates: Iterable[Update]) -> LogSet:
    logs = LogSet()
    logs.read(updates)
    return logs


FORMS = (plain, packed, json_lines, parquet, rotated)


@pytest.mark.parametrize("put_logs", FORMS)
def test_counted_rows_are_those_that_reading_gives(tmp_path: Path, put_logs: Callable[[Path], None]) -> None:
    put_logs(tmp_path)
    whole, _ = gathered(read_folder(tmp_path))
    logs = told(Browsing([tmp_path]).updates())
    for name in ("http", "dns"):
        known, all_rows = logs.known[name], whole[name]
        assert len(logs.table(name)) < ROWS == len(known.table)
        assert known.table.column("uid").to_pylist() == all_rows.column("uid").to_pylist()
        assert ("answers" in known.table.column_names, "host" in known.table.column_names) == (True, False)
        for place in (0, 1, ROWS // 2, ROWS - 1):
            table, found = known.whole(place)
            assert table.column("host")[found].as_py() == f"host{place}"
            assert schema.types(table) == schema.types(all_rows)


@pytest.mark.parametrize("put_logs", FORMS)
def test_a_log_that_is_looked_at_goes_on_where_its_first_rows_ended(
    tmp_path: Path, put_logs: Callable[[Path], None]
) -> None:
    put_logs(tmp_path)
    browsing = Browsing([tmp_path])
    logs = told(browsing.updates())
    logs.read(browsing.whole("dns"))
    whole, _ = gathered(read_folder(tmp_path))
    assert logs.table("dns").column("host").to_pylist() == whole["dns"].column("host").to_pylist()
    assert len(logs.table("http")) < ROWS
    assert list(browsing.whole("dns")) == []


def test_what_is_looked_at_by_its_turn_is_not_counted(tmp_path: Path) -> None:
    plain(tmp_path)
    browsing = Browsing([tmp_path])
    updates = browsing.updates()
    for update in updates:
        if isinstance(update, Waiting):
            break
    rest = list(browsing.whole("http"))
    after = list(updates)
    assert {update.log for update in rest if isinstance(update, Batch)} == {"http"}
    assert {update.log for update in after if isinstance(update, Counted)} == {"dns"}
    assert [update.logs for update in (*rest, *after) if isinstance(update, Waiting)] == [("dns",), ()]


def test_progress_ends_at_the_end(tmp_path: Path) -> None:
    plain(tmp_path)
    put(tmp_path, "pe.log", "1")
    browsing = Browsing([tmp_path])
    for updates in (browsing.updates(), browsing.whole("dns"), browsing.whole("http")):
        last = [update for update in updates if isinstance(update, Progress)][-1]
        assert last.done == last.total


def test_a_small_folder_and_small_logs_are_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain(tmp_path)
    put(tmp_path, "pe.log", "1", "2")
    assert set(told(Browsing([tmp_path]).updates()).known) == {"http", "dns"}
    monkeypatch.setattr(limits, "LOG_WHOLE_BYTES", 1 << 20)
    browsing = Browsing([tmp_path])
    logs = told(browsing.updates())
    assert (logs.known, len(logs.table("dns"))) == ({}, ROWS)
    assert list(browsing.whole("dns")) == []


def test_what_is_wrong_with_a_log_is_told_once(tmp_path: Path) -> None:
    plain(tmp_path)
    with (tmp_path / "dns.log").open("a") as file:
        file.write("too\tfew\n")
    browsing = Browsing([tmp_path])
    logs = told(browsing.updates())
    logs.read(browsing.whole("dns"))
    assert [trouble.text for trouble in logs.troubles] == [
        f"dns.log:{ROWS + 10}: 2 cells, the header names 4 fields; the row is left out"
    ]


def test_a_folder_without_logs_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OpenError, match="it is empty"):
        Browsing([tmp_path])
    (tmp_path / "dns.log").write_bytes(b"no log\n" * 200)
    with pytest.raises(OpenError, match="no Zeek log"):
        told(Browsing([tmp_path]).updates())


def test_rows_of_a_file_that_has_changed_are_those_that_are_known(tmp_path: Path) -> None:
    plain(tmp_path)
    logs = told(Browsing([tmp_path]).updates())
    (tmp_path / "dns.log").write_text(log(FIELDS, TYPES, *map(row, range(5000, 8000)), path="dns"))
    (tmp_path / "http.log").unlink()
    for name in ("dns", "http"):
        known = logs.known[name]
        assert known.whole(ROWS - 1) == (known.table, ROWS - 1)


def test_what_belongs_to_a_row_is_complete_without_reading_any_log(tmp_path: Path) -> None:
    plain(tmp_path)
    logs = told(Browsing([tmp_path]).updates())
    tables = {name: known.table for name, known in logs.known.items()}

    def whole(name: str, place: int) -> tuple[pa.Table, int]:
        return logs.known[name].whole(place)

    found = links.related(tables, "http", 2500, whole=whole)
    assert [(related.log, related.row) for related in found] == [("http", 2500), ("dns", 2500)]
    assert "host2500" in found[0].text


def test_rows_of_a_log_in_a_file_that_is_called_otherwise(tmp_path: Path) -> None:
    lines = as_json("").replace('{"ts"', '{"_path":"dns","ts"').splitlines(keepends=True)
    other = [line.replace('"_path":"dns"', '"_path":"http"') for line in lines]
    mixed = [line for pair in zip(lines, other, strict=True) for line in pair]
    (tmp_path / "all.json").write_text("".join(mixed))
    browsing = Browsing([tmp_path])
    logs = told(browsing.updates())
    assert {name: len(known.table) for name, known in logs.known.items()} == {"http": ROWS, "dns": ROWS}
    table, found = logs.known["http"].whole(2999)
    assert table.column("host")[found].as_py() == "host2999"
    logs.read(browsing.whole("http"))
    assert (len(logs.table("http")), len(logs.table("dns"))) == (ROWS, ROWS)
