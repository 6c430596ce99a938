"""Logs as sensors leave them on a disk: where they lie, what they are called, in which order their parts are read."""

import os
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from parsers import limits
from parsers.updates import Batch, OpenError, Trouble
from parsers.zeek.folder import read_folder
from tests.parsers.zeek.folders import cells, put, write
from tests.parsers.zeek.logs import gathered, log, read_all, values


def test_zeekctl_s_folder(tmp_path: Path) -> None:
    logs, spool = tmp_path / "logs", tmp_path / "spool" / "zeek"
    put(logs / "2020-10-12", "conn.21:00:00-22:00:00.log.gz", "1")
    put(logs / "2020-10-12", "conn.22:00:00-23:00:00.log.gz", "2")
    put(logs / "2020-10-13", "conn.00:00:00-01:00:00.log.gz", "3")
    put(logs / "2020-10-13", "conn.02:00:00-03:00:00.log", "4")
    put(spool, "conn.log", "5")
    (logs / "current").symlink_to(spool)
    (logs / "2020-10-13" / "conn.03:00:00-current.log").symlink_to(spool / "conn.log")
    (logs / "2020-10-13" / "dns.03:00:00-current.log").symlink_to(spool / "dns.log")
    write(logs / "2020-10-13" / "conn-summary.02:00:00-03:00:00.log.gz", ">== Total === 2020-10-13\n")
    write(logs / "stats" / "stats.log", "1602543600 zeek cpu 1.0\n")
    write(spool / ".cmdline", "-i eth0\n")
    write(spool / "stdout.log", "max memory size (kbytes) unlimited\n")
    updates = list(read_folder(logs))
    assert values(gathered(updates)[0]["conn"], "a") == [1, 2, 3, 4, 5]
    troubles = [update for update in updates if isinstance(update, Trouble)]
    assert len(troubles) == 4
    assert all(trouble.harmless for trouble in troubles)


@pytest.mark.parametrize(
    "names",
    [
        ("conn.2020-10-12-21-00-00.log", "conn.2020-10-12-22-00-00.log", "conn.2020-10-13-00-00-00.log"),
        ("conn.20-10-12_21.00.00.log.gz", "conn.20-10-12_22.00.00.log", "conn.20-11-01_00.00.00.log"),
        (
            "conn__2020-10-12-21-00-00__2020-10-12-22-00-00__.log",
            "conn__2020-10-12-22-00-00__2020-10-13-00-00-00__log_suffix=logger-1__.log",
            "conn__2020-10-13-00-00-00__2020-10-13-01-00-00__.log.gz",
        ),
        (
            "conn_20201012_21:00:00-22:00:00+0000.log.gz",
            "conn_20201012_22:00:00-23:00:00+0000.log.gz",
            "conn_20201013_00:00:00-01:00:00+0000.log.gz",
        ),
        ("conn.log.10", "conn.log.9.gz", "conn.log.1", "conn.log"),
        ("conn.log-20201012.gz", "conn.log-20201013", "conn.log"),
        ("conn.9.log", "conn.10.log", "conn.log"),
        ("2020-10-12/conn.log", "2020-10-13/conn.log"),
        ("2020-10-12/conn.08:00:00-09:00:00.log", "2020-10-13/logger/conn.07:00:00-08:00:00.log"),
    ],
)
def test_parts_follow_each_other_in_time(tmp_path: Path, names: tuple[str, ...]) -> None:
    for number, name in reversed(list(enumerate(names))):
        folder = tmp_path / Path(name).parent
        put(folder, Path(name).name, str(number), path="conn")
    assert cells(tmp_path) == list(range(len(names)))


@pytest.mark.parametrize("suffix", ["gz", "bz2", "xz", "zst", "lz4"])
def test_every_packer(tmp_path: Path, suffix: str) -> None:
    put(tmp_path, f"conn.10:00:00-11:00:00.log.{suffix}", *map(str, range(1000)))
    put(tmp_path, f"conn.11:00:00-12:00:00.log.{suffix}", *map(str, range(1000, 2000)))
    assert cells(tmp_path) == list(range(2000))


