import gzip
import os
from pathlib import Path

import pytest

from parsers.opening import captures, is_capture, updates
from parsers.updates import Batch, Facts, OpenError, Trouble
from tests.parsers.capture.build import ethernet, ipv4, pcap, udp
from tests.parsers.zeek.logs import log

DATA = pcap([ethernet(ipv4(udp(b"x", dport=9)))])
LOG = log("a", "count", "1").encode()


@pytest.mark.parametrize(
    ("name", "content", "capture"),
    [
        ("a.pcap", DATA, True),
        ("any name", DATA, True),
        ("a.pcap.gz", gzip.compress(DATA), True),
        ("a.zip", b"PK\3\4", True),
        ("text", b"hello", True),
        ("empty", b"", True),
        ("damaged.gz", b"\x1f\x8b" + b"\xff" * 99, True),
        ("cut.gz", gzip.compress(DATA)[:5], True),
        ("conn.log", LOG, False),
        ("any name", LOG, False),
        ("any name.gz", gzip.compress(LOG), False),
        ("without a header.log", b"1\t2\n", False),
        ("empty.log", b"", False),
        ("damaged.log.gz", gzip.compress(LOG)[:5], False),
    ],
)
def test_what_is_read_as_a_capture(tmp_path: Path, name: str, content: bytes, capture: bool) -> None:
    (tmp_path / name).write_bytes(content)
    assert is_capture(tmp_path / name) == capture


def test_a_folder_holds_captures_or_logs(tmp_path: Path) -> None:
    assert captures([tmp_path]) == []
    (tmp_path / "notes.txt").write_bytes(b"hello")
    (tmp_path / "folder").mkdir()
    assert captures([tmp_path]) == []
    for name, content in {"b.pcap": DATA, "a.gz": gzip.compress(DATA), "snort.log.1": DATA, ".hidden": DATA}.items():
        (tmp_path / name).write_bytes(content)
    found = [tmp_path / name for name in ("a.gz", "b.pcap", "snort.log.1")]
    assert captures([tmp_path]) == found
    assert captures([tmp_path, tmp_path / "notes.txt"]) == [*found, tmp_path / "notes.txt"]
    (tmp_path / "conn.log").write_bytes(LOG)
    assert captures([tmp_path]) == []


def test_captures_and_logs_are_not_opened_together(tmp_path: Path) -> None:
    log_file, capture = tmp_path / "a.log", tmp_path / "a.pcap"
    log_file.write_bytes(LOG)
    capture.write_bytes(DATA)
    for paths in ([log_file, capture], [tmp_path / "missing", capture, log_file]):
        with pytest.raises(OpenError) as caught:
            captures(paths)
        why = "is a capture, {} is not: open captures or logs, not both at once"
        assert str(caught.value) == f"{capture} {why.format(log_file)}"
    with pytest.raises(OpenError, match="missing: there is no such file"):
        captures([tmp_path / "missing", tmp_path / "gone"])


def test_what_is_missing_is_told_beside_what_can_be_read(tmp_path: Path) -> None:
    for name, content in {"a.pcap": DATA, "a.log": LOG}.items():
        (tmp_path / name).write_bytes(content)
        told = list(updates([tmp_path / "missing", tmp_path / name]))
        (trouble,) = (update.text for update in told if isinstance(update, Trouble))
        assert trouble.startswith(f"{tmp_path}/missing: ")
        assert any(isinstance(update, Batch) for update in told)


def test_several_logs_are_read(tmp_path: Path) -> None:
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_bytes(LOG)
    found = updates([tmp_path / "a.log", tmp_path / "b.log"])
    assert [update.log for update in found if isinstance(update, Batch)] == ["odd", "odd"]


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    missing, loop, pipe = tmp_path / "missing", tmp_path / "loop", tmp_path / "pipe"
    loop.symlink_to(loop)
    os.mkfifo(pipe)
    (tmp_path / "file").touch()
    for path, what in [
        (missing, "there is no such file or folder; is the name right?"),
        (tmp_path / "file" / "in it", "there is no such file or folder; is the name right?"),
        (loop, "Too many levels of symbolic links"),
        (pipe, "is no file and no folder; give a capture or a folder of Zeek logs"),
        (tmp_path / ("a" * 300), "File name too long"),
    ]:
        with pytest.raises(OpenError) as caught:
            is_capture(path)
        assert str(caught.value) == f"{path}: {what}"


def test_each_is_read_by_its_reader(tmp_path: Path) -> None:
    (tmp_path / "a.pcap").write_bytes(DATA)
    (tmp_path / "odd.log").write_bytes(LOG)
    told = list(updates([tmp_path / "a.pcap"]))
    assert [update.log for update in told if isinstance(update, Batch)] == ["packet_filter", "conn"]
    assert any(isinstance(update, Facts) for update in told)
    for path in (tmp_path, tmp_path / "odd.log"):
        told = list(updates([path]))
        assert [update.log for update in told if isinstance(update, Batch)] == ["odd"]
        assert not any(isinstance(update, Facts) for update in told)
