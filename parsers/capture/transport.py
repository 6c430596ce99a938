"""TCP, UDP and ICMP headers as columns, and how much payload follows them.

Which packets are dropped as cut off, and which lengths count, as in Zeek: src/packet_analysis/protocol
(ip/IPBasedAnalyzer.cc, tcp/TCP.cc, udp/UDP.cc, icmp/ICMP.cc).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from parsers.capture.addresses import Addresses
from parsers.capture.headers import ICMP, ICMPV6, SYN, TCP, UDP, Ints
from parsers.capture.network import Datagrams, Network
from parsers.capture.packet_weirds import Bools, Oddities
from parsers.capture.store import Store
from parsers.capture.tcp_options import UNSCALED, window_scales

# In `flags`: the TCP header's length cannot be. The two bits that it takes the place of (ECE, CWR) are not kept.
BROKEN = 0x80
# The checksum is wrong, also of UDP and ICMP.
CORRUPT = 0x40
FLAGS = 0x3F

_SHORTEST = np.zeros(256, np.int64)
_SHORTEST[TCP] = 20
_SHORTEST[[UDP, ICMP, ICMPV6]] = 8
_ANALYZERS = {TCP: "TCP", UDP: "UDP", ICMP: "ICMP", ICMPV6: "ICMP"}


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
    scale: npt.NDArray[np.int16]


def segments(datagrams: Datagrams, network: Network, oddities: Oddities) -> Segments:
    """The transport headers of those datagrams that hold a whole one."""
    shortest = _SHORTEST[datagrams.protocol]
    enough = (datagrams.said == 0) | (datagrams.said >= shortest)
    whole = (datagrams.captured >= shortest) & enough
    kept = np.flatnonzero(whole)
    _tell_cut(datagrams, np.flatnonzero(~whole & (datagrams.captured >= 0)), enough, oddities, network.addresses)
    head, protocol = datagrams.head[kept], datagrams.protocol[kept]
    said, captured, at = datagrams.said[kept], datagrams.captured[kept], datagrams.at[kept]
    is_tcp = protocol == TCP
    udp, others = np.flatnonzero(protocol == UDP), np.flatnonzero(~is_tcp)
    # A length that the header leaves open is what was captured, for TCP only when no IP length is given at all.
    open_ended = (said == 0) & (~is_tcp | (datagrams.ip_len[kept] == 0))
    length = np.where(open_ended, captured, said)
    size = (head["size"] >> 4).astype(np.int64) * 4
    size[others] = shortest[kept[others]]
    broken = is_tcp & ((size < _SHORTEST[TCP]) | (size > length) | (size > captured))
    size[broken] = 0
    seq, ack = head["seq"].astype(np.uint32), head["ack"].astype(np.uint32)
    flags, window = (head["flags"] & FLAGS).astype(np.uint8), head["window"].astype(np.uint16)
    flags[broken] |= BROKEN
    for column in (seq, ack, flags, window):
        column[others] = 0
    # UDP has a length of its own, and it is the one that counts.
    own = head["udp_length"][udp].astype(np.int64)
    seq[udp], ack[udp] = length[udp], own
    length -= size
    length[broken] = 0
    length[udp] = np.maximum(own - _SHORTEST[UDP], 0)
    captured -= size
    captured[broken] = 0
    return Segments(
        kept,
        *_ports(head, protocol, others),
        length,
        captured,
        at + size,
        seq,
        ack,
        flags,
        window,
        _scales(network.store, at, size, np.flatnonzero(is_tcp & (head["flags"] & SYN > 0) & ~broken)),
    )


def _tell_cut(datagrams: Datagrams, rows: Ints, enough: Bools, oddities: Oddities, addresses: Addresses) -> None:
    """Say of these that their header is cut off: by the length that IP says, or by the capture."""
    for name, where in (("truncated_header", ~enough[rows]), ("internally_truncated_header", enough[rows])):
        for protocol in np.unique(datagrams.protocol[rows[where]]).tolist():
            some = rows[where & (datagrams.protocol[rows] == protocol)]
            oddities.tell(some, name, _ANALYZERS[protocol], datagrams.ends(some, addresses))


def _ports(
    head: npt.NDArray[np.void], protocol: npt.NDArray[np.uint8], others: Ints
) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint16]]:
    """The ports, or ICMP's type and code; `others` are not TCP."""
    sport, dport = head["sport"].astype(np.uint16), head["dport"].astype(np.uint16)
    portless = others[protocol[others] != UDP]
    is_icmp = np.isin(protocol[portless], (ICMP, ICMPV6))
    sport[portless] = np.where(is_icmp, head["type"][portless], 0)
    dport[portless] = np.where(is_icmp, head["code"][portless], 0)
    return sport, dport


def _scales(store: Store, at: Ints, size: Ints, syn: Ints) -> npt.NDArray[np.int16]:
    """How SYN packets say that windows are to be read, UNSCALED for all others."""
    scale = np.full(len(at), UNSCALED, np.int16)
    scale[syn] = window_scales(store, at[syn] + _SHORTEST[TCP], size[syn] - _SHORTEST[TCP])
    return scale
