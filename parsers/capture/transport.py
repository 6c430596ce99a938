"""TCP, UDP and ICMP headers as columns, and how much payload follows them.

Which packets are dropped as cut off, and which lengths count, as in Zeek: src/packet_analysis/protocol
(ip/IPBasedAnalyzer.cc, tcp/TCP.cc, udp/UDP.cc, icmp/ICMP.cc).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from parsers.capture.headers import ICMP, ICMPV6, TCP, UDP, Ints
from parsers.capture.network import Datagrams

# In `flags`: the TCP header's length cannot be. The two bits that it takes the place of (ECE, CWR) are not kept.
BROKEN = 0x80
FLAGS = 0x3F

_SHORTEST = np.zeros(256, np.int64)
_SHORTEST[TCP] = 20
_SHORTEST[[UDP, ICMP, ICMPV6]] = 8


@dataclass(slots=True)
class Segments:
    """The transport headers of datagrams, columns of the same length; `kept` are the places of their datagrams."""

    kept: Ints
    sport: npt.NDArray[np.uint16]
    dport: npt.NDArray[np.uint16]
    length: Ints
    captured: Ints
    offset: Ints
    seq: npt.NDArray[np.uint32]
    ack: npt.NDArray[np.uint32]
    flags: npt.NDArray[np.uint8]
    window: npt.NDArray[np.uint16]


def segments(datagrams: Datagrams) -> Segments:
    """The transport headers of those datagrams that hold a whole one."""
    shortest = _SHORTEST[datagrams.protocol]
    whole = (datagrams.captured >= shortest) & ((datagrams.said == 0) | (datagrams.said >= shortest))
    kept = np.flatnonzero(whole)
    head, protocol = datagrams.head[kept], datagrams.protocol[kept]
    said, captured, at = datagrams.said[kept], datagrams.captured[kept], datagrams.at[kept]
    is_tcp, is_udp = protocol == TCP, protocol == UDP
    is_icmp = (protocol == ICMP) | (protocol == ICMPV6)
    # A length that the header leaves open is what was captured, for TCP only when no IP length is given at all.
    open_ended = (said == 0) & (~is_tcp | (datagrams.ip_len[kept] == 0))
    length = np.where(open_ended, captured, said)
    size = np.where(is_tcp, (head["size"] >> 4).astype(np.int64) * 4, shortest[kept])
    broken = is_tcp & ((size < 20) | (size > length) | (size > captured))
    size[broken] = 0
    length = np.where(broken, 0, length - size)
    # UDP has a length of its own, and it is the one that counts.
    length = np.where(is_udp, np.maximum(head["udp_length"].astype(np.int64) - 8, 0), length)
    has_ports = is_tcp | is_udp
    return Segments(
        kept,
        np.where(has_ports, head["sport"], np.where(is_icmp, head["type"], 0)).astype(np.uint16),
        np.where(has_ports, head["dport"], np.where(is_icmp, head["code"], 0)).astype(np.uint16),
        length,
        np.where(broken, 0, captured - size),
        at + size,
        np.where(is_tcp, head["seq"], 0).astype(np.uint32),
        np.where(is_tcp, head["ack"], 0).astype(np.uint32),
        np.where(is_tcp, head["flags"] & FLAGS | np.where(broken, BROKEN, 0), 0).astype(np.uint8),
        np.where(is_tcp, head["window"], 0).astype(np.uint16),
    )
