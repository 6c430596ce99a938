"""What is weird in UDP datagrams and ICMP messages: wrong checksums, and another length than IP says.

Source: Zeek, src/packet_analysis/protocol/{udp/UDP,icmp/ICMP}.cc.
"""

import numpy as np

from parsers.capture.columns import Columns
from parsers.capture.headers import Ints
from parsers.capture.packets import CORRUPT
from parsers.capture.weirds import Weird, Weirds


def odd_flows(c: Columns, bounds: Ints, rows: Ints) -> set[int]:
    """The flows that have one; `rows` are the packets of UDP and ICMP, each flow's between two of the `bounds`."""
    odd = np.asarray(c.seq)[rows] != np.asarray(c.ack)[rows]
    odd |= np.asarray(c.flags)[rows] & CORRUPT > 0
    return set((np.searchsorted(bounds, rows[odd], "right") - 1).tolist())


def odd_datagrams(c: Columns, first: int, stop: int, orig: int, protocol: str) -> Weirds:
    """What is weird on the connection of these packets, whose protocol Zeek calls so."""
    weirds = Weirds()
    for place in range(first, stop):
        said, own = c.seq[place], c.ack[place]
        if c.flags[place] & CORRUPT:
            weirds.add(Weird(c.now[place], orig, f"bad_{protocol}_checksum", "", protocol))
        elif said != own:
            weirds.add(Weird(c.now[place], orig, "UDP_datagram_length_mismatch", f"{own} != {said}", protocol))
    return weirds
