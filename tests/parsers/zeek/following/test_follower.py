"""Logs that are followed while they are written, rotated, copied and cut."""

import gzip
import os
import shutil
from pathlib import Path

import pytest

from parsers.updates import NoSuchLog
from tests.parsers.zeek.folders import write
from tests.parsers.zeek.following.sensor import Reader, append, header, json_row, row, rows

# So many looks tell that a finished file is whole, and that one without a name is written to no more.
SETTLED, GONE = 3, 25


def test_rows_come_as_they_are_written(tmp_path: Path) -> None:
    conn = write(tmp_path / "conn.log", header() + rows(1, 2))
    with Reader(tmp_path) as reader:
        assert reader.rows == {"conn": [1, 2]}
        assert reader.step() == []
        append(conn, rows(3, 5))
        assert reader.step() == [3, 4, 5]
        assert reader.step() == []
        assert not reader.troubles


def test_the_end_of_a_line_is_waited_for(tmp_path: Path) -> None:
    conn = write(tmp_path / "conn.log", header()[:20])
    with Reader(tmp_path) as reader:
        for piece in (header()[20:], row(1)[:5], row(1)[5:-1]):
            append(conn, piece)
            assert reader.step() == []
        append(conn, "\n" + row(2)[:-3])
        assert reader.step() == [1]
        append(conn, row(2)[-3:] + row(3))
        assert reader.step() == [2, 3]
        assert not reader.troubles


def test_json_lines(tmp_path: Path) -> None:
    conn = write(tmp_path / "conn.log", json_row(1) + json_row(2)[:7])
    with Reader(tmp_path) as reader:
        assert reader.rows == {"conn": [1]}
        append(conn, json_row(2)[7:] + json_row(3))
        assert reader.step() == [2, 3]
        conn.rename(tmp_path / "conn.2024-01-01-00-00-00.log")
        write(conn, json_row(4))
        assert reader.step(SETTLED) == [4]
        assert not reader.troubles


def test_a_log_that_appears_later(tmp_path: Path) -> None:
    with Reader(tmp_path) as reader:
        assert reader.step() == []
        conn = write(tmp_path / "conn.log", "")
        assert reader.step() == []
        append(conn, header() + row(1))
        assert reader.step() == [1]
        write(tmp_path / "dns.log", header("dns") + row(7))
        assert reader.step() == [7]
        write(tmp_path / "worker-1" / "dns.log", header("dns", 1) + row(8))
        assert reader.step() == [8]
    assert reader.rows == {"conn": [1], "dns": [7, 8]}


def test_one_log_that_appears_later(tmp_path: Path) -> None:
    with Reader(tmp_path / "conn.log") as reader:
        assert reader.step() == []
        write(tmp_path / "dns.log", header("dns") + row(7))
        write(tmp_path / "conn.log", header() + row(1))
        assert reader.step() == [1]


def test_a_log_that_zeek_rotates(tmp_path: Path) -> None:
    conn = write(tmp_path / "conn.log", header() + row(1))
    with Reader(tmp_path) as reader:
        append(conn, rows(2, 3) + "#close\t2024-01-01-01-00-00\n")
        conn.rename(tmp_path / "conn.2024-01-01-00-00-00.log")
        # The next one comes with its first row.
        assert reader.step() == [2, 3]
        write(conn, header(opened=1) + row(4))
        assert reader.step(GONE) == [4]
        append(conn, row(5))
        assert reader.step() == [5]
    assert not reader.troubles


def test_rotated_into_the_archive_of_zeekctl(tmp_path: Path) -> None:
    spool, day = tmp_path / "spool", tmp_path / "2024-01-01"
    conn = write(spool / "conn.log", header() + rows(1, 2))
    day.mkdir()
    with Reader(tmp_path) as reader:
        conn.rename(rotated := spool / "conn-24-01-01_00.00.00.log")
        append(rotated, row(3))
        write(conn, header(opened=1) + row(4))
        assert sorted(reader.step()) == [3, 4]
        (day / "conn.00:00:00-01:00:00.log.gz").write_bytes(gzip.compress(rotated.read_bytes()))
        rotated.unlink()
        assert reader.step(GONE) == []
        append(conn, row(5))
        assert reader.step() == [5]
    assert not reader.troubles


def test_what_was_there_is_packed_meanwhile(tmp_path: Path) -> None:
    old = write(tmp_path / "conn.2024-01-01-00-00-00.log", header() + rows(1, 2))
    write(tmp_path / "conn.log", header(opened=1) + row(3))
    packed = write(tmp_path / "conn.2023-01-01-00-00-00.log.gz", header(opened=9) + row(0))
    with Reader(tmp_path) as reader:
        assert reader.rows == {"conn": [0, 1, 2, 3]}
        write(tmp_path / "conn.2024-01-01-00-00-00.log.gz", header() + rows(1, 2))
        old.unlink()
        packed.rename(tmp_path / "conn.2022-01-01-00-00-00.log.gz")
        assert reader.step(SETTLED) == []


def test_a_finished_log_that_was_never_seen_is_read_once_it_is_whole(tmp_path: Path) -> None:
    write(tmp_path / "conn.log", header() + row(1))
    with Reader(tmp_path) as reader:
        late = write(tmp_path / "conn.2024-01-01-00-00-00.log", header(opened=5) + row(2))
        assert reader.step() == []
        append(late, row(3))
        assert reader.step() == []
        assert reader.step(SETTLED) == [2, 3]
        write(tmp_path / "dns.2024-01-01-00-00-00.log.gz", header("dns", 5) + row(4))
        assert reader.step(SETTLED) == [4]


