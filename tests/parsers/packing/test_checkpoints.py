"""Bytes out of the middle of a gzip."""

import gzip
import io
import random
import zlib
from pathlib import Path

import pytest

from parsers.packing.checkpoints import Checkpoints, checkpoints

TEXT = "".join(f"{number} {number * 7919 % 100_003}\n" for number in range(200_000)).encode()


class Counting(io.BytesIO):
    """A file that counts what is read of it."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


def members(*lengths: int) -> bytes:
    packed, place = b"", 0
    for length in lengths:
        packed += gzip.compress(TEXT[place : place + length])
        place += length
    return packed + gzip.compress(TEXT[place:])


@pytest.mark.parametrize("lengths", [(), (1,), (0, 700_000, 5)])
def test_any_place_in_any_order(lengths: tuple[int, ...]) -> None:
    file = io.BytesIO(members(*lengths))
    found = Checkpoints(100_000)
    numbers = random.Random(1)
    for _ in range(50):
        start, size = numbers.randrange(len(TEXT)), numbers.randrange(1, 50_000)
        assert found.read(file, start, size) == TEXT[start : start + size]
    assert found.read(file, len(TEXT) - 5, 100) == TEXT[-5:]
    assert found.read(file, len(TEXT) + 5, 100) == b""


def test_what_was_passed_once_is_not_unpacked_again() -> None:
    file = Counting(gzip.compress(TEXT))
    found = Checkpoints(100_000)
    found.read(file, len(TEXT) - 10, 10)
    whole, file.taken = file.taken, 0
    assert found.read(file, len(TEXT) - 100, 10) == TEXT[-100:-90]
    assert file.taken < whole / 5


def test_damage_is_an_error() -> None:
    packed = bytearray(gzip.compress(TEXT))
    packed[len(packed) // 2 :] = b"\xff" * (len(packed) // 2)
    with pytest.raises(zlib.error):
        Checkpoints(100_000).read(io.BytesIO(packed), len(TEXT) - 10, 10)


def test_they_are_those_of_the_file_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(TEXT))
    with path.open("rb") as file:
        before = checkpoints(file)
        assert checkpoints(file) is before
    path.write_bytes(gzip.compress(TEXT[1:]))
    with path.open("rb") as file:
        assert checkpoints(file) is not before
