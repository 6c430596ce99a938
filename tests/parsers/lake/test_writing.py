"""Captures written by day: each one's own rows, in files that a second run finds again."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from parsers import limits
from parsers.capture.workers import Crew, Lost, share_out
from parsers.lake.capture import Capture
from parsers.lake.writing import write
from parsers.opening import updates
from parsers.source import LogSet
from parsers.updates import OpenError
from tests.parsers.capture.build import START, ethernet, ipv4, pcap, udp
from tests.parsers.capture.large import many
from tests.parsers.lake.rows import files, rows
from tui import batch
from tui.options import demo

_DAY = 86_400


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    """A capture of several shards."""
    path = tmp_path / "shards.pcap"
    path.write_bytes(many(4 * limits.SHARD_PACKETS))
    return path


def _days(folder: Path, *days: int, name: str = "days.pcap") -> Path:
    path = folder / name
    frame = ethernet(ipv4(udp(b"x", dport=9999)))
    path.write_bytes(pcap([frame] * len(days), times=[START + day * _DAY for day in days]))
    return path


def _alone(work: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    return share_out(work, tasks, alone=True)


def test_the_rows_are_those_of_each_capture_alone(tmp_path: Path, shards: Path) -> None:
    done = write([demo(), shards], tmp_path / "lake", share_out)
    expected: dict[str, list[str]] = {}
    for number, path in enumerate((demo(), shards)):
        batch.run([path], None, tmp_path / str(number), "parquet")
        for log, some in rows(tmp_path / str(number)).items():
            expected[log] = sorted([*expected.get(log, []), *some])
    assert rows(tmp_path / "lake") == expected
    assert sorted(done.files) == files(tmp_path / "lake")
    assert not done.troubles


def test_parts_of_a_capture_come_to_the_same_files(
    tmp_path: Path, shards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write([shards], tmp_path / "whole", _alone)
    monkeypatch.setattr(limits, "LAKE_PART_BYTES", shards.stat().st_size // 3)
    write([shards], tmp_path / "parts", share_out)
    assert files(tmp_path / "parts") == files(tmp_path / "whole")
    for file in files(tmp_path / "whole"):
        assert (tmp_path / "parts" / file).read_bytes() == (tmp_path / "whole" / file).read_bytes()


def test_a_capture_that_is_written_again_takes_its_own_place(tmp_path: Path) -> None:
    path, lake = _days(tmp_path, 0, 1), tmp_path / "lake"
    first = write([path], lake, _alone)
    before = rows(lake)
    stale = lake / "dns" / "day=2020-01-01" / Path(first.files[0]).name
    stale.parent.mkdir(parents=True)
    stale.touch()
    again = write([path.rename(tmp_path / "renamed.pcap")], lake, _alone)
    assert again.files == first.files
    assert rows(lake) == before
    assert not stale.exists()
    other = write([_days(tmp_path, 2, name="other.pcap")], lake, _alone)
    assert files(lake) == sorted([*first.files, *other.files])


def test_a_dataset_opens_as_a_folder_of_logs_in_the_order_of_time(tmp_path: Path) -> None:
    frame = ethernet(ipv4(udp(b"x", dport=9999)))
    for number, start in enumerate((START + _DAY, START + 600, START, START + 300)):
        (tmp_path / f"{number}.pcap").write_bytes(pcap([frame], times=[start]))
        write([tmp_path / f"{number}.pcap"], tmp_path / "lake", _alone)
    logs = LogSet()
    logs.read(updates([tmp_path / "lake"]))
    times = logs.table("conn").column("ts").to_pylist()
    assert len(times) == 4
    assert times == sorted(times)
    assert not logs.troubles


def test_a_part_that_is_lost_is_told_of_beside_the_rows_of_others(
    tmp_path: Path, shards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LAKE_PART_BYTES", shards.stat().st_size // 3)
    rounds: list[int] = []

    def losing(work: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
        rounds.append(len(tasks))
        if len(rounds) == 1:
            yield tasks[0], Lost("it fell asleep")
            tasks = tasks[1:]
        yield from _alone(work, tasks)

    done = write([shards], tmp_path / "lake", losing)
    (trouble,) = done.troubles
    assert trouble.text.startswith(f"{shards}: ")
    assert trouble.text.endswith("packets could not be analysed: it fell asleep")
    assert rounds == [3, 1]
    whole = LogSet()
    whole.read(updates([shards]))
    assert 0 < len(rows(tmp_path / "lake")["conn"]) < len(whole.table("conn"))


def test_captures_that_cannot_be_read_are_told_of_beside_others(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.pcap"
    damaged.write_bytes(b"no capture at all, whatever it is called")
    done = write([tmp_path / "none.pcap", damaged, _days(tmp_path, 0)], tmp_path / "lake", _alone)
    assert [trouble.text.partition(": ")[0] for trouble in done.troubles] == [
        str(tmp_path / "none.pcap"),
        str(damaged),
    ]
    assert files(tmp_path / "lake") == sorted(done.files) != []
    with pytest.raises(OpenError, match="there is no such file"):
        write([tmp_path / "none.pcap"], tmp_path / "lake", _alone)


def test_logs_that_are_no_dataset_are_left_alone(tmp_path: Path) -> None:
    crew: Crew = share_out
    (tmp_path / "conn.log").touch()
    with pytest.raises(OpenError, match=r"conn\.log is there already; name another folder"):
        write([_days(tmp_path, 0)], tmp_path, crew)


def test_a_worker_that_sees_something_else_says_so(tmp_path: Path) -> None:
    path = _days(tmp_path, 0)
    seen = Capture.at(path)
    seen.check()
    _days(tmp_path, 1)
    with pytest.raises(OpenError, match=r"sees another file at .*, or it has changed; captures must lie where every"):
        seen.check()
    path.unlink()
    with pytest.raises(OpenError, match=r"cannot read .*\(No such file or directory\); captures must lie where every"):
        seen.check()
