"""UDP datagrams that say another length than IP does. Source: Zeek, src/packet_analysis/protocol/udp/UDP.cc."""

import numpy as np

from parsers.capture.columns import Columns
from parsers.capture.headers import Ints
from parsers.capture.weirds import Weird, Weirds


def mismatched(c: Columns, bounds: Ints, rows: Ints) -> set[int]:
    """The flows that have one; `rows` are the packets of UDP, each flow's between two of the `bounds`."""
    differ = rows[np.asarray(c.seq)[rows] != np.asarray(c.ack)[rows]]
    return set((np.searchsorted(bounds, differ, "right") - 1).tolist())


def mismatches(c: Columns, first: int, stop: int, orig: int) -> Weirds:
    """What is weird on the connection of these packets."""
    weirds = Weirds()
    for place in range(first, stop):
        said, own = c.seq[place], c.ack[place]
        if said != own:
            weirds.add(Weird(c.now[place], orig, "UDP_datagram_length_mismatch", f"{own} != {said}", "UDP"))
    return weirds
