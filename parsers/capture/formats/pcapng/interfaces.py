"""The interfaces that a pcapng file announces, in all its sections.

Source: draft-ietf-opsawg-pcapng, sections 3.5 (options) and 4.2 (interfaces).
"""

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from parsers import limits
from parsers.capture.formats.index import Ints
from parsers.capture.formats.pcapng.blocks import Blocks
from parsers.capture.formats.pcapng.ticks import MICROSECONDS, is_countable, unit
from parsers.updates import Trouble

# Where options begin in an interface's block.
_OPTIONS = 16
# Codes of options, and how long those that are needed are.
_END, _RESOLUTION, _OFFSET = 0, 9, 14
_LENGTHS = {_RESOLUTION: 1, _OFFSET: 8}


@dataclass(frozen=True, slots=True)
class Interfaces:
    """One cell of each column for each interface, in the order of the file.

    link its link type, longest the bytes that it captures of a packet, resolution its if_tsresol, offset its
    if_tsoffset in seconds.
    """

    link: Ints
    longest: Ints
    resolution: npt.NDArray[np.uint8]
    offset: Ints
    troubles: list[Trouble]


def read(data: memoryview, blocks: Blocks) -> Interfaces:
    """What interface blocks say, `blocks` being such alone; what is wrong with their options goes into `troubles`."""
    resolution = np.full(len(blocks), MICROSECONDS, np.uint8)
    offset = np.zeros(len(blocks), np.int64)
    wrong: list[str] = []
    places = zip(blocks.at.tolist(), blocks.ends.tolist(), blocks.big.tolist(), strict=True)
    for i, (at, end, big) in enumerate(places):
        options, is_damaged = _options(data, at + _OPTIONS, end - 4, ">" if big else "<")
        offset[i] = int.from_bytes(options.get(_OFFSET, b""), "big" if big else "little", signed=True)
        units = options[_RESOLUTION][0] if _RESOLUTION in options else MICROSECONDS
        if is_countable(units):
            resolution[i] = units
        else:
            wrong.append(f"the interface at byte {at} counts time in units of {unit(units)}, which nothing reads")
        if is_damaged:
            wrong.append(f"the options of the interface at byte {at} are damaged")
    more = f", and {len(wrong) - 1} more like it" if len(wrong) > 1 else ""
    troubles = [Trouble(f"{wrong[0]}{more}: the times of its packets may be wrong")] if wrong else []
    longest = blocks.words["second"].astype(np.int64)
    longest[longest == 0] = limits.CAPTURED_PACKET_BYTES
    return Interfaces(blocks.half("first"), longest, resolution, offset, troubles)


def _options(data: memoryview, at: int, end: int, order: str) -> tuple[dict[int, bytes], bool]:
    """The options that are needed, from byte `at` to byte `end`, and whether there is damage among them.

    What stands before the damage is kept, and of an option that comes twice the first.
    """
    found: dict[int, bytes] = {}
    is_damaged = False
    while at < end:
        if at + 4 > end:
            return found, True
        code, length = struct.unpack_from(order + "HH", data, at)
        if at + 4 + length > end:
            return found, True
        if code == _END:
            break
        if code in _LENGTHS:
            if length == _LENGTHS[code] and code not in found:
                found[code] = bytes(data[at + 4 : at + 4 + length])
            else:
                is_damaged = True
        at += 4 + length + -length % 4
    return found, is_damaged
