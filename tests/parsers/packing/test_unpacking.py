"""What packers' own programs packed: whole, cut, damaged, doubled, with something behind it; and any bytes."""

import io
import os
import random
import tracemalloc
from typing import BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import limits, packing
from parsers.packing.registry import PACKERS
from tests.parsers.packing.tools import PACK, packed

NAMES = sorted(PACK)
CHANCE = random.Random(8)
# Half of it hard to pack, half of it lines; several blocks of each packer.
DATA = b"".join(CHANCE.randbytes(700) + b"%06d\tconn\tSF\ttcp\thttp\n" % number * 30 for number in range(600))
SKIPPABLE = b"\x5a\x2a\x4d\x18" + (70_000).to_bytes(4, "little") + bytes(range(250)) * 280
# What the block that damage lies in may hold: of gzip's and xz's nothing is lost but the bytes that were spoilt.
BLOCK = {"gzip": 2000, "bzip2": 100_000, "xz": 20_000, "zstd": 131_072, "lz4": 4 << 20}


class Pipe(io.RawIOBase):
    """A file that gives a few bytes at a time and cannot go back."""

    def __init__(self, data: bytes, step: int) -> None:
        self._file = io.BytesIO(data)
        self._step = step

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        piece = self._file.read(min(self._step, len(buffer)))
        buffer[: len(piece)] = piece
        return len(piece)


def read(data: bytes, step: int = 0) -> tuple[bytes, packing.DamagedError | None]:
    """All that comes out, and what ended it."""
    file = cast(BinaryIO, Pipe(data, step) if step else io.BytesIO(data))
    pieces = []
    try:
        for piece in packing.unpacked(file):
            assert len(piece) <= 1 << 16
            pieces.append(piece)
    except packing.DamagedError as error:
        return b"".join(pieces), error
    return b"".join(pieces), None


@pytest.mark.parametrize("name", NAMES)
def test_whole(name: str) -> None:
    whole = packed(name, DATA)
    found = packing.recognise(whole[: packing.MAGIC_BYTES])
    assert found is not None
    assert found.name == name
    assert read(whole) == (DATA, None)
    assert read(whole, step=100) == (DATA, None)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [0, 1, 3 << 20])
def test_little_and_much(name: str, size: int) -> None:
    assert read(packed(name, bytes(size))) == (bytes(size), None)


@pytest.mark.parametrize("name", NAMES)
def test_byte_by_byte(name: str) -> None:
    assert read(packed(name, DATA[:3000]), step=1) == (DATA[:3000], None)


@pytest.mark.parametrize("name", NAMES)
def test_members_follow_each_other_with_zeros_between_and_behind(name: str) -> None:
    first, second, none = packed(name, DATA[:200_000]), packed(name, DATA[200_000:]), packed(name, b"")
    assert read(first + none + second) == (DATA, None)
    assert read(first + bytes(512) + second + bytes(70_000)) == (DATA, None)
    assert read(first + first + second, step=4096) == (DATA[:200_000] * 2 + DATA[200_000:], None)


@pytest.mark.parametrize("name", ["zstd", "lz4"])
def test_skippable_frames(name: str) -> None:
    first, second = packed(name, DATA[:200_000]), packed(name, DATA[200_000:])
    empty = SKIPPABLE[:4] + bytes(4)
    assert read(SKIPPABLE + first + empty + SKIPPABLE + second + empty) == (DATA, None)
    assert read(SKIPPABLE + first[:20_000] + SKIPPABLE, step=1000)[1] is not None
    got, error = read(first + SKIPPABLE[:-5])
    assert got == DATA[:200_000]
    assert "cut off" in str(error)


