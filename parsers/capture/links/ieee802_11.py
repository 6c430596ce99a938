"""Wireless frames (IEEE 802.11) and what may be aggregated in one.

As in Zeek's src/packet_analysis/protocol/ieee802_11; what it does not read is an HT control field, the bytes that
some cards put in to align the payload, and the right padding between aggregated frames.
"""

import numpy as np

from parsers import limits
from parsers.capture.headers import BIG16, Ints, Octets, gather
from parsers.capture.links.layer import LLC, NOTHING, SEVERAL, Step

_CONTROL = np.dtype([("kind", "u1"), ("flags", "u1")])
# Bits of the frame's kind: a data frame; one without data; one with a field for quality of service.
_DATA, _EMPTY, _QOS = 0x08, 0x40, 0x80
# Bits of its flags: towards and from the distribution system, both where there is a fourth address; encrypted; of QoS
# frames: with an HT control field.
_FOUR_ADDRESSES, _ENCRYPTED, _ORDER = 0x03, 0x40, 0x80
# In the field for quality of service.
_AGGREGATED = 0x80
_SNAP = 0xAAAA


def ieee802_11(octets: Octets, at: Ints, end: Ints) -> Step:
    """A data frame; what is encrypted is not read."""
    control = gather(octets, at, _CONTROL)
    kind, flags = control["kind"], control["flags"]
    qos = kind & _QOS != 0
    addresses = np.where(flags & _FOUR_ADDRESSES == _FOUR_ADDRESSES, 30, 24)
    several = qos & (gather(octets, at + addresses, np.dtype("u1")) & _AGGREGATED != 0)
    size = addresses + np.where(qos, np.where(flags & _ORDER, 6, 2), 0)
    aligned = (size + 3) // 4 * 4
    size = np.where(several | (gather(octets, at + size, BIG16) == _SNAP), size, aligned)
    known = (kind & _DATA != 0) & (kind & _EMPTY == 0) & (flags & _ENCRYPTED == 0)
    return np.where(known, np.where(several, SEVERAL, LLC), NOTHING), at + size, end


def aggregated(octets: Octets, at: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
    """The frames in A-MSDUs: the row of the one that each is from, where it begins and ends; all first ones first.

    Each is an IEEE 802.3 frame; all but the last are filled up to four bytes.
    """
    rows = np.arange(len(at))
    found = []
    for _ in range(limits.AGGREGATED_FRAMES):
        after = at + 14 + gather(octets, at + 12, BIG16)
        whole = np.flatnonzero(after <= end)
        if not len(whole):
            break
        rows, at, end, after = rows[whole], at[whole], end[whole], after[whole]
        found.append((rows, at, after))
        at = after + (at - after) % 4
    if not found:
        return rows[:0], at[:0], end[:0]
    of, begins, ends = (np.concatenate(columns) for columns in zip(*found, strict=True))
    return of, begins, ends
