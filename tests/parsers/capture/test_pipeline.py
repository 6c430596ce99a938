from pathlib import Path

import pytest

from parsers.capture import decoded
from parsers.capture.analysis import Analysis, analyse_shard
from parsers.capture.flows import Flows, Shard
from parsers.capture.packets import Packets
from parsers.capture.pipeline import updates
from parsers.source import LogSet
from parsers.updates import Batch, Facts, Progress, Trouble, Update
from tests.parsers.capture.build import START, ethernet, ipv4, pcap, udp
from tui.options import demo

FRAMES = [ethernet(ipv4(udp(b"x", dport=9000 + number), src=f"10.0.0.{number}")) for number in range(4)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap(FRAMES))
    return path


@pytest.fixture
def shards_of_one_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoded, "SHARD_PACKETS", 1)


def told(path: Path) -> list[Update]:
    return list(updates([path]))


def logs(path: Path) -> LogSet:
    read = LogSet()
    read.read(updates([path]))
    return read


def test_what_is_told_of_a_capture_and_when(path: Path) -> None:
    found = told(path)
    size = path.stat().st_size
    assert found[:2] == [Progress("packets", 0, size), Facts(4, START * 10**9, (START + 3) * 10**9 + 3000)]
    assert [update.log for update in found if isinstance(update, Batch)] == ["packet_filter", "conn"]
    assert found[-1] == Progress("connections", 4, 4)


def test_a_capture_without_packets(path: Path) -> None:
    path.write_bytes(pcap([]))
    assert told(path)[1:] == [
        Trouble(f"{path}: the capture holds no packets: nothing to show", harmless=True),
        Facts(0, None, None),
        Progress("connections", 0, 0),
    ]


def test_frames_that_hold_no_ip_are_packets_all_the_same(path: Path) -> None:
    path.write_bytes(pcap([ethernet(b"\0" * 50, kind=0x88CC)]))
    found = logs(path)
    assert found.facts is not None
    assert found.facts.packets == 1
    assert found.names == ["packet_filter"]
    (trouble,) = found.troubles
    assert trouble.harmless
    assert trouble.text == f"{path}: none of the 1 packets holds IP in the clear: no connections"


def test_troubles_name_the_capture(path: Path) -> None:
    content = path.read_bytes()[:-1]
    path.write_bytes(content)
    found = logs(path)
    what = f"{path}: the capture is cut off in packet 4, at byte {len(content)}; the 3 packets before it are shown"
    assert found.troubles == [Trouble(what)]
    assert len(found.table("conn")) == 3


def test_a_capture_cut_off_in_its_first_packet_is_not_said_to_be_empty(path: Path) -> None:
    path.write_bytes(pcap(FRAMES)[:30])
    what = f"{path}: the capture is cut off in packet 1, at byte 30; no packet stands before it"
    assert [update for update in told(path) if isinstance(update, Trouble)] == [Trouble(what)]


@pytest.mark.usefixtures("shards_of_one_flow")
def test_a_shard_that_fails_costs_no_other_its_rows(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fragile(packets: Packets, flows: Flows, shard: Shard, captures: None) -> Analysis:
        if shard.first == 1:
            raise ValueError("odd")
        return analyse_shard(packets, flows, shard)

    monkeypatch.setattr(decoded, "analyse_shard", fragile)
    found = logs(path)
    why = "the analysis failed: ValueError('odd'); please report it"
    assert found.troubles == [Trouble(f"{path}: 1 packets could not be analysed: {why}")]
    assert len(found.table("conn")) == 3


def test_troubles_of_an_analysis_are_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def troubled(packets: Packets, flows: Flows, shard: Shard, captures: None) -> Analysis:
        return Analysis(troubles=["odd"])

    monkeypatch.setattr(decoded, "analyse_shard", troubled)
    assert [trouble.text for trouble in logs(path).troubles] == [f"{path}: odd"]


@pytest.mark.parametrize("inline", [0, 1_000_000])
def test_shards_and_workers_change_nothing(inline: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one shard, or as many that workers share: the same rows in the same order."""
    whole = logs(demo())
    monkeypatch.setattr(decoded, "SHARD_PACKETS", 1)
    monkeypatch.setattr(decoded, "INLINE_PACKETS", inline)
    assert sum(isinstance(update, Batch) and update.log == "conn" for update in updates([demo()])) > 3
    parts = logs(demo())
    assert parts.names == whole.names
    for name in whole.names:
        assert parts.table(name).to_pylist() == whole.table(name).to_pylist()


def test_a_certificate_is_told_of_once_all_its_sightings_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoded, "SHARD_PACKETS", 1)
    logs_of_batches = [update.log for update in updates([demo()]) if isinstance(update, Batch)]
    assert logs_of_batches.count("x509") == 1
    assert "ssl" not in logs_of_batches[logs_of_batches.index("x509") :]


def test_a_row_that_zeek_would_cut_is_whole_and_told_of(path: Path) -> None:
    path.write_bytes(pcap([ethernet(ipv4(udp(b"<13>" + b"x" * 5000, dport=514)))]))
    found = logs(path)
    assert len(found.tables["syslog"]["message"][0].as_py()) == 5000
    assert found.tables["weird"].select(["name", "addl"]).to_pylist() == [
        {"name": "log_string_field_truncated", "addl": "Syslog::LOG"}
    ]