@pytest.mark.parametrize("name", NAMES)
def test_cut_anywhere(name: str) -> None:
    whole = packed(name, DATA)
    for size in [*range(1, 40, 3), *range(50, len(whole), len(whole) // 8), *range(len(whole) - 20, len(whole))]:
        got, error = read(whole[:size])
        if size < packing.MAGIC_BYTES and not packing.recognise(whole[:size]):
            assert (got, error) == (whole[:size], None)
            continue
        assert DATA.startswith(got)
        assert len(got) >= len(DATA) * size // len(whole) - 2 * BLOCK[name]
        assert error is not None
        assert str(error) == f"the {name} is cut off at byte {size}"
        assert error.place == size


@pytest.mark.parametrize("name", NAMES)
def test_one_byte_flipped(name: str) -> None:
    whole = packed(name, DATA)
    for place in range(30, len(whole), len(whole) // 8):
        spoilt = bytearray(whole)
        spoilt[place] ^= 0x55
        got, error = read(bytes(spoilt))
        assert error is not None
        assert error.place >= place
        same = next((at for at, (mine, right) in enumerate(zip(got, DATA, strict=False)) if mine != right), len(got))
        assert same >= len(DATA) * place // len(whole) - 2 * BLOCK[name]


def test_a_spoilt_block_of_bzip2_gives_nothing() -> None:
    whole = bytearray(packed("bzip2", DATA))
    whole[len(whole) // 2] ^= 1
    got, _ = read(bytes(whole))
    assert DATA.startswith(got)
    assert len(got) > len(DATA) // 2 - 200_000


@pytest.mark.parametrize("name", NAMES)
def test_something_else_behind_it(name: str) -> None:
    whole = packed(name, DATA)
    got, error = read(whole + b"rubbish")
    assert got == DATA
    assert str(error) == f"behind the {name} follows something else, from byte {len(whole)}"
    got, error = read(whole + packed(name, DATA)[:-30])
    assert got.startswith(DATA)
    assert "cut off" in str(error)


def test_packed_inside_packed() -> None:
    whole = packed("xz", packed("gzip", DATA))
    assert read(whole) == (DATA, None)
    got, error = read(whole[:-2000])
    assert DATA.startswith(got)
    assert len(got) > len(DATA) - 50_000
    assert str(error) == f"the xz is cut off at byte {len(whole) - 2000}"
    inner = packed("gzip", DATA)[:-2000]
    assert str(read(packed("zstd", inner))[1]) == f"the gzip in the zstd is cut off at byte {len(inner)}"


def test_packed_too_often() -> None:
    data = b"x"
    for _ in range(limits.PACKING_DEPTH):
        data = packed("gzip", data)
    assert read(data) == (b"x", None)
    assert read(packed("gzip", data))[0] == b""
    assert "4 times and more" in str(read(packed("gzip", data))[1])


def test_what_is_not_packed_comes_as_it_is() -> None:
    assert read(DATA) == (DATA, None)
    assert read(b"") == (b"", None)


@pytest.mark.parametrize(
    ("name", "options", "advice"),
    [
        ("zstd", ("--long=31",), "unpack it first: zstd -d --long=31"),
        ("xz", ("--lzma2=preset=0,dict=192MiB",), "unpack it first: xz -d"),
    ],
)
def test_what_takes_too_much_memory_is_told(name: str, options: tuple[str, ...], advice: str) -> None:
    got, error = read(packed(name, DATA) + packed(name, DATA, *options))
    assert got == DATA
    assert str(error) == f"the {name} takes more than 128 MB of memory to unpack"
    assert error is not None
    assert error.advice == advice


def test_windows_that_are_in_use_are_unpacked() -> None:
    data = DATA[:1000]
    assert read(packed("zstd", data, "--long=27")) == (data, None)
    assert read(packed("zstd", data, "--ultra", "-22")) == (data, None)
    assert read(packed("xz", data, "-9e")) == (data, None)


@pytest.mark.parametrize("name", NAMES)
def test_bombs_take_little_memory(name: str) -> None:
    bomb = packed(name, bytes(50 << 20), "-1")
    tracemalloc.start()
    try:
        assert sum(map(len, packing.unpacked(io.BytesIO(bomb)))) == 50 << 20
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
    finally:
        tracemalloc.stop()


def test_a_pipe_is_not_waited_for_when_there_is_something_to_give() -> None:
    ours, theirs = os.pipe()
    with os.fdopen(ours, "rb") as file, os.fdopen(theirs, "wb", 0) as writer:
        writer.write(packed("gzip", DATA)[:30_000])
        assert DATA.startswith(next(packing.unpacked(file)))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([magic for packer in PACKERS for magic in packer.magics[:2]] + [b""]),
    st.binary(max_size=200),
    st.binary(max_size=30),
)
def test_any_bytes(magic: bytes, data: bytes, behind: bytes) -> None:
    for some in (magic + data, magic + data + magic + behind):
        got, error = read(some)
        assert error is None or 0 <= error.place <= len(some)
        assert len(got) < 10 << 20
