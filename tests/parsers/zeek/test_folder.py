"""A folder of logs: which of its files are read, in which order, and what else may lie in it."""

import os
from itertools import pairwise
from pathlib import Path

import pytest

from parsers import limits
from parsers.updates import Batch, OpenError, Progress, Trouble
from parsers.zeek.folder import read_folder
from tests.parsers.zeek.folders import put
from tests.parsers.zeek.logs import gathered, log, read_all, values


def test_logs_plain_and_packed_and_nothing_else(tmp_path: Path) -> None:
    put(tmp_path, "conn.log", "1")
    put(tmp_path, "dns.log.gz", "2")
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "extract_files").mkdir()
    tables, troubles = read_all(tmp_path)
    assert {name: values(table, "a") for name, table in tables.items()} == {"conn": [1], "dns": [2]}
    assert troubles == []


def test_one_log_alone(tmp_path: Path) -> None:
    put(tmp_path, "conn.log", "1")
    put(tmp_path, "pe.log", "1")
    assert list(read_all(tmp_path / "pe.log")[0]) == ["pe"]
    (tmp_path / "pe.log").rename(tmp_path / "without_ending")
    assert list(read_all(tmp_path / "without_ending")[0]) == ["pe"]


def test_rotated_logs_follow_each_other_in_time(tmp_path: Path) -> None:
    put(tmp_path, "conn.log", "5")
    put(tmp_path, "conn.11:00:00-12:00:00.log.gz", "3")
    put(tmp_path, "conn.10:00:00-11:00:00.log.gz", "1", "2")
    put(tmp_path, "conn.2024-01-02-00-00-00.log", "4")
    tables, _ = read_all(tmp_path)
    assert values(tables["conn"], "a") == [1, 2, 3, 4, 5]


def test_the_first_rows_of_each_log_come_before_the_rest_of_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LOG_FIRST_BYTES", 400)
    put(tmp_path, "conn.log", *map(str, range(10_000)))
    put(tmp_path, "http.log", *map(str, range(5000)))
    put(tmp_path, "pe.log", "1")
    order = [update.log for update in read_folder(tmp_path) if isinstance(update, Batch)]
    assert order[:3] == ["conn", "pe", "http"]
    assert [name for name, after in pairwise(order[3:]) if name != after] == ["http"]


def test_more_logs_than_may_stand_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OPEN_LOGS", 3)
    for number in range(10):
        put(tmp_path, f"log{number}.log", str(number))
    tables, _ = read_all(tmp_path)
    assert sorted(values(table, "a")[0] for table in tables.values()) == list(range(10))


def test_progress_is_that_of_the_whole_folder(tmp_path: Path) -> None:
    put(tmp_path, "conn.log", *map(str, range(1000)))
    put(tmp_path, "dns.log.gz", "1")
    size = sum(path.stat().st_size for path in tmp_path.iterdir())
    progress = [update for update in read_folder(tmp_path) if isinstance(update, Progress)]
    assert [p.done for p in progress] == sorted(p.done for p in progress)
    assert progress[-1] == Progress("bytes", size, size)


def test_a_log_beside_its_packed_self_is_read_once(tmp_path: Path) -> None:
    put(tmp_path, "conn.log", "1")
    put(tmp_path, "conn.log.gz", "1")
    tables, troubles = read_all(tmp_path)
    assert values(tables["conn"], "a") == [1]
    assert troubles == [f"{tmp_path}/conn.log.gz: left out, the same log lies beside it unpacked"]


def test_a_column_whose_type_changes_between_files(tmp_path: Path) -> None:
    for name, kind, cell in (
        ("1", "count", "7"),
        ("2", "string", "8"),
        ("3", "string", "many"),
        ("4", "interval", "9.0"),
    ):
        (tmp_path / f"x.{name}.log").write_text(log("a s", f"{kind} set[{kind}]", f"{cell}\t{cell},-", path="x"))
    tables, troubles = read_all(tmp_path)
    assert values(tables["x"], "a") == [7, 8, None, None]
    assert values(tables["x"], "s") == [[7, None], [8, None], [None, None], [None, None]]
    assert troubles == [
        "x: a is string in some files, count in the first; 1 cells that do not fit are shown as unset",
        "x: s is set[string] in some files, set[count] in the first; 1 cells that do not fit are shown as unset",
        "x: a is interval in some files, count in the first; 1 cells that do not fit are shown as unset",
        "x: s is set[interval] in some files, set[count] in the first; 1 cells that do not fit are shown as unset",
    ]


def test_times_that_nanoseconds_do_not_reach_come_in_a_later_file(tmp_path: Path) -> None:
    far = 253_402_300_799
    for number, cell in enumerate(("1.000001", f"{far}.5", "2.0")):
        (tmp_path / f"x.{number}.log").write_text(log("a", "time", cell, path="x"))
    tables, troubles = read_all(tmp_path)
    assert values(tables["x"], "a") == [1_000_001_000, far * 10**9 + 500_000_000, 2 * 10**9]
    assert troubles == []