@pytest.mark.parametrize("copies", ["conn.log.1", "conn.log.1.gz"])
def test_copied_and_cut(tmp_path: Path, copies: str) -> None:
    conn = write(tmp_path / "conn.log", header() + row(1) + row(2)[:4])
    with Reader(tmp_path) as reader:
        append(conn, row(2)[4:] + row(3))
        write(tmp_path / copies, conn.read_text())
        os.truncate(conn, 0)
        # No look came between the last rows and the cut; Zeek writes no second header.
        append(conn, row(4))
        assert sorted(reader.step(SETTLED)) == [2, 3, 4]
        append(conn, row(5))
        assert reader.step() == [5]
        write(tmp_path / f"{copies}.x.log", conn.read_text())
        assert reader.step(SETTLED) == []
    assert not reader.troubles


def test_cut_while_zeek_writes_on_at_its_own_place(tmp_path: Path) -> None:
    conn = tmp_path / "conn.log"
    with conn.open("w") as log, Reader(tmp_path) as reader:
        log.write(header() + rows(1, 500))
        log.flush()
        assert len(reader.step()) == 500
        os.truncate(conn, 0)
        log.write(row(501))
        log.flush()
        assert reader.step() == [501]
        log.write(row(502))
        log.flush()
        assert reader.step() == [502]
    assert not reader.troubles


def test_written_anew_and_longer_than_before(tmp_path: Path) -> None:
    conn = write(tmp_path / "conn.log", header() + row(1))
    with Reader(tmp_path) as reader:
        write(conn, header(opened=1) + rows(2, 9))
        assert reader.step() == [2, 3, 4, 5, 6, 7, 8, 9]


def test_a_longer_copy_takes_the_place_of_a_log(tmp_path: Path) -> None:
    conn = write(tmp_path / "conn.log", header() + row(1))
    with Reader(tmp_path) as reader:
        for last in (3, 5):
            write(tmp_path / ".conn.log.Xy12", header() + rows(1, last)).replace(conn)
            assert reader.step() == [last - 1, last]
        shutil.copytree(tmp_path, tmp_path / "backup")
        assert reader.step(GONE) == []


def test_a_deleted_log_is_read_to_its_end(tmp_path: Path) -> None:
    conn = write(tmp_path / "conn.log", header() + row(1))
    with Reader(tmp_path) as reader, conn.open("a") as log:
        log.write(row(2) + row(3)[:9])
        log.flush()
        conn.unlink()
        assert reader.step(3) == [2]
        log.write(row(3)[9:] + row(4)[:4])
        log.flush()
        assert reader.step(3) == [3]
        assert not reader.troubles
        assert reader.step(GONE) == []
        assert [told.text.partition("; ")[0] for told in reader.troubles] == [
            "conn.log:12: the file ends in the middle of this line"
        ]
        write(conn, header(opened=1) + row(5))
        assert reader.step() == [5]


def test_the_folder_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    write(folder / "conn.log", header() + row(1))
    (tmp_path / "current").symlink_to(folder)
    with Reader(tmp_path / "current") as reader:
        shutil.rmtree(folder)
        assert reader.step() == []
        write(folder / "conn.log", header(opened=1) + row(2))
        assert reader.step() == [2]


def test_only_the_log_that_is_wanted(tmp_path: Path) -> None:
    conn = write(tmp_path / "conn.log", header() + row(1))
    dns = write(tmp_path / "dns.log", header("dns") + row(7))
    with Reader(tmp_path, "dns") as reader:
        append(conn, row(2))
        append(dns, row(8))
        assert reader.step() == [8]
        conn.rename(tmp_path / "conn.2024-01-01-00-00-00.log")
        write(tmp_path / "conn.2024-01-02-00-00-00.log.gz", header(opened=2) + row(3))
        assert reader.step(SETTLED) == []
        assert reader.rows == {"dns": [7, 8]}
        assert not reader.troubles
    with Reader(tmp_path, "http") as reader:
        write(tmp_path / "http.log", header("http") + row(9))
        assert reader.step() == [9]
    with pytest.raises(NoSuchLog, match="no log is called con; there are conn, dns, http"):
        Reader(tmp_path, "con")


def test_what_is_no_log_is_said_once(tmp_path: Path) -> None:
    write(tmp_path / "conn.log", header() + row(1))
    stdout = write(tmp_path / "stdout.log", "listening on eth0\n")
    other = write(tmp_path / "other.log", "some text\n")
    with Reader(tmp_path) as reader:
        append(stdout, "more\n")
        append(other, "more\n")
        assert reader.step(2) == []
        assert [told.harmless for told in reader.troubles] == [False, True]


def test_a_bad_row_is_told_with_its_line(tmp_path: Path) -> None:
    conn = write(tmp_path / "conn.log", header() + row(1))
    with Reader(tmp_path) as reader:
        append(conn, "torn\n" + row(3))
        assert reader.step() == [3]
        assert [told.text for told in reader.troubles] == [
            "conn.log:10: 1 cells, the header names 3 fields; the row is left out"
        ]
