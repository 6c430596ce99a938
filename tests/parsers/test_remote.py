import os
import signal
import sys
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pytest

from parsers.capture import pipeline
from parsers.remote import RemoteReader
from parsers.request import Request
from parsers.source import LogSet
from parsers.updates import Batch, Facts, OpenError, PasswordNeeded, Progress, Trouble, Update
from tests.parsers.capture.large import many
from tests.parsers.capture.test_zipped import zip_crypto
from tests.processes import children, is_alive, wait_until
from tui.options import demo


def talking(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> RemoteReader:
    """A reader whose process says what a shell script says."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(path))
    return RemoteReader([Path("a.pcap")])


def workers_of(reader: RemoteReader) -> list[int]:
    """The processes that the reader's process has started."""
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one processor has no workers")
    wait_until(lambda: len(children(reader._process.pid)) > 1)
    return children(reader._process.pid)


def test_it_tells_what_the_reader_would_tell_here(tmp_path: Path) -> None:
    here, there = LogSet(), LogSet()
    content = demo().read_bytes()
    path = tmp_path / "cut\udcff\n.pcap"
    path.write_bytes(content[:-7])
    here.read(pipeline.updates([path]))
    there.read(RemoteReader([path]).updates())
    assert (there.facts, there.troubles, there.names) == (here.facts, here.troubles, here.names)
    for log in here.names:
        assert there.table(log).equals(here.table(log), check_metadata=True)


def test_progress_comes_too(tmp_path: Path) -> None:
    (tmp_path / "a.pcap").write_bytes(many(10))
    found = list(RemoteReader([tmp_path / "a.pcap"]).updates())
    assert found[0] == Progress("packets", 0, len(many(10)))
    assert found[-1] == Progress("connections", 10, 10)
    assert sum(isinstance(update, Facts) for update in found) == 1


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(OpenError, match="there is no such file") as caught:
        next(RemoteReader([tmp_path / "missing"]).updates())
    assert not isinstance(caught.value, PasswordNeeded)
    with pytest.raises(OpenError, match="this is a folder"):
        next(RemoteReader([tmp_path]).updates())


def test_a_capture_that_is_locked(tmp_path: Path) -> None:
    path = tmp_path / "locked.zip"
    path.write_bytes(zip_crypto(many(3)))
    with pytest.raises(PasswordNeeded, match="is locked"):
        next(RemoteReader([path]).updates())
    with pytest.raises(PasswordNeeded, match="not the zip's password"):
        next(RemoteReader([path], b"\xff\0").updates())
    assert Facts in map(type, RemoteReader([path], b"infected").updates())


def test_stopping_leaves_what_has_come_and_no_process(large: Path) -> None:
    reader = RemoteReader([large])
    updates = reader.updates()
    found: list[Update] = list(islice(updates, 3))
    pids = [reader._process.pid, *workers_of(reader)]
    reader.stop()
    found += updates
    wait_until(lambda: not any(map(is_alive, pids)))
    assert Batch in map(type, found)
    assert Trouble not in map(type, found)
    reader.stop()


def test_stopping_a_process_that_nobody_listens_to(large: Path) -> None:
    reader = RemoteReader([large])
    updates = reader.updates()
    next(updates)
    pids = [reader._process.pid, *workers_of(reader)]
    updates.close()
    wait_until(lambda: not any(map(is_alive, pids)))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_process_that_is_killed_is_one_trouble_and_leaves_no_worker(large: Path, number: int) -> None:
    reader = RemoteReader([large])
    updates = reader.updates()
    first = list(islice(updates, 3))
    workers = workers_of(reader)
    os.kill(reader._process.pid, number)
    rest = list(updates)
    why = "the reading ended early: its process was killed; is memory short?"
    assert [update for update in first + rest if isinstance(update, Trouble)] == [Trouble(f"{large}: {why}")]
    wait_until(lambda: not any(map(is_alive, workers)))


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("exit 1", "its process was killed; is memory short?"),
        ("cat > /dev/null; echo Traceback >&2; echo ValueError: odd >&2", "ValueError: odd; please report it"),
        ("""printf '{"kind": "pro'""", "its process was killed; is memory short?"),
        (
            """echo '{"kind": "batch", "log": "conn", "replaces": false, "size": 5}'; printf 1234""",
            "its process was killed; is memory short?",
        ),
    ],
)
def test_a_process_that_ends_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, why: str) -> None:
    reader = talking(tmp_path, monkeypatch, script)
    assert list(reader.updates()) == [Trouble(f"a.pcap: the reading ended early: {why}")]


def test_tables_come_with_their_types() -> None:
    found = [update for update in RemoteReader([demo()]).updates() if isinstance(update, Batch)]
    (table, *_) = [update.table for update in found if update.log == "conn"]
    assert pa.types.is_dictionary(table.schema.field("id.orig_h").type)
    assert table.schema.field("duration").metadata


def test_a_request_says_whether_checksums_count() -> None:
    for checksums in (True, False):
        asked = Request.of([Path("a.pcap")], b"\xff", checksums=checksums)
        assert Request.read(asked.written()) == asked
