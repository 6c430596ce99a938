"""Captures as the packers' own programs pack them: whole, cut off, damaged, one in the other."""

from pathlib import Path

import pytest

from parsers.capture.captures import open_captures
from parsers.updates import OpenError
from tests.parsers.capture.build import ethernet, ipv4, pcap, udp
from tests.parsers.packing.tools import PACK, packed

DATA = pcap([ethernet(ipv4(udp(bytes(range(256)) * 5))) for _ in range(2000)])


def opened(path: Path, content: bytes) -> tuple[bytes, list[str]]:
    path.write_bytes(content)
    captures = open_captures([path])
    ((_, place),) = captures.places
    return bytes(captures.data[place]), [trouble.text for trouble in captures.troubles]


@pytest.mark.parametrize("name", sorted(PACK))
def test_whole_cut_off_and_damaged(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.pcap.packed"
    whole = packed(name, DATA)
    assert opened(path, whole) == (DATA, [])
    assert opened(path, whole + whole) == (DATA + DATA, [])
    got, troubles = opened(path, packed(name, DATA[:-100]) + whole[:-1])
    assert got.startswith(DATA[:-100])
    assert len(troubles) == 1
    assert troubles[0].startswith(f"{path}: the {name} is cut off at byte ")
    assert troubles[0].endswith("; what comes before is shown")
    with pytest.raises(OpenError, match=f"the {name} is cut off at byte 20; get the file again"):
        opened(path, whole[:20])


def test_packed_twice(tmp_path: Path) -> None:
    assert opened(tmp_path / "x", packed("xz", packed("gzip", DATA))) == (DATA, [])


def test_a_window_that_takes_too_much_memory(tmp_path: Path) -> None:
    what = r"the zstd takes more than 128 MB of memory to unpack; unpack it first: zstd -d --long=31$"
    with pytest.raises(OpenError, match=what):
        opened(tmp_path / "x", packed("zstd", DATA, "--long=31"))
