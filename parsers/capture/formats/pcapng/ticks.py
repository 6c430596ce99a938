"""Time stamps that count in units of which each interface has its own.

Source: draft-ietf-opsawg-pcapng, section 4.2 (if_tsresol, if_tsoffset).
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from parsers.capture.formats.index import Ints

Ticks: TypeAlias = npt.NDArray[np.uint64]

MICROSECONDS = 6
_BINARY, _POWER = 0x80, 0x7F
# The most that 64 bits hold: 10^19 and 2^63 units in a second; nanoseconds of so many seconds, and of time-outs after.
_DECIMALS, _BITS = 19, 63
_SECONDS = 9_200_000_000
_BEYOND = 1 << 62


def is_countable(resolution: int) -> bool:
    """Whether units of this if_tsresol fit into 64 bits, as libpcap asks for."""
    return (resolution & _POWER) <= (_BITS if resolution & _BINARY else _DECIMALS)


def unit(resolution: int) -> str:
    """The unit of an if_tsresol as one would write it."""
    return f"{2 if resolution & _BINARY else 10}^-{resolution & _POWER} s"


def nanoseconds(ticks: Ticks, resolution: npt.NDArray[np.uint8], offset: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Time stamps in nanoseconds since the epoch, what is finer cut off, and which of them can be.

    `resolution` is each one's if_tsresol, all of them countable, `offset` its if_tsoffset in seconds. One that 64
    bits do not hold as nanoseconds is 0.
    """
    seconds, rest = np.zeros(len(ticks), np.uint64), np.zeros(len(ticks), np.uint64)
    found = np.flatnonzero(np.bincount(resolution)).tolist()
    for each in found:
        rows = resolution == each if len(found) > 1 else slice(None)
        split = _binary if each & _BINARY else _decimal
        seconds[rows], rest[rows] = split(ticks[rows], each & _POWER)
    near = seconds < _BEYOND
    whole = np.where(near, seconds, 0).astype(np.int64) + np.clip(offset, -_BEYOND, _BEYOND)
    can_be = near & (whole >= -_SECONDS) & (whole <= _SECONDS)
    return np.where(can_be, whole, 0) * 1_000_000_000 + np.where(can_be, rest, 0).astype(np.int64), can_be


def _decimal(ticks: Ticks, power: int) -> tuple[Ticks, Ticks]:
    seconds, rest = np.divmod(ticks, np.uint64(10**power))
    return seconds, rest * np.uint64(10 ** (9 - power)) if power <= 9 else rest // np.uint64(10 ** (power - 9))


def _binary(ticks: Ticks, power: int) -> tuple[Ticks, Ticks]:
    """The fraction is taken as 64 bits and multiplied in halves, so that nothing of it is lost."""
    if not power:
        return ticks, np.zeros_like(ticks)
    bits = np.uint64(power)
    seconds = ticks >> bits
    fraction = (ticks - (seconds << bits)) << np.uint64(64 - power)
    half, billion = np.uint64(32), np.uint64(1_000_000_000)
    high, low = fraction >> half, fraction & np.uint64(0xFFFFFFFF)
    return seconds, (high * billion + (low * billion >> half)) >> half
