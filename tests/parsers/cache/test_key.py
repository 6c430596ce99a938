import os
from pathlib import Path

import pytest

from parsers import limits
from parsers.cache import key as keys
from parsers.cache.key import key

ABOUT = {"checksums": False}


@pytest.fixture(autouse=True)
def _anything_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CACHED_BYTES", 1)


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "a.pcap"
    path.write_bytes(bytes(1 << 20))
    return path


def of(*files: Path) -> str:
    made = key(files, ABOUT)
    assert made is not None
    return made


def test_the_same_has_the_same(capture: Path) -> None:
    assert of(capture) == of(capture)
    assert of(capture).isalnum()


def test_what_is_read_and_how_makes_a_difference(capture: Path, tmp_path: Path) -> None:
    (tmp_path / "b.pcap").write_bytes(bytes(1 << 20))
    made = {of(capture), of(tmp_path / "b.pcap"), of(capture, tmp_path / "b.pcap"), of(tmp_path / "b.pcap", capture)}
    made.add(key([capture], {"checksums": True}) or "")
    assert len(made) == 5


def test_other_content_of_the_same_size_and_time(capture: Path) -> None:
    before, times = of(capture), capture.stat()
    with capture.open("r+b") as file:
        file.seek(500_001)
        file.write(b"x")
    os.utime(capture, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert capture.stat().st_mtime_ns == times.st_mtime_ns
    assert of(capture) != before


def test_a_clock_that_was_set_back_is_found_out_by_the_content(capture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_state", lambda file: (file.stat().st_size, 0, 0))
    before = of(capture)
    for place in (0, (1 << 20) - 1):
        with capture.open("r+b") as file:
            file.seek(place)
            file.write(b"x")
        assert of(capture) != before


def test_another_program_has_another(capture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = of(capture)
    monkeypatch.setattr(keys, "program", lambda: "another version")
    assert of(capture) != before


def test_what_the_program_is(monkeypatch: pytest.MonkeyPatch) -> None:
    keys.program.cache_clear()
    before = keys.program()
    keys.program.cache_clear()
    assert keys.program() == before
    keys.program.cache_clear()
    monkeypatch.setattr(keys, "_version", lambda _: "9.9")
    assert keys.program() != before
    keys.program.cache_clear()


@pytest.mark.parametrize("content", [b"PK\x03\x04" + bytes(100), b""])
def test_zips_and_next_to_nothing_are_not_kept(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    assert key([tmp_path / "a.zip"], ABOUT) is None


def test_what_is_read_at_once_is_not_kept(capture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CACHED_BYTES", (1 << 20) + 1)
    assert key([capture], ABOUT) is None


def test_what_is_no_file_is_not_kept(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert key([tmp_path / "fifo"], ABOUT) is None
    assert key([tmp_path / "missing"], ABOUT) is None
    assert key([tmp_path], ABOUT) is None
    assert key([], ABOUT) is None
