"""Headers that a system puts before the frames of another link type: radio measurements, the interface, the direction.

They give their own length. Sources: radiotap.org; CACE's PPI 1.0.10; tcpdump.org for the rest; Zeek's
src/packet_analysis/protocol/ieee802_11_radio.
"""

import numpy as np

from parsers.capture.headers import LITTLE16, LITTLE32, Ints, Octets, gather
from parsers.capture.links.layer import IEEE802_11, Step

_BIG32 = np.dtype(">u4")


def radiotap(octets: Octets, at: Ints, end: Ints) -> Step:
    """Radiotap has its length after two bytes, little endian."""
    return IEEE802_11, at + gather(octets, at + 2, LITTLE16), end


def prism(octets: Octets, at: Ints, end: Ints) -> Step:
    """Prism's and AVS's headers have their length in one place, in either byte order: the smaller number is meant."""
    size = np.minimum(gather(octets, at + 4, LITTLE32), gather(octets, at + 4, _BIG32))
    return IEEE802_11, at + size, end


def ppi(octets: Octets, at: Ints, end: Ints) -> Step:
    """PPI gives the link type of what it stands before."""
    return gather(octets, at + 4, LITTLE32), at + gather(octets, at + 2, LITTLE16), end


def pktap(octets: Octets, at: Ints, end: Ints) -> Step:
    """The header of macOS says which interface and process a packet is of."""
    return gather(octets, at + 8, LITTLE32), at + gather(octets, at, LITTLE32), end
