import gzip
import os
import re
import stat
import tempfile
import zlib
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest

from parsers import limits
from parsers.capture.captures import open_captures
from parsers.capture.pipeline import updates
from parsers.capture.spool import Spool
from parsers.updates import OpenError
from tests.parsers.capture.build import ethernet, ipv4, pcap, udp

DATA = pcap([ethernet(ipv4(udp(bytes(range(256)) * 4))) for _ in range(50)])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "capture"


def opened(path: Path, content: bytes) -> tuple[bytes, list[str]]:
    path.write_bytes(content)
    captures = open_captures([path])
    ((name, place),) = captures.places
    assert name == str(path)
    return bytes(captures.data[place]), [trouble.text.removeprefix(f"{path}: ") for trouble in captures.troubles]


@pytest.mark.parametrize(
    "content",
    [
        DATA,
        gzip.compress(DATA),
        gzip.compress(DATA[:100]) + gzip.compress(DATA[100:]),
        gzip.compress(DATA[:10]) + gzip.compress(b"") + gzip.compress(DATA[10:]),
        gzip.compress(DATA) + bytes(100),
        gzip.compress(gzip.compress(DATA)),
    ],
)
def test_a_capture_and_a_gzip_of_one(path: Path, content: bytes) -> None:
    assert opened(path, content) == (DATA, [])


def test_a_gzip_that_grows_a_lot(path: Path) -> None:
    data = DATA + bytes(5 << 20)
    assert opened(path, gzip.compress(data)) == (data, [])


def test_what_follows_a_gzip_and_is_none(path: Path) -> None:
    packed = gzip.compress(DATA)
    behind = f"behind the gzip follows something else, from byte {len(packed)}; what comes before is shown"
    assert opened(path, packed + b"rubbish") == (DATA, [behind])


def test_a_gzip_that_is_cut_off_gives_what_it_has(path: Path) -> None:
    packed = gzip.compress(os.urandom(1), 0)[:10] + zlib.compress(DATA, 0)[2:]
    got, troubles = opened(path, packed[:20_000])
    assert DATA.startswith(got)
    assert len(got) > 19_000
    assert troubles == ["the gzip is cut off at byte 20000; what comes before is shown"]


def test_a_gzip_that_is_damaged_gives_what_comes_before(path: Path) -> None:
    packed = gzip.compress(DATA)
    got, troubles = opened(path, packed[:-8] + b"\0\0\0\0" + packed[-4:])
    assert DATA.startswith(got)
    assert len(got) >= len(DATA) - 1
    assert "the gzip is damaged near byte" in troubles[0]
    stored = bytearray(gzip.compress(DATA + os.urandom(200_000), 0))
    stored[stored.index(DATA[:40]) + 100_000 :] = b"\xff" * 100_000
    got, troubles = opened(path, bytes(stored))
    assert got.startswith(DATA)
    assert len(got) > 80_000


def test_a_bomb_is_left_at_the_bound(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SPOOLED_BYTES", 2 << 20)
    got, troubles = opened(path, gzip.compress(DATA + bytes(8 << 20)))
    assert len(got) <= 2 << 20
    assert "the rest of it is left" in troubles[0]


def test_a_bomb_that_is_no_capture_is_not_even_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SPOOLED_BYTES", 0)
    path.write_bytes(gzip.compress(bytes(8 << 20)))
    with pytest.raises(OpenError, match="not a capture"):
        open_captures([path])


def test_the_copy_is_private_and_has_no_name(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    path.write_bytes(gzip.compress(DATA))
    with Spool() as spool:
        ((_, file, offset, size, _),) = map(astuple, spool.captures(path))
        status = os.fstat(spool.file.fileno())
        assert (file, os.pread(spool.file.fileno(), size, offset)) == (None, DATA)
        assert [p.name for p in tmp_path.iterdir()] == ["capture"]
    assert (stat.S_IMODE(status.st_mode), status.st_nlink) == (0o600, 0)


def test_the_bytes_stay_while_somebody_looks_at_them(path: Path) -> None:
    path.write_bytes(DATA)

    def mapped() -> bool:
        return str(path) in Path("/proc/self/maps").read_text()

    looking = np.frombuffer(open_captures([path]).data, np.uint8)
    assert mapped()
    assert looking[:4].tobytes() == DATA[:4]
    del looking
    assert not mapped()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "the file is empty"),
        (b"\x0a\x0d\x0d\x0a" + bytes(60), "its header, at byte 0, begins a section whose byte order cannot be told"),
        (b"MZ\x90" + bytes(100), "this is a Windows program (PE), not a capture"),
        (b"\x7fELF" + bytes(100), "this is a Linux program (ELF), not a capture"),
        (b"\xfd7zXZ\0" + bytes(100), "the xz is damaged near byte"),
        (b"#separator \\x09\n", "this is a log of Zeek's"),
        (b"Dear reader,\n", "this looks like text, not a capture"),
        (os.urandom(8) + b"\0" * 20, "this is not a capture"),
        (DATA[:20], "the capture is cut off in its header, at byte 20"),
        (DATA[:4] + b"\3" + DATA[5:], "a pcap of version 3.4, only 2.0 to 2.4 are read"),
        (DATA[:20] + b"\x93\0\0\0" + DATA[24:], "packets of link type 147 (USER0) are not read"),
        (gzip.compress(b""), "the file is empty"),
        (gzip.compress(b"hello"), "this looks like text"),
        (b"\x1f\x8b\x08", "the gzip is cut off at byte 3; get the file again"),
        (b"\x1f\x8b" + b"\xff" * 100, "the gzip is damaged near byte 3; get the file again"),
        (gzip.compress(DATA)[:13], "the gzip is cut off at byte 13; get the file again"),
    ],
)
def test_what_is_no_capture(path: Path, content: bytes, what: str) -> None:
    path.write_bytes(content)
    with pytest.raises(OpenError, match=f"^{re.escape(str(path))}: {re.escape(what)}") as caught:
        list(updates([path]))
    assert "\n" not in str(caught.value)


def test_what_cannot_be_opened(path: Path) -> None:
    with pytest.raises(OpenError, match="there is no such file"):
        open_captures([path])
    with pytest.raises(OpenError, match="this is a folder"):
        open_captures([path.parent])
    path.touch(0o000)
    if os.geteuid():
        with pytest.raises(OpenError, match="no permission"):
            open_captures([path])
