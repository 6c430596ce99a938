import os
from pathlib import Path

import pytest

from parsers.cache.manifest import DamagedError, LogFile, Manifest, Part, State
from parsers.cache.stream import Stretch
from parsers.updates import Facts, Trouble


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    (tmp_path / "a").write_bytes(b"abc")
    descriptor = os.open(tmp_path / "a", os.O_RDONLY)
    state = State.of(descriptor)
    os.close(descriptor)
    part = Part(Stretch(0, 1, 2), [Stretch(4096, 3, 4)])
    log = LogFile("x", "a", state, [part])
    return Manifest(["a\udcff.pcap"], Facts(2, 1, None), [Trouble("odd", True)], [log], True)


def test_a_manifest_comes_back(manifest: Manifest) -> None:
    assert Manifest.read(manifest.written()) == manifest
    assert [stretch.offset for stretch in manifest.logs[0].stretches()] == [0, 4096]
    without = Manifest([], None, [], [], False)
    assert Manifest.read(without.written()) == without


def test_any_other_byte_is_noticed(manifest: Manifest) -> None:
    written = manifest.written()
    for place in range(len(written)):
        with pytest.raises(DamagedError):
            Manifest.read(written[:place] + bytes([written[place] ^ 1]) + written[place + 1 :])
    for garbage in (b"", b"\n", written[:-1], written + b" ", b"00000000\n", b"\x00" * 100):
        with pytest.raises(DamagedError):
            Manifest.read(garbage)


def test_a_manifest_of_something_else() -> None:
    from zlib import crc32

    for text in (b"{}", b"[]", b"null", b'{"names": 1, "facts": 2, "troubles": 3, "logs": 4}'):
        with pytest.raises(DamagedError):
            Manifest.read(b"%08x\n%s" % (crc32(text), text))
