"""Where the fields of link, network and transport headers lie, and how a million headers are read at once."""

from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]
Octets: TypeAlias = npt.NDArray[np.uint8]

# IANA protocol numbers.
HOPOPTS: Final = 0
ICMP: Final = 1
IGMP: Final = 2
TCP: Final = 6
UDP: Final = 17
IPV6: Final = 41
ROUTING: Final = 43
FRAGMENT: Final = 44
ESP: Final = 50
AH: Final = 51
ICMPV6: Final = 58
NO_NEXT: Final = 59
DSTOPTS: Final = 60
MOBILITY: Final = 135

# TCP's flags (RFC 9293, section 3.1).
FIN: Final = 1
SYN: Final = 2
RST: Final = 4
ACK: Final = 16
URG: Final = 32

BIG16: Final = np.dtype(">u2")
LITTLE16: Final = np.dtype("<u2")
LITTLE32: Final = np.dtype("<u4")


def _layout(fields: dict[str, tuple[str, int]]) -> np.dtype[np.void]:
    """Fields by name, each with its type and the byte where it begins; they may overlap."""
    types, places = zip(*fields.values(), strict=True)
    return np.dtype({"names": list(fields), "formats": list(types), "offsets": list(places)})


# RFC 791 and RFC 8200 share their first four bits and are laid over each other.
IP_HEADER: Final = _layout(
    {
        "version": ("u1", 0),
        "total": (">u2", 2),
        "fragment": (">u2", 6),
        "protocol": ("u1", 9),
        "src4": (">u4", 12),
        "dst4": (">u4", 16),
        "payload": (">u2", 4),
        "next": ("u1", 6),
        "src_high": (">u8", 8),
        "src_low": (">u8", 16),
        "dst_high": (">u8", 24),
        "dst_low": (">u8", 32),
    }
)
# RFC 9293, RFC 768 and RFC 792 laid over each other.
TRANSPORT_HEADER: Final = _layout(
    {
        "sport": (">u2", 0),
        "dport": (">u2", 2),
        "seq": (">u4", 4),
        "ack": (">u4", 8),
        "size": ("u1", 12),
        "flags": ("u1", 13),
        "window": (">u2", 14),
        "udp_length": (">u2", 4),
        "udp_sum": (">u2", 6),
        "udp_first": ("u1", 8),
        "type": ("u1", 0),
        "code": ("u1", 1),
    }
)


def gather(octets: Octets, at: Ints, layout: np.dtype[Any]) -> npt.NDArray[Any]:
    """The records of a layout that begin at the given places of a buffer.

    What would lie beyond the buffer's end reads as zeros; a place beyond it gives a record of zeros.
    """
    size = layout.itemsize
    edge = len(octets) - size
    if edge >= 0 and (not len(at) or int(at.max()) <= edge):
        return _windows(octets, size)[at].view(layout).reshape(-1)
    start = max(edge, 0)
    tail = np.concatenate((octets[start:], np.zeros(2 * size, np.uint8)))
    rows = np.empty((len(at), size), np.uint8)
    whole = at <= edge
    if edge >= 0:
        rows[whole] = _windows(octets, size)[at[whole]]
    rows[~whole] = _windows(tail, size)[np.minimum(at[~whole] - start, len(tail) - size)]
    return rows.view(layout).reshape(-1)


def _windows(octets: Octets, size: int) -> Octets:
    return np.lib.stride_tricks.as_strided(octets, (len(octets) - size + 1, size), (1, 1), writeable=False)
