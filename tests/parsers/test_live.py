"""Captures that are still coming: tables that replace each other until all has come."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from parsers import live, pipes
from parsers.capture import pipeline
from parsers.remote import RemoteReader
from parsers.request import Request
from parsers.source import LogSet
from parsers.updates import LIVE, Batch, Facts, OpenError, PasswordNeeded, Progress, Trouble, Update
from tests.parsers.capture.build import ethernet, ipv4, pcap, udp
from tests.parsers.capture.test_zipped import zip_crypto
from tests.pipes import opened
from tests.processes import is_alive, wait_until
from tui.options import demo

FRAMES = [ethernet(ipv4(udp(b"x", dport=9000 + number), src=f"10.0.0.{number}")) for number in range(4)]
DATA = pcap(FRAMES)
ENDS = [24 + (16 + len(FRAMES[0])) * number for number in range(5)]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_ROUND_SECONDS", 0)
    monkeypatch.setattr(live, "_LOOK_SECONDS", 0.001)


class Coming:
    """A capture that grows as a test says, and what is told of it."""

    def __init__(self, path: Path, password: bytes | None = None) -> None:
        self.path = path
        self._ended, self._end = os.pipe()
        path.touch()
        self.updates = live.updates(Request([path], password, {path: "standard input"}, [self._ended]))
        self.logs = LogSet()

    def more(self, data: bytes) -> None:
        with self.path.open("ab") as file:
            file.write(data)

    def end(self) -> None:
        os.close(self._end)

    def close(self) -> None:
        self.updates.close()  # type: ignore[attr-defined]
        os.close(self._ended)

    def round(self) -> list[Update]:
        """What one more round tells."""
        found = []
        for update in self.updates:
            self.logs.apply(update)
            found.append(update)
            if update == Progress(LIVE, 0, 0):
                break
        return found

    def count(self, log: str = "conn") -> int:
        return self.logs.table(log).num_rows if log in self.logs.names else 0


@pytest.fixture
def coming(tmp_path: Path) -> Iterator[Coming]:
    made = Coming(tmp_path / "copy")
    yield made
    made.close()


def test_rows_appear_as_packets_come(coming: Coming) -> None:
    assert coming.round() == [Progress(LIVE, 0, 0)]
    coming.more(DATA[: ENDS[0]])
    assert Facts(0, None, None) in coming.round()
    coming.more(DATA[ENDS[0] : ENDS[1] + 5])
    coming.round()
    assert (coming.count(), coming.logs.facts and coming.logs.facts.packets) == (1, 1)
    coming.more(DATA[ENDS[1] + 5 : -1])
    coming.round()
    assert (coming.count(), coming.logs.troubles) == (3, [])
    coming.more(DATA[-1:])
    coming.end()
    last = coming.round()
    assert (coming.count(), coming.logs.troubles) == (4, [])
    assert Progress("connections", 4, 4) in last


def test_what_is_wrong_is_told_once_at_the_end(coming: Coming) -> None:
    for cut in (ENDS[1] + 1, ENDS[2] + 1):
        coming.more(DATA[: ENDS[1] + 1] if cut < ENDS[2] else DATA[ENDS[1] + 1 : cut])
        assert not any(isinstance(update, Trouble) for update in coming.round())
    coming.end()
    coming.round()
    what = f"the capture is cut off in packet 3, at byte {ENDS[2] + 1}; the 2 packets before it are shown"
    assert coming.logs.troubles == [Trouble(f"standard input: {what}")]


def test_tables_that_are_the_same_are_not_told_again(coming: Coming) -> None:
    coming.more(DATA[: ENDS[2]])
    assert {update.log for update in coming.round() if isinstance(update, Batch)} == {"packet_filter", "conn"}
    coming.more(DATA[ENDS[2] : ENDS[2] + 1])
    assert not any(isinstance(update, Batch) for update in coming.round())
    coming.more(DATA[ENDS[2] + 1 : ENDS[3]])
    (batch,) = (update for update in coming.round() if isinstance(update, Batch))
    assert (batch.log, batch.replaces, batch.table.num_rows) == ("conn", True, 3)


def test_all_rounds_together_tell_what_one_would(coming: Coming) -> None:
    data = demo().read_bytes()
    for start in range(0, len(data), 30_000):
        coming.more(data[start : start + 30_000])
        coming.round()
    coming.end()
    coming.round()
    coming.logs.settle()
    whole = LogSet()
    whole.read(RemoteReader([demo()]).updates())
    assert coming.logs.facts == whole.facts
    assert coming.logs.names == whole.names
    for log in whole.names:
        assert coming.logs.table(log).to_pylist() == whole.table(log).to_pylist()


@pytest.mark.parametrize(
    "content", [b"hello, this is text", DATA[:10], DATA[:20] + b"\x93\0\0\0", zip_crypto(DATA)[:-1]]
)
def test_what_cannot_be_read_is_waited_for_and_told_at_the_end(coming: Coming, content: bytes) -> None:
    coming.more(content)
    assert coming.round() == [Progress(LIVE, 0, 0)]
    coming.end()
    with pytest.raises(OpenError, match=r"^standard input: "):
        coming.round()


def test_what_is_hopeless_is_not_waited_for(coming: Coming) -> None:
    coming.more(b"hello " * 20)
    with pytest.raises(OpenError, match=r"^standard input: this looks like text"):
        coming.round()


def test_what_cannot_be_read_so_far_is_not_waited_for_without_end(
    coming: Coming, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_HOPELESS_BYTES", len(DATA) - 1)
    foreign = DATA[:20] + b"\x93\0\0\0" + DATA[24:]
    coming.more(foreign[:-1])
    assert coming.round() == [Progress(LIVE, 0, 0)]
    coming.more(foreign[-1:])
    with pytest.raises(OpenError, match=r"^standard input: packets of link type 147"):
        coming.round()


def test_a_log_without_rows_any_more_is_told(coming: Coming, monkeypatch: pytest.MonkeyPatch) -> None:
    coming.more(DATA)
    coming.round()
    assert coming.count() == 4
    monkeypatch.setattr(pipeline, "updates", lambda *_, **_options: iter([Facts(0, None, None)]))
    coming.more(b"more")
    coming.round()
    assert coming.count() == 0
    assert coming.logs.names == ["conn", "packet_filter"]


def test_nobody_is_left_to_be_told(coming: Coming, monkeypatch: pytest.MonkeyPatch) -> None:
    coming.more(DATA)
    coming.round()
    monkeypatch.setattr(os, "getppid", lambda: 1)
    coming.more(b"more")
    assert Progress(LIVE, 0, 0) not in coming.round()


def test_a_locked_zip_beside_it(tmp_path: Path) -> None:
    coming = Coming(tmp_path / "copy")
    coming.more(zip_crypto(DATA))
    with pytest.raises(PasswordNeeded, match=r"^standard input: "):
        coming.round()
    coming.close()


# --- in a process of its own


@pytest.mark.usefixtures("own_pipes")
def test_a_pipe_is_read_in_a_process() -> None:
    path, writing = opened()
    (pipe,) = pipes.follow([path])
    os.write(writing, DATA[: ENDS[2]])
    pipe.wait_for_beginning()
    reader = RemoteReader([pipes.as_file(path)])
    logs = LogSet()
    updates = reader.updates()
    for update in updates:
        logs.apply(update)
        if update == Progress(LIVE, 0, 0):
            break
    assert logs.table("conn").num_rows == 2
    os.write(writing, DATA[ENDS[2] : -1])
    os.close(writing)
    logs.read(updates)
    assert logs.table("conn").num_rows == 3
    what = f"the capture is cut off in packet 4, at byte {len(DATA) - 1}; the 3 packets before it are shown"
    assert logs.troubles == [Trouble(f"{path}: {what}")]
    pipe.stop()


@pytest.mark.usefixtures("own_pipes")
def test_a_pipe_that_nothing_can_be_made_of_is_left() -> None:
    path, writing = opened()
    (pipe,) = pipes.follow([path])
    os.write(writing, b"hello " * 20)
    pipe.wait_for_beginning()
    with pytest.raises(OpenError, match="this looks like text"):
        list(RemoteReader([pipes.as_file(path)]).updates())
    with pytest.raises(BrokenPipeError):
        os.write(writing, b"hello")
    os.close(writing)


@pytest.mark.usefixtures("own_pipes")
def test_a_reader_that_is_killed_ends_the_pipe() -> None:
    path, writing = opened()
    (pipe,) = pipes.follow([path])
    os.write(writing, DATA)
    pipe.wait_for_beginning()
    reader = RemoteReader([pipes.as_file(path)])
    updates = reader.updates()
    next(updates)
    reader._process.kill()
    told = list(updates)
    assert Trouble(f"{path}: the reading ended early: its process was killed; is memory short?") in told
    wait_until(lambda: not is_alive(pipe._process.pid))
    with pytest.raises(BrokenPipeError):
        os.write(writing, DATA)
    os.close(writing)
