"""The notices of what is weird."""

from pathlib import Path

from parsers.capture.pipeline import updates
from parsers.protocols import notice, weird
from parsers.protocols.analyzer import Connection
from parsers.source import LogSet
from tests.parsers.capture.build import SERVER, ethernet, ipv4, pcap, tcp

CONNECTION = Connection("C1", "10.0.0.1", 40000, "192.0.2.7", 80, "tcp", 1)


def test_some_of_what_is_weird() -> None:
    told = [
        weird.of_connection(1, CONNECTION, "FIN_storm", "", "TCP"),
        weird.of_connection(2, CONNECTION, "SYN_seq_jump", "", "TCP"),
        weird.of_connection(3, CONNECTION, "successful_RPC_reply_to_invalid_request", "more", ""),
    ]
    marked = [(*row[:8], "SYN" not in row[6], *row[9:]) for row in told]
    found = notice.raised("weird", weird.RECORD.table(marked))
    assert [(each.ts, each.note, each.msg, each.sub, each.uid, each.proto) for each in found] == [
        (1, "Weird::Activity", "FIN_storm", None, "C1", "tcp"),
        (3, "Weird::Activity", "successful_RPC_reply_to_invalid_request", "more", "C1", None),
    ]
    assert {each.ends for each in found} == {("10.0.0.1", 40000, "192.0.2.7", 80)}
    assert notice.raised("conn", weird.RECORD.table(marked)) == []


def test_what_has_no_addresses() -> None:
    row = weird.of_net(1, "FIN_storm", "", "")
    (found,) = notice.raised("weird", weird.RECORD.table([(*row[:8], True, *row[9:])]))
    assert (found.uid, found.ends) == (None, None)
    assert len(notice.logged([found], [])) == 1  # type: ignore[arg-type]


def test_a_syn_in_the_middle_of_a_capture(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    segments = [tcp(flags=16), tcp(flags=2, seq=999)]
    path.write_bytes(pcap([ethernet(ipv4(segment, 6)) for segment in segments]))
    logs = LogSet()
    logs.read(updates([path]))
    (row,) = logs.tables["notice"].to_pylist()
    assert (row["note"], row["msg"], row["proto"], row["dst"]) == (
        "Weird::Activity",
        "SYN_after_partial",
        "tcp",
        SERVER,
    )
    assert row["ts"] == logs.tables["weird"].filter(logs.tables["weird"]["notice"])["ts"][0].as_py()
