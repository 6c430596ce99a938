"""The link-layer addresses (MAC addresses) that frames were sent from and to.

Of several headers with addresses in one frame, the innermost counts, as in Zeek: src/packet_analysis/protocol
(ethernet, ieee802_11, linux_sll, linux_sll2). Zeek has none of FDDI (RFC 1390: the bits of each octet stand the other
way round) and of Fibre Channel (RFC 2625, section 3.2).
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from parsers import limits
from parsers.capture.headers import Ints, Octets, gather
from parsers.capture.links.layer import ETHERNET, IEEE802_11, NOTHING, SEVERAL
from parsers.capture.links.registry import LAYERS

Words: TypeAlias = npt.NDArray[np.uint64]
# Source and destination, 48 bits each, 0 where a header does not say.
_Pair: TypeAlias = tuple[Words, Words]

_BYTE = np.dtype("u1")
_ADDRESS = np.dtype([("high", ">u2"), ("low", ">u4")])
_ADDRESS_BYTES = 6
_MIRRORED = np.array([int(f"{byte:08b}"[::-1], 2) for byte in range(256)], np.uint8)
# Where the source and the destination stand in IEEE 802.11, by the bits for towards and from the distribution system.
_SOURCES = np.array([10, 10, 16, 24])
_TARGETS = np.array([4, 16, 4, 16])


def _address(octets: Octets, at: Ints) -> Words:
    found = gather(octets, at, _ADDRESS)
    words: Words = found["high"].astype(np.uint64) << np.uint64(32) | found["low"]
    return words


def _ethernet(octets: Octets, at: Ints) -> _Pair:
    return _address(octets, at + 6), _address(octets, at)


def _ieee802_11(octets: Octets, at: Ints) -> _Pair:
    ways = gather(octets, at + 1, _BYTE) & 3
    return _address(octets, at + _SOURCES[ways]), _address(octets, at + _TARGETS[ways])


def _fddi(octets: Octets, at: Ints) -> _Pair:
    return _mirrored(_address(octets, at + 7)), _mirrored(_address(octets, at + 1))


def _mirrored(words: Words) -> Words:
    return _MIRRORED[words.view(np.uint8)].view(np.uint64)


def _fibre_channel(octets: Octets, at: Ints) -> _Pair:
    return _address(octets, at + 10), _address(octets, at + 2)


def _cooked(length: int, address: int) -> Callable[[Octets, Ints], _Pair]:
    """The sender's address and its length, which stand at these places: only some interfaces have such addresses."""

    def read(octets: Octets, at: Ints) -> _Pair:
        known = gather(octets, at + length, _BYTE) == _ADDRESS_BYTES
        return np.where(known, _address(octets, at + address), np.uint64(0)), np.zeros(len(at), np.uint64)

    return read


_READERS: dict[int, Callable[[Octets, Ints], _Pair]] = {
    ETHERNET: _ethernet,
    10: _fddi,
    IEEE802_11: _ieee802_11,
    113: _cooked(5, 6),
    122: _fibre_channel,
    276: _cooked(11, 12),
}


def addresses(octets: Octets, link: Ints, at: Ints) -> _Pair:
    """The addresses of frames that hold IP packets, by their link types and places: sources, then destinations.

    uint64, the first octet in the highest of 48 bits; 0 where the link layer has none.
    """
    layer, at = link.copy(), at.copy()
    end = np.full(len(at), len(octets))
    source, target = np.zeros((2, len(at)), np.uint64)
    rows = np.arange(len(at))
    for _ in range(limits.LINK_HEADERS):
        for kind in np.unique(layer[rows]).tolist():
            here = rows[layer[rows] == kind]
            if kind in _READERS:
                source[here], target[here] = _READERS[kind](octets, at[here])
            if kind in LAYERS:
                layer[here], at[here], _ = LAYERS[kind](octets, at[here], end[here])
            else:
                layer[here] = NOTHING
        rows = rows[((layer[rows] < SEVERAL) | (layer[rows] > NOTHING)) & (at[rows] <= end[rows])]
        if not len(rows):
            break
    return source, target
