"""HighwayHash-128, the keyed hash that Zeek names files with.

Words of 64 bits are two of 32 here, the low half first: machine code computes with 64 bits and a sign, so that halves
are never cut off. Source: the algorithm's published portable form (Alakuijala, Cox, Wassenberg: Fast keyed
hash/pseudo-random function using SIMD multiply and permute, 2016).
"""

from struct import Struct
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from mypy_extensions import i64

Words: TypeAlias = tuple[int, int, int, int]

_HALVES: Final = Struct("<8I")
_LOW: Final = 0xFFFFFFFF
# Two words of mul0 and two of mul1, as they are in the beginning, for either half of the state.
_FRONT: Final = (0xDBE6D5D5FE4CCE2F, 0xA4093822299F31D0, 0x3BD39E10CB0EF593, 0xC0ACF169B5F18A8C)
_BACK: Final = (0x13198A2E03707344, 0x243F6A8885A308D3, 0xBE5466CF34E90C6C, 0x452821E638D01377)


def hash128(key: Words, data: bytes) -> tuple[int, int]:
    """The two 64-bit words of the hash of `data` under a key of four 64-bit words."""
    front = _Pair(_FRONT, key[0], key[1])
    back = _Pair(_BACK, key[2], key[3])
    size = len(data)
    whole = size & ~31
    for place in range(0, whole, 32):
        a, b, c, d, e, f, g, h = _HALVES.unpack_from(data, place)
        front.mix(a, b, c, d)
        back.mix(e, f, g, h)
    if whole < size:
        size &= 31
        front.lengthen(size)
        back.lengthen(size)
        a, b, c, d, e, f, g, h = _HALVES.unpack(_padded(data[whole:]))
        front.mix(a, b, c, d)
        back.mix(e, f, g, h)
    for _ in range(6):
        # The two swap their words of v0, and those their halves.
        low, high, more, most = front.a0, front.a1, front.a2, front.a3
        front.mix(back.a1, back.a0, back.a3, back.a2)
        back.mix(high, low, most, more)
    first = front.a0 + front.m0 + back.b0 + back.n0, front.a1 + front.m1 + back.b1 + back.n1
    second = front.a2 + front.m2 + back.b2 + back.n2, front.a3 + front.m3 + back.b3 + back.n3
    return _word(*first), _word(*second)


def _word(low: int, high: int) -> int:
    """Sums of halves as one word."""
    return low + (high << 32) & 0xFFFFFFFFFFFFFFFF


