"""Pipes in the place of files: read once, asked for as often as need be."""

import os
import tempfile
from pathlib import Path

import pytest

from parsers import pipes
from parsers.capture.extract import extract
from parsers.descriptors import STANDARD_INPUT
from parsers.opening import captures, updates
from parsers.source import LogSet
from parsers.updates import Batch, OpenError, PasswordNeeded, Trouble
from tests.parsers.capture.build import ethernet, ipv4, pcap, udp
from tests.parsers.capture.test_zipped import zip_crypto
from tests.parsers.zeek.logs import log
from tests.pipes import HIGH, filled, opened
from tests.processes import is_alive, wait_until
from tui.options import demo

DATA = pcap([ethernet(ipv4(udp(b"x" * size, dport=9999))) for size in (1, 20, 300)])
ROWS = log("ts uid", "time string", "1.0\tC1", "2.0\tC2", path="conn")


pytestmark = pytest.mark.usefixtures("own_pipes")


def logs(*paths: Path, password: bytes | None = None) -> LogSet:
    read = LogSet()
    read.read(updates(paths, password))
    return read


def test_a_capture_can_be_asked_for_again_and_again() -> None:
    path = filled(DATA)
    for _ in range(2):
        assert len(captures([path])) == 1
        assert logs(path).table("conn").num_rows == 1
    assert not path.exists()


def test_what_is_wrong_names_the_pipe() -> None:
    path = filled(DATA[:-1])
    assert [trouble.text.partition(" in packet")[0] for trouble in logs(path).troubles] == [
        f"{path}: the capture is cut off"
    ]
    path = filled(b"hello")
    with pytest.raises(OpenError, match=f"^{path}: this looks like text, not a capture$"):
        logs(path)


def test_several_pipes_and_files(tmp_path: Path) -> None:
    one, other, file = filled(DATA), filled(DATA[:-1]), tmp_path / "a.pcap"
    file.write_bytes(DATA)
    read = logs(one, other, file)
    (row,) = read.table("conn").to_pylist()
    assert (row["orig_pkts"], row["capture"]) == (8, str(one))
    assert [trouble.text.partition(": ")[0] for trouble in read.troubles] == [str(other)]


def test_a_locked_zip_is_tried_again() -> None:
    path = filled(zip_crypto(DATA))
    with pytest.raises(PasswordNeeded, match=f"^{path}: the zip is locked"):
        logs(path)
    assert logs(path, password=b"infected").table("conn").num_rows == 1


def test_logs_come_through_pipes_too() -> None:
    path = filled(ROWS.encode())
    assert captures([path]) == []
    read = logs(path)
    assert (read.names, read.troubles) == (["conn"], [])
    path = filled(ROWS[: ROWS.index("\tC2")].encode())
    (trouble,) = logs(path).troubles
    assert trouble.text.startswith(f"{path}:")
    nameless = "\n".join(line for line in ROWS.split("\n") if not line.startswith("#path"))
    assert logs(filled(nameless.encode())).names == ["stdin"]


def test_captures_and_logs_are_not_opened_together(tmp_path: Path) -> None:
    (tmp_path / "conn.log").write_text(ROWS)
    path = filled(DATA)
    with pytest.raises(OpenError, match=f"^{path} is a capture, {tmp_path}/conn.log is not: open captures or logs"):
        captures([path, tmp_path / "conn.log"])


def test_a_descriptor_of_a_file_is_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.pcap").write_bytes(DATA)
    with (tmp_path / "a.pcap").open("rb") as file:
        assert captures([Path(f"/dev/fd/{file.fileno()}")]) == [tmp_path / "a.pcap"]
    with tempfile.TemporaryFile() as gone:
        gone.write(DATA)
        gone.seek(0)
        number = next(HIGH)
        os.dup2(gone.fileno(), number)
    assert logs(Path(f"/dev/fd/{number}")).table("conn").num_rows == 1


def test_a_keyboard_is_no_capture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "stat", lambda _: os.stat("/dev/null"))  # noqa: PTH116
    for ask in (captures, pipes.follow):
        with pytest.raises(OpenError, match=r"^standard input: nothing comes through it"):
            ask([STANDARD_INPUT])


# --- while it comes


def test_a_pipe_that_is_followed() -> None:
    path, writing = opened()
    (pipe,) = pipes.follow([path, demo()])
    os.write(writing, DATA[:100])
    pipe.wait_for_beginning()
    assert pipes.as_file(path) == pipe.path
    wait_until(lambda: pipe.path.read_bytes() == DATA[:100])
    os.write(writing, DATA[100:])
    os.close(writing)
    assert pipe.troubles() == []
    assert pipe.path.read_bytes() == DATA
    assert pipes.follow([path]) == []


def test_one_that_ends_before_it_has_begun() -> None:
    path, writing = opened()
    os.close(writing)
    (pipe,) = pipes.follow([path])
    pipe.wait_for_beginning()
    assert pipe.troubles() == []
    with pytest.raises(OpenError, match=f"^{path}: the file is empty"):
        logs(path)


def test_stopping_lets_the_writer_see_that_nobody_reads() -> None:
    path, writing = opened()
    (pipe,) = pipes.follow([path])
    os.write(writing, DATA)
    pipe.wait_for_beginning()
    pipe.stop()
    pipe.stop()
    assert not is_alive(pipe._process.pid)
    with pytest.raises(BrokenPipeError):
        os.write(writing, DATA)
    os.close(writing)
    assert pipe.troubles() == []
    assert pipe.path.read_bytes() == DATA


def test_a_copying_that_is_killed_is_told() -> None:
    path, writing = opened()
    (pipe,) = pipes.follow([path])
    os.write(writing, DATA)
    wait_until(lambda: pipe.path.read_bytes() == DATA)
    pipe._process.kill()
    assert pipe.troubles() == [Trouble(f"{path}: what came after this is lost: the copying was ended")]
    os.close(writing)


def test_a_file_is_taken_out_of_what_came() -> None:
    (row,) = (
        update.table.to_pylist()[0] for update in updates([demo()]) if isinstance(update, Batch) and update.log == "pe"
    )
    files = logs(demo()).table("files").to_pylist()
    (file,) = (file for file in files if file["fuid"] == row["id"])
    path, writing = opened()
    (pipe,) = pipes.follow([path])
    os.write(writing, demo().read_bytes()[:65000])
    with os.fdopen(writing, "wb") as rest:
        rest.write(demo().read_bytes()[65000:])
    assert pipe.troubles() == []
    content = extract([pipe.path], None, row["id"], (file["id.orig_h"], file["id.resp_h"])).content
    assert content.startswith(b"MZ")
