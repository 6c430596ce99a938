"""Linux's netfilter log: what `tcpdump -i nflog` and dumpcap write.

Source: LINKTYPE_NFLOG at tcpdump.org; Zeek's src/packet_analysis/protocol/nflog.
"""

import numpy as np

from parsers.capture.headers import LITTLE16, Ints, Octets, gather
from parsers.capture.links.layer import IP, NFLOG_VALUE, NOTHING, Step

_INET, _INET6 = 2, 10
_HEADER = np.dtype([("family", "u1"), ("version", "u1")])
_PAYLOAD = 9


def nflog(octets: Octets, at: Ints, end: Ints) -> Step:
    """The address family, before the values that tell of the packet."""
    header = gather(octets, at, _HEADER)
    known = np.isin(header["family"], (_INET, _INET6)) & (header["version"] == 0)
    return np.where(known, NFLOG_VALUE, NOTHING), at + 4, end


def value(octets: Octets, at: Ints, end: Ints) -> Step:
    """One value with its length and type, filled up to whole words; the packet is the last.

    They are in the byte order of the machine that captured: no type is above 255, which tells the order.
    """
    length = gather(octets, at, LITTLE16).astype(np.int64)
    kind = gather(octets, at + 2, LITTLE16)
    big = kind > 0xFF
    length = np.where(big, length >> 8 | (length & 0xFF) << 8, length)
    is_packet = np.where(big, kind.byteswap(), kind) == _PAYLOAD
    following = np.where(is_packet, IP, np.where(length < 4, NOTHING, NFLOG_VALUE))
    return following, at + np.where(is_packet, 4, (length + 3) // 4 * 4), end