def test_names_that_tell_nothing_leave_the_order_to_the_first_lines(tmp_path: Path) -> None:
    for name, opened, ts in (("z", "2020-10-12-21-00-00", 1), ("b", "2020-10-12-22-00-00", 2), ("a", "", 3)):
        text = log("ts", "time", f"160254{ts}000.5", path="conn").replace("2024-01-01-00-00-00", opened)
        write(tmp_path / f"{name}.log", text)
    (tmp_path / "later.json").write_text('{"_path":"conn","ts":"2020-10-13T04:00:00.5Z"}\n')
    (tmp_path / "earlier.json").write_text('{"ts":1600000000.5,"_path":"conn"}\n')
    found = cells(tmp_path, column="ts")
    assert found == sorted(found, key=str)
    assert len(found) == 5


def test_the_log_s_own_word_counts_before_the_file_s_name(tmp_path: Path) -> None:
    put(tmp_path, "monday.log", "1", path="conn")
    write(tmp_path / "dns_20201012_21:00:00-22:00:00+0000.log", "#fields\ta\n#types\tcount\n7\n")
    tables, _ = read_all(tmp_path)
    assert {name: values(table, "a") for name, table in tables.items()} == {"conn": [1], "dns": [7]}


def test_parts_in_both_formats(tmp_path: Path) -> None:
    row = "1602540000.000001\tCx\t10.0.0.1\t80"
    write(tmp_path / "conn.2020-10-12-21-00-00.log", log("ts uid id.orig_h id.orig_p", "time string addr port", row))
    json = '{"ts":1602543600.000002,"uid":"Cy","id.orig_h":"fe80::1","id.orig_p":443}\n'
    write(tmp_path / "conn.2020-10-12-22-00-00.log.gz", json)
    write(tmp_path / "conn.log", json.replace("3600.", "7200."))
    for path in tmp_path.iterdir():
        if path.name.endswith("21-00-00.log"):
            path.write_text(path.read_text().replace("#path\todd", "#path\tconn"))
    tables, troubles = read_all(tmp_path)
    assert values(tables["conn"], "uid") == ["Cx", "Cy", "Cy"]
    assert values(tables["conn"], "ts") == [1602540000000001000, 1602543600000002000, 1602547200000002000]
    assert values(tables["conn"], "id.orig_h") == ["10.0.0.1", "fe80::1", "fe80::1"]
    assert values(tables["conn"], "id.orig_p") == [80, 443, 443]
    assert troubles == []


def test_one_file_under_several_names_is_read_once(tmp_path: Path) -> None:
    real = put(tmp_path / "spool", "conn.log", "1")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "conn.log").symlink_to(real)
    os.link(real, tmp_path / "conn.hard.log")
    (tmp_path / "z").symlink_to(tmp_path / "spool")
    (tmp_path / "spool" / "loop").symlink_to(tmp_path)
    assert cells(tmp_path) == [1]
    assert cells([real, tmp_path, real]) == [1]


@pytest.mark.parametrize("suffix", ["gz", "zst"])
def test_a_packed_log_beside_its_unpacked_self_is_left_out(tmp_path: Path, suffix: str) -> None:
    put(tmp_path, f"conn.log.{suffix}", "1")
    put(tmp_path, "conn.log", "1")
    assert cells(tmp_path) == [1]


def test_files_that_are_not_called_logs_but_begin_as_such(tmp_path: Path) -> None:
    put(tmp_path, "conn", "1")
    put(tmp_path, "dns.log.labeled", "2")
    put(tmp_path, "dns.log.bak", "3")
    put(tmp_path, "http.txt.gz", "4")
    (tmp_path / "notes.txt").write_text("#hello\n")
    (tmp_path / ".conn.log").write_text("no")
    tables, troubles = read_all(tmp_path)
    assert {name: values(table, "a") for name, table in tables.items()} == {"conn": [1], "dns": [2], "http": [4]}
    assert troubles == []


def test_several_places_are_one_set(tmp_path: Path) -> None:
    put(tmp_path / "day2", "conn.2020-10-13-00-00-00.log", "2")
    put(tmp_path / "day1", "conn.2020-10-12-00-00-00.log", "1")
    one = put(tmp_path, "conn.2020-10-14-00-00-00.log", "3")
    assert cells([tmp_path / "day2", one, tmp_path / "day1"]) == [1, 2, 3]
    (tmp_path / "empty").mkdir()
    tables, troubles = gathered(read_folder([tmp_path / "empty", one, tmp_path / "gone"]))
    assert values(tables["conn"], "a") == [3]
    assert [trouble.partition(": ")[0] for trouble in troubles] == [f"{tmp_path}/empty", f"{tmp_path}/gone"]
    with pytest.raises(OpenError, match=r"no NAME\.log"):
        gathered(read_folder([tmp_path / "empty", tmp_path / "gone"]))


