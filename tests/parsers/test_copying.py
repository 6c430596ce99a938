"""What comes through a pipe, in a file: whole, unpacked, bounded, as it comes."""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from parsers import limits
from parsers.copying import copy
from tests.processes import wait_until

DATA = os.urandom(200_000)


@contextmanager
def pipe(*pieces: bytes) -> Iterator[int]:
    """A pipe through which these pieces come."""
    reading, writing = os.pipe()

    def write() -> None:
        with os.fdopen(writing, "wb", buffering=0) as file:
            for piece in pieces:
                try:
                    file.write(piece)
                except BrokenPipeError:
                    return

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield reading
    finally:
        os.close(reading)
        writer.join()


def copied(*pieces: bytes) -> tuple[bytes, list[str]]:
    with pipe(*pieces) as number, tempfile.TemporaryFile() as target:
        told = copy(number, target.fileno())
        target.seek(0)
        return target.read(), told


def test_all_of_it_is_copied() -> None:
    assert copied(DATA) == (DATA, [])
    assert copied(*(bytes([byte]) for byte in DATA[:500])) == (DATA[:500], [])
    assert copied() == (b"", [])


def test_what_is_packed_is_unpacked() -> None:
    assert copied(gzip.compress(DATA)) == (DATA, [])
    got, told = copied(gzip.compress(DATA)[:100_000])
    assert DATA.startswith(got)
    assert len(got) > 90_000
    assert told == ["the gzip is cut off at byte 100000; what comes before is shown"]


def test_it_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SPOOLED_BYTES", 100_000)
    got, told = copied(DATA)
    assert DATA.startswith(got)
    assert 0 < len(got) <= 100_000
    assert told == ["more than 0 GB came through it; the rest is left"]


def test_a_disk_that_is_full() -> None:
    with pipe(DATA) as number, Path("/dev/full").open("wb") as full:
        (told,) = copy(number, full.fileno())
    assert told.startswith("there is no room in ")
    assert told.endswith(" for more than its first 0 bytes (No space left on device); set TMPDIR to another folder")


class Program:
    """The copying as a process; `more` writes into the pipe that it reads."""

    def __init__(self, path: Path, source: str | None = None) -> None:
        self.copy: BinaryIO = path.open("w+b", buffering=0)
        reading, self.pipe = os.pipe()
        self.told, telling = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "parsers.copying", source or f"/dev/fd/{reading}"]
            + [str(number) for number in (self.copy.fileno(), telling)],
            stdin=subprocess.PIPE,
            pass_fds=(reading, self.copy.fileno(), telling),
        )
        os.close(reading)
        os.close(telling)

    def more(self, data: bytes) -> None:
        os.write(self.pipe, data)

    def has(self, data: bytes) -> Callable[[], bool]:
        return lambda: os.pread(self.copy.fileno(), 1 << 20, 0) == data

    def close(self) -> list[str]:
        os.close(self.pipe)
        with os.fdopen(self.told, "rb") as told, self.process:
            said = told.read()
        self.copy.close()
        return list(json.loads(said)) if said else ["nothing"]


def test_the_program_copies_as_it_comes(tmp_path: Path) -> None:
    program = Program(tmp_path / "copy")
    came = b""
    for size in (30, 1, 1000):
        program.more(DATA[:size])
        came += DATA[:size]
        wait_until(program.has(came))
    assert program.close() == []
    assert program.process.returncode == 0


def test_the_program_ends_with_whoever_started_it(tmp_path: Path) -> None:
    program = Program(tmp_path / "copy")
    program.more(DATA[:100])
    wait_until(program.has(DATA[:100]))
    assert program.process.stdin is not None
    program.process.stdin.close()
    program.process.wait(30)
    with pytest.raises(BrokenPipeError):
        program.more(DATA[:100])
    program.close()


def test_a_pipe_with_a_name(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "named")
    program = Program(tmp_path / "copy", str(tmp_path / "named"))
    with (tmp_path / "named").open("wb") as named:
        named.write(DATA[:5000])
    wait_until(program.has(DATA[:5000]))
    assert program.close() == []
