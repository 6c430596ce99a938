"""What the reader of one kind of header is given and gives back, and the names of the headers within frames."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import numpy as np

from parsers.capture.headers import Ints, Octets

# What comes next, where it begins, and where the frame ends: a column each, or one number for all rows.
Step: TypeAlias = tuple[Ints | int, Ints, Ints]
# A layer is given the places where its headers begin and where their frames end. It may read beyond an end, as cut
# frames make it do: a row whose next header would begin at its end or behind it is dropped afterwards.
Layer: TypeAlias = Callable[[Octets, Ints, Ints], Step]

# The number of a layer is its link type at tcpdump.org, or negative where it is only found inside others.
# The first three end the way: nothing that is read, an IP packet, several frames in one (IEEE 802.11's A-MSDU).
NOTHING: Final = -1
IP: Final = -2
SEVERAL: Final = -3
LLC: Final = -12
VLAN: Final = -11
VNTAG: Final = -10
BACKBONE: Final = -9
FABRIC_PATH: Final = -8
PPPOE: Final = -7
MPLS: Final = -6
NFLOG_VALUE: Final = -5
ARP: Final = -4
LOOPBACK: Final = 0
ETHERNET: Final = 1
PPP: Final = 9
RAW: Final = 101
CISCO_HDLC: Final = 104
IEEE802_11: Final = 105
PRISM: Final = 119
RADIOTAP: Final = 127


def table(following: Mapping[int, int], *, size: int = 1 << 16) -> Ints:
    """The layer for each value of a header's type field: NOTHING where `following` does not have it."""
    layers = np.full(size, NOTHING, np.int64)
    layers[list(following)] = list(following.values())
    return layers


def skip(size: int, following: int) -> Layer:
    """A layer whose header has always the same size and the same behind it."""

    def layer(octets: Octets, at: Ints, end: Ints) -> Step:  # noqa: ARG001
        return following, at + size, end

    return layer
