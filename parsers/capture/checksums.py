"""Which segments and datagrams have a checksum that is wrong.

Which ones are looked at, as in Zeek: src/packet_analysis/protocol/{tcp/TCP,udp/UDP,icmp/ICMP}.cc, src/net_util.cc.
"""

import numpy as np
import numpy.typing as npt

from parsers.capture.headers import ICMP, ICMPV6, TCP, UDP, Ints
from parsers.capture.network import Datagrams
from parsers.capture.packet_weirds import Bools
from parsers.capture.store import Store
from parsers.capture.sums import ONES, are_wrong, sums
from parsers.capture.transport import BROKEN
from parsers.capture.tunnels import vxlan

_VERIFIED = np.zeros(256, np.bool_)
_VERIFIED[[TCP, UDP, ICMP, ICMPV6]] = True
# A VXLAN packet has a flag in its first byte, and these bytes at least with UDP's header. Its senders leave the
# checksum out (RFC 7348, section 5).
_VXLAN_FLAG, _VXLAN_BYTES = 0x08, 31


def corrupt(
    datagrams: Datagrams, kept: Ints, flags: npt.NDArray[np.uint8], ip_at: Ints, whole: Bools, store: Store
) -> Ints:
    """Of some datagrams, those whose transport checksum is wrong: places in `kept`, which are theirs.

    flags, ip_at: their TCP flags, and where their IP headers begin; whole: whether their frames are there to the last
    byte.
    """
    protocol, head = datagrams.protocol[kept], datagrams.head[kept]
    said, captured, at = datagrams.said[kept], datagrams.captured[kept], datagrams.at[kept]
    length = np.where(said > 0, said, captured)
    is_udp = protocol == UDP
    verified = _VERIFIED[protocol] & (captured >= length) & (flags & BROKEN == 0)
    # What was put together from fragments is all there. Only of UDP must the end of the frame be, too.
    verified &= ~is_udp | whole | (at >= store.edge)
    bare = np.flatnonzero(is_udp & (head["udp_sum"] == 0))
    is4 = store.gather(ip_at[bare], np.dtype("u1")) >> 4 == 4
    tunnelled = (length[bare] >= _VXLAN_BYTES) & (head["udp_first"][bare] & _VXLAN_FLAG > 0)
    tunnelled &= np.isin(head["dport"][bare], list(vxlan.PROTOCOL.ports))
    verified[bare[is4 | tunnelled]] = False
    rows = np.flatnonzero(verified)
    total = sums(store, at[rows], length[rows])
    summed = protocol[rows] != ICMP
    places = kept[rows[summed]]
    for half in (datagrams.src_high, datagrams.src_low, datagrams.dst_high, datagrams.dst_low):
        total[summed] += (half[places] % np.uint64(ONES)).astype(np.int64)
    total[summed] += length[rows[summed]] + protocol[rows[summed]]
    return rows[are_wrong(total)]
