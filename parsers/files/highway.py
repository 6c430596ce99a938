"""HighwayHash-128, the keyed hash that Zeek names files with.

Source: the algorithm's published portable form (Alakuijala, Cox, Wassenberg: Fast keyed hash/pseudo-random function
using SIMD multiply and permute, 2016). A hash of a handle's length takes about 50 µs.
"""

from functools import cache
from struct import Struct
from typing import TypeAlias

Words: TypeAlias = tuple[int, int, int, int]
# The lanes v0, v1, mul0 and mul1, four words each.
State: TypeAlias = tuple[int, int, int, int, int, int, int, int, int, int, int, int, int, int, int, int]

_WORDS = Struct("<4Q")
_unpack = _WORDS.unpack
# Four words as a table for `translate`, which wants 256 bytes.
_table = Struct("<4Q224x").pack
_LOW = 0xFFFFFFFF
_ALL = 0xFFFFFFFFFFFFFFFF
_MUL0 = (0xDBE6D5D5FE4CCE2F, 0xA4093822299F31D0, 0x13198A2E03707344, 0x243F6A8885A308D3)
_MUL1 = (0x3BD39E10CB0EF593, 0xC0ACF169B5F18A8C, 0xBE5466CF34E90C6C, 0x452821E638D01377)
# Where each byte of a pair of words comes from; the second pair lies 16 bytes on.
_PAIR = (3, 12, 2, 5, 14, 1, 15, 0, 11, 4, 10, 13, 9, 6, 8, 7)
_ZIPPED = bytes((*_PAIR, *(16 + place for place in _PAIR)))


def hash128(key: Words, data: bytes) -> tuple[int, int]:
    """The two 64-bit words of the hash of `data` under a key of four 64-bit words."""
    state = _start(key)
    whole = len(data) & ~31
    for place in range(0, whole, 32):
        state = _update(state, _WORDS.unpack_from(data, place))
    if whole < len(data):
        state = _remainder(state, data[whole:])
    for _ in range(6):
        a0, a1, a2, a3 = state[:4]
        state = _update(state, (_swap(a2), _swap(a3), _swap(a0), _swap(a1)))
    a0, a1, _, _, _, _, b2, b3, m0, m1, _, _, _, _, n2, n3 = state
    return (a0 + m0 + b2 + n2) & _ALL, (a1 + m1 + b3 + n3) & _ALL


@cache
def _start(key: Words) -> State:
    v0 = (mul ^ word for mul, word in zip(_MUL0, key, strict=True))
    v1 = (mul ^ _swap(word) for mul, word in zip(_MUL1, key, strict=True))
    return (*v0, *v1, *_MUL0, *_MUL1)  # type: ignore[return-value]  # four times four


def _update(state: State, words: Words) -> State:
    """Mix 32 bytes in. Written out lane by lane: a loop over the lanes takes twice as long."""
    a0, a1, a2, a3, b0, b1, b2, b3, m0, m1, m2, m3, n0, n1, n2, n3 = state
    b0 = (b0 + m0 + words[0]) & _ALL
    b1 = (b1 + m1 + words[1]) & _ALL
    b2 = (b2 + m2 + words[2]) & _ALL
    b3 = (b3 + m3 + words[3]) & _ALL
    m0 ^= (b0 & _LOW) * (a0 >> 32)
    m1 ^= (b1 & _LOW) * (a1 >> 32)
    m2 ^= (b2 & _LOW) * (a2 >> 32)
    m3 ^= (b3 & _LOW) * (a3 >> 32)
    a0 = (a0 + n0) & _ALL
    a1 = (a1 + n1) & _ALL
    a2 = (a2 + n2) & _ALL
    a3 = (a3 + n3) & _ALL
    n0 ^= (a0 & _LOW) * (b0 >> 32)
    n1 ^= (a1 & _LOW) * (b1 >> 32)
    n2 ^= (a2 & _LOW) * (b2 >> 32)
    n3 ^= (a3 & _LOW) * (b3 >> 32)
    z0, z1, z2, z3 = _unpack(_ZIPPED.translate(_table(b0, b1, b2, b3)))
    a0, a1, a2, a3 = (a0 + z0) & _ALL, (a1 + z1) & _ALL, (a2 + z2) & _ALL, (a3 + z3) & _ALL
    z0, z1, z2, z3 = _unpack(_ZIPPED.translate(_table(a0, a1, a2, a3)))
    b0, b1, b2, b3 = (b0 + z0) & _ALL, (b1 + z1) & _ALL, (b2 + z2) & _ALL, (b3 + z3) & _ALL
    return a0, a1, a2, a3, b0, b1, b2, b3, m0, m1, m2, m3, n0, n1, n2, n3


def _remainder(state: State, tail: bytes) -> State:
    """Mix the last bytes in, fewer than 32."""
    size = len(tail)
    v0 = ((word + (size << 32) + size) & _ALL for word in state[:4])
    v1 = (_rotate_halves(word, size) for word in state[4:8])
    whole, odd = size & ~3, size & 3
    packet = bytearray(32)
    packet[:whole] = tail[:whole]
    if size & 16:
        packet[28:] = tail[size - 4 :]
    elif odd:
        packet[16:19] = bytes((tail[whole], tail[whole + (odd >> 1)], tail[size - 1]))
    mixed: State = (*v0, *v1, *state[8:])  # type: ignore[assignment]  # eight and eight
    return _update(mixed, _unpack(packet))


def _swap(word: int) -> int:
    return word >> 32 | (word & _LOW) << 32


def _rotate_halves(word: int, count: int) -> int:
    low, high = word & _LOW, word >> 32
    low = (low << count | low >> (32 - count)) & _LOW
    high = (high << count | high >> (32 - count)) & _LOW
    return high << 32 | low
