"""IP in IP: IPv4 or IPv6 right behind an IP header (RFC 2003, RFC 2473, RFC 4213, 6to4's RFC 3056).

Source: Zeek, src/packet_analysis/protocol/iptunnel/IPTunnel.cc, ip/IP.cc (ParsePacket).
"""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from parsers.capture.headers import Ints
from parsers.capture.store import Store
from parsers.capture.tunnels.reading import Bools, Payloads, Reading, TunnelProtocol

IPV4, IPV6 = 4, 41
SHORTEST4, SHORTEST6 = 20, 40
# Zeek's analyser of all that runs between addresses.
ANALYZER = "IPTUNNEL"
_HEADER = np.dtype({"names": ["version", "total", "payload"], "formats": ["u1", ">u2", ">u2"], "offsets": [0, 2, 4]})


class Fit(IntEnum):
    """How the length that an IP header says compares with the bytes that there are."""

    EXACT = 0
    OTHER = 1
    SHORT = 2
    LONG = 3


def fit(store: Store, at: Ints, size: Ints, is6: Bools) -> npt.NDArray[np.uint8]:
    """A Fit for each place at which an IP packet of this version should begin, with so many bytes."""
    header = store.gather(at, _HEADER)
    total = np.where(is6, header["payload"] + np.int64(SHORTEST6), header["total"])
    found = np.where(size < total, Fit.SHORT, np.where(size > total, Fit.LONG, Fit.EXACT)).astype(np.uint8)
    found[header["version"] >> 4 != np.where(is6, 6, 4)] = Fit.OTHER
    found[~is6 & (size < SHORTEST4)] = Fit.OTHER
    found[is6 & (size < SHORTEST6)] = Fit.SHORT
    return found


def refuse_misfits(reading: Reading, where: Bools, store: Store, is6: Bools) -> None:
    """Of these, only an IP packet that is as long as it says is one."""
    found = fit(store, reading.at, reading.size, is6)
    reading.refuse(where & (found == Fit.OTHER), "invalid_inner_IP_version", analyzer=ANALYZER)
    reading.refuse(where & (found == Fit.SHORT), "truncated_inner_IP", analyzer=ANALYZER)
    reading.refuse(where & (found == Fit.LONG), "inner_IP_payload_length_mismatch", analyzer=ANALYZER)


def read(payloads: Payloads) -> Reading:
    """The packet begins at once."""
    reading = Reading(payloads)
    refuse_misfits(reading, reading.found, payloads.store, payloads.protocol == IPV6)
    return reading


PROTOCOL: TunnelProtocol = TunnelProtocol(
    "", ANALYZER, "Tunnel::IP", read, numbers=frozenset((IPV4, IPV6)), between_addresses=True
)