class _Pair:
    """Half of the state: two words of each of the lanes v0, v1, mul0 and mul1 (here a, b, m, n), each as two halves."""

    __slots__ = ("a0", "a1", "a2", "a3", "b0", "b1", "b2", "b3", "m0", "m1", "m2", "m3", "n0", "n1", "n2", "n3")

    def __init__(self, multipliers: Words, first: int, second: int) -> None:
        self.m0: i64 = multipliers[0] & _LOW
        self.m1: i64 = multipliers[0] >> 32
        self.m2: i64 = multipliers[1] & _LOW
        self.m3: i64 = multipliers[1] >> 32
        self.n0: i64 = multipliers[2] & _LOW
        self.n1: i64 = multipliers[2] >> 32
        self.n2: i64 = multipliers[3] & _LOW
        self.n3: i64 = multipliers[3] >> 32
        low, high = first & _LOW, first >> 32
        self.a0: i64 = self.m0 ^ low
        self.a1: i64 = self.m1 ^ high
        self.b0: i64 = self.n0 ^ high
        self.b1: i64 = self.n1 ^ low
        low, high = second & _LOW, second >> 32
        self.a2: i64 = self.m2 ^ low
        self.a3: i64 = self.m3 ^ high
        self.b2: i64 = self.n2 ^ high
        self.b3: i64 = self.n3 ^ low

    def mix(self, w0: "i64", w1: "i64", w2: "i64", w3: "i64") -> None:
        """Mix two words in. Written out word by word: a loop over them takes twice as long."""
        a0, a1, a2, a3 = self.a0, self.a1, self.a2, self.a3
        b0, b1, b2, b3 = self.b0, self.b1, self.b2, self.b3
        b0 += self.m0 + w0
        b1 = b1 + self.m1 + w1 + (b0 >> 32) & _LOW
        b0 &= _LOW
        b2 += self.m2 + w2
        b3 = b3 + self.m3 + w3 + (b2 >> 32) & _LOW
        b2 &= _LOW
        product = b0 * a1
        self.m0 ^= product & _LOW
        self.m1 ^= product >> 32 & _LOW
        product = b2 * a3
        self.m2 ^= product & _LOW
        self.m3 ^= product >> 32 & _LOW
        a0 += self.n0
        a1 = a1 + self.n1 + (a0 >> 32) & _LOW
        a0 &= _LOW
        a2 += self.n2
        a3 = a3 + self.n3 + (a2 >> 32) & _LOW
        a2 &= _LOW
        product = a0 * b1
        self.n0 ^= product & _LOW
        self.n1 ^= product >> 32 & _LOW
        product = a2 * b3
        self.n2 ^= product & _LOW
        self.n3 ^= product >> 32 & _LOW
        # The bytes of b in another order are added to a, then those of a to b.
        a0 += b0 >> 24 | (b3 & 0xFF) << 8 | b0 & 0xFF0000 | (b1 & 0xFF00) << 16
        a1 += b3 >> 16 & 0xFF | b0 & 0xFF00 | b3 >> 24 << 16 | (b0 & 0xFF) << 24
        a2 += b2 >> 24 | (b1 & 0xFF) << 8 | b2 & 0xFF0000 | (b3 & 0xFF00) << 16
        a3 += b2 >> 8 & 0xFF | b1 >> 8 & 0xFF00 | (b2 & 0xFF) << 16 | b1 >> 24 << 24
        a1 = a1 + (a0 >> 32) & _LOW
        a0 &= _LOW
        a3 = a3 + (a2 >> 32) & _LOW
        a2 &= _LOW
        b0 += a0 >> 24 | (a3 & 0xFF) << 8 | a0 & 0xFF0000 | (a1 & 0xFF00) << 16
        b1 += a3 >> 16 & 0xFF | a0 & 0xFF00 | a3 >> 24 << 16 | (a0 & 0xFF) << 24
        b2 += a2 >> 24 | (a1 & 0xFF) << 8 | a2 & 0xFF0000 | (a3 & 0xFF00) << 16
        b3 += a2 >> 8 & 0xFF | a1 >> 8 & 0xFF00 | (a2 & 0xFF) << 16 | a1 >> 24 << 24
        self.a0, self.a1, self.a2, self.a3 = a0, a1, a2, a3
        self.b0, self.b1, self.b2, self.b3 = b0 & _LOW, b1 + (b0 >> 32) & _LOW, b2 & _LOW, b3 + (b2 >> 32) & _LOW

    def lengthen(self, size: "i64") -> None:
        """Let in how many bytes the last block has, which is not full."""
        a0, a2 = self.a0 + size, self.a2 + size
        self.a0, self.a1 = a0 & _LOW, self.a1 + size + (a0 >> 32) & _LOW
        self.a2, self.a3 = a2 & _LOW, self.a3 + size + (a2 >> 32) & _LOW
        self.b0, self.b1 = _rotated(self.b0, size), _rotated(self.b1, size)
        self.b2, self.b3 = _rotated(self.b2, size), _rotated(self.b3, size)


def _rotated(half: "i64", count: "i64") -> "i64":
    return (half << count | half >> (32 - count)) & _LOW


def _padded(tail: bytes) -> bytes:
    """The last bytes, fewer than 32, as a block."""
    size = len(tail)
    whole, odd = size & ~3, size & 3
    block = bytearray(32)
    block[:whole] = tail[:whole]
    if size & 16:
        block[28:] = tail[size - 4 :]
    elif odd:
        block[16:19] = bytes((tail[whole], tail[whole + (odd >> 1)], tail[size - 1]))
    return bytes(block)
