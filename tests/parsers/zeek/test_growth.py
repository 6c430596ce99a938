"""Logs that end within a line: those that are still written are no alarm, those that were cut off are."""

from pathlib import Path

import pytest

from parsers.updates import Batch, Trouble
from parsers.zeek.folder import read_folder
from tests.parsers.zeek.folders import put, write
from tests.parsers.zeek.logs import log


def open_log(*rows: str, path: str = "conn") -> str:
    """A log that Zeek has not closed, without the end of its last line."""
    return log("a b", "count count", *rows, path=path).partition("\n#close")[0]


def troubles(path: Path) -> list[Trouble]:
    return [update for update in read_folder(path) if isinstance(update, Trouble)]


@pytest.mark.parametrize("folder", ["current", "spool/zeek", "copy"])
def test_a_log_that_is_being_written(tmp_path: Path, folder: str) -> None:
    place = tmp_path / folder
    write(place / "conn.log", open_log("1\t2", "3"))
    write(place / "dns.log", open_log("1\t2", path="dns") + "\n")
    (told,) = troubles(place)
    assert told.text == (
        "conn.log:10: the file ends in the middle of this line; it is left out; Zeek is still writing it"
    )
    assert told.harmless
    assert sum(update.table.num_rows for update in read_folder(place) if isinstance(update, Batch)) == 2


def test_a_link_to_a_folder_that_is_written_in(tmp_path: Path) -> None:
    write(tmp_path / "spool" / "logger-1" / "conn.log", open_log("1\t2", "3"))
    (tmp_path / "now").symlink_to(tmp_path / "spool" / "logger-1")
    assert [told.harmless for told in troubles(tmp_path / "now")] == [True]


def test_a_log_that_grows_meanwhile(tmp_path: Path) -> None:
    file = write(tmp_path / "conn.log", open_log("1\t2", "3"))
    reading = read_folder(file)
    with file.open("a") as more:
        more.write("\t4\n5")
    assert [update.harmless for update in reading if isinstance(update, Trouble)] == [True]


@pytest.mark.parametrize("name", ["conn.10:00:00-11:00:00.log", "conn.log.gz", "conn.log.1"])
def test_a_finished_log_was_cut_wherever_it_lies(tmp_path: Path, name: str) -> None:
    write(tmp_path / "current" / name, open_log("1\t2", "3"))
    (told,) = troubles(tmp_path / "current")
    assert not told.harmless
    assert told.text == f"{name}:10: the file ends in the middle of this line; it is left out"


def test_a_log_among_closed_ones_was_cut(tmp_path: Path) -> None:
    write(tmp_path / "conn.log", open_log("1\t2", "3"))
    assert [told.harmless for told in troubles(tmp_path / "conn.log")] == [False]
    put(tmp_path, "dns.log", "1")
    write(tmp_path / "http.log", open_log("1\t2", path="http") + "\n")
    assert [told.harmless for told in troubles(tmp_path)] == [False]
    (tmp_path / "dns.log").unlink()
    assert [told.harmless for told in troubles(tmp_path)] == [True]


def test_logs_in_json_never_say_that_they_are_closed(tmp_path: Path) -> None:
    line = '{"ts":1.5,"uid":"C1"}\n'
    for name in ("conn.log", "dns.log"):
        write(tmp_path / "copy" / name, line * 3 + line[:9])
        write(tmp_path / "current" / name, line * 3 + line[:9])
    assert [told.harmless for told in troubles(tmp_path / "copy")] == [False, False]
    assert [told.harmless for told in troubles(tmp_path / "current")] == [True, True]