def test_a_column_that_became_text_is_read_as_before(tmp_path: Path) -> None:
    for name, kind, cell in (
        ("1", "string", r"a\x09b"),
        ("2", "enum", r"a\x09b"),
        ("3", "time", "1.5"),
        ("4", "set[string]", "x,y"),
    ):
        (tmp_path / f"x.{name}.log").write_text(log("a", kind, cell, "-", path="x"))
    tables, troubles = read_all(tmp_path)
    assert values(tables["x"], "a") == ["a\tb", None, "a\tb", None, "1.500000", None, "x,y", None]
    assert troubles == []


def test_logs_that_cannot_be_read_are_told_beside_the_others(tmp_path: Path) -> None:
    put(tmp_path, "conn.log", "1")
    (tmp_path / "dns.log").write_bytes(os.urandom(5000))
    (tmp_path / "http.log").mkdir()
    os.mkfifo(tmp_path / "ssl.log")
    (tmp_path / "ftp.log").symlink_to(tmp_path / "ftp.log")
    (tmp_path / "pe.log").symlink_to(tmp_path / "gone")
    tables, troubles = read_all(tmp_path)
    assert list(tables) == ["conn"]
    assert sorted(trouble.partition(": ")[0].rpartition("/")[2] for trouble in troubles) == [
        "dns.log",
        "ftp.log",
        "http.log",
        "pe.log",
        "ssl.log",
    ]


def test_a_symbolic_link_to_a_log_is_a_log(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    put(tmp_path, "conn.log", "1")
    (tmp_path / "logs" / "conn.log").symlink_to(tmp_path / "conn.log")
    assert list(read_all(tmp_path / "logs")[0]) == ["conn"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    put(tmp_path, "conn.log", "1")
    put(tmp_path, "dns.log", "1")
    (tmp_path / "dns.log").chmod(0)
    assert read_all(tmp_path)[1] == [f"{tmp_path}/dns.log: cannot be opened: Permission denied"]
    tmp_path.chmod(0)
    with pytest.raises(OpenError, match="Permission denied"):
        read_all(tmp_path)
    tmp_path.chmod(0o700)


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(OpenError, match=r"no NAME.log .* in it, it is empty; give"):
        read_all(tmp_path)


def test_a_folder_without_logs_names_what_it_saw(tmp_path: Path) -> None:
    (tmp_path / "2024-01-01").mkdir()
    for number in range(9):
        (tmp_path / f"b{number}\x1b.txt").touch()
    with pytest.raises(OpenError) as caught:
        read_all(tmp_path)
    seen = "only 2024-01-01/, b0\\x1b.txt, b1\\x1b.txt, b2\\x1b.txt, b3\\x1b.txt and 5 more"
    assert str(caught.value).endswith(f"in it, {seen}; give the folder of the logs")


def test_a_folder_in_which_no_log_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "conn.log").touch()
    (tmp_path / "dns.log").touch()
    with pytest.raises(OpenError, match=r"conn\.log: the file is empty \(and 1 more that cannot be read\)"):
        read_all(tmp_path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OpenError, match="No such file"):
        read_all(tmp_path / "nowhere")


def test_thousands_of_files_that_are_no_logs_are_counted(tmp_path: Path) -> None:
    put(tmp_path, "conn.log", "1")
    for number in range(2000):
        (tmp_path / f"x{number}.log").touch()
    tables, troubles = read_all(tmp_path)
    assert list(tables) == ["conn"]
    assert len(troubles) == limits.LOG_FAULTS + 1
    assert troubles[-1] == f"{tmp_path}: {2000 - limits.LOG_FAULTS} more files are left out"


def test_thousands_of_rotated_files(tmp_path: Path) -> None:
    for number in range(500):
        put(tmp_path, f"conn.{number:05}.log", str(number))
    tables, troubles = read_all(tmp_path)
    assert values(tables["conn"], "a") == list(range(500))
    assert troubles == []


def test_a_reader_may_stop_early(tmp_path: Path) -> None:
    put(tmp_path, "conn.log", *map(str, range(100_000)))
    put(tmp_path, "dns.log", *map(str, range(100_000)))
    reading = read_folder(tmp_path)
    assert isinstance(next(reading), Batch | Trouble | Progress)
    del reading
    assert gathered(read_folder(tmp_path))[0]["dns"].num_rows == 100_000


def test_what_zeekctl_leaves_beside_the_logs_is_no_failure(tmp_path: Path) -> None:
    put(tmp_path, "conn.log", "1")
    (tmp_path / "stdout.log").write_text("max memory size (kbytes) unlimited\n")
    (tmp_path / "stderr.log").touch()
    troubles = [update for update in read_folder(tmp_path) if isinstance(update, Trouble)]
    assert len(troubles) == 2
    assert all(trouble.harmless for trouble in troubles)


def test_a_log_packed_otherwise_is_told(tmp_path: Path) -> None:
    put(tmp_path, "conn.log", "1")
    (tmp_path / "dns.log.zip").touch()
    what = "left out; unpack it, only gzip, bzip2, xz, zstd and lz4 are read"
    assert read_all(tmp_path)[1] == [f"{tmp_path}/dns.log.zip: {what}"]
