import pytest

from parsers.files.highway import hash128

# The key and the data of the specification's own test: the bytes 0, 1, 2, …
KEY = (0x0706050403020100, 0x0F0E0D0C0B0A0908, 0x1716151413121110, 0x1F1E1D1C1B1A1918)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, (0x0FED268F9D8FFEC7, 0x33565E767F093E6F)),
        (1, (0xD6B0A8893681E7A8, 0xDC291DF9EB9CDCB4)),
        (2, (0x3D15AD265A16DA04, 0x78085638DC32E868)),
    ],
)
def test_published_values(size: int, expected: tuple[int, int]) -> None:
    assert hash128(KEY, bytes(range(size))) == expected


def test_each_length_has_a_hash_of_its_own() -> None:
    hashes = {hash128(KEY, bytes(size)) for size in range(100)}
    assert len(hashes) == 100
    assert all(word < 1 << 64 for pair in hashes for word in pair)