def test_only_the_logs_that_are_asked_for_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "conn.log", "1")
    put(tmp_path, "monday.log", "2", path="conn")
    put(tmp_path, "dns.log", "3")
    (tmp_path / "all.json").write_text('{"_path":"dns","ts":1.0}\n{"_path":"conn","ts":2.0}\n')
    (tmp_path / "http.log").write_text("damaged")
    tables, troubles = gathered(read_folder([tmp_path], frozenset({"conn"})))
    assert {name: table.num_rows for name, table in tables.items()} == {"conn": 3}
    assert troubles == []
    (tmp_path / "all.json").unlink()
    with pytest.raises(OpenError, match=r"no log is called smb, ssl; there are conn, dns, http$"):
        list(read_folder([tmp_path], frozenset({"ssl", "smb"})))


def test_bounds_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LOG_FOLDERS", 2)
    put(tmp_path / "1" / "2", "conn.log", "1")
    put(tmp_path / "1" / "2" / "3", "conn.log", "2")
    assert cells(tmp_path) == [1]
    assert read_all(tmp_path)[1] == [f"{tmp_path}: folders more than 2 deep in it are left out"]
    monkeypatch.setattr(limits, "LOG_ENTRIES", 20)
    for number in range(30):
        put(tmp_path, f"dns.{number:02}.log", str(number))
    tables, troubles = read_all(tmp_path)
    assert 10 < tables["dns"].num_rows <= 20
    assert f"{tmp_path}: it holds more than 20 files; the rest is left out" in troubles


def test_small_parts_put_together_are_what_they_are_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(40):
        rows = [f"{number}.{row:06}\t{row}" for row in range(number)]
        if number in {9, 20}:
            rows.append(f"{number}.9\tx")
        types = "time string" if 25 < number < 30 else "time count"
        write(tmp_path / f"x.{number}.log.gz", log("ts n", types, *rows, path="x"))
    (tmp_path / "x.12.log").write_text(log("ts n", "time count", "12.5\t1", path="x").removesuffix("\n"))
    (tmp_path / "x.13.log.gz").write_bytes((tmp_path / "x.13.log.gz").read_bytes()[:-20])
    together, told = read_all(tmp_path)
    monkeypatch.setattr("parsers.zeek.bundles._text", lambda _: b"")
    monkeypatch.setattr(limits, "LOG_BATCH_ROWS", 1)
    apart, told_apart = read_all(tmp_path)
    assert together["x"].equals(apart["x"])
    assert told == told_apart
    assert len(told) == 4


def test_thousands_of_parts_are_few_batches(tmp_path: Path) -> None:
    for number in range(300):
        put(tmp_path, f"conn.{number}.log", *map(str, range(100)))
        (tmp_path / f"dns.{number}.log").write_text('{"ts":1.5,"uid":"C1"}\n' * 10)
    batches = [update for update in read_folder(tmp_path) if isinstance(update, Batch)]
    assert len(batches) < 10
    assert sum(batch.table.num_rows for batch in batches) == 33_000


def test_parquet_lies_among_the_others(tmp_path: Path) -> None:
    for number in (10, 9):
        table = pa.table({"ts": pa.array([number], pa.timestamp("ns", "UTC")), "uid": ["C1"]})
        (tmp_path / "conn.parquet").mkdir(exist_ok=True)
        parquet.write_table(table, tmp_path / "conn.parquet" / f"part-{number}.parquet")
        parquet.write_table(table, tmp_path / f"dns.2020-10-{number + 2}-00-00-00.parquet")
    write(tmp_path / "dns.2020-10-14-00-00-00.log", log("ts uid", "time string", "11.0\tC2", path="dns"))
    assert cells(tmp_path, column="ts") == [9, 10]
    assert cells(tmp_path, "dns", "ts") == [9, 10, 11_000_000_000]
