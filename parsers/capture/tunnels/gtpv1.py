"""GTP version 1 (3GPP TS 29.281, TS 29.060): a phone's IP packets. Its control messages carry none.

Source: Zeek, src/packet_analysis/protocol/gtpv1/{GTPv1.cc,gtpv1-protocol.pac,gtpv1-analyzer.pac}.
"""

import numpy as np

from parsers.capture.headers import Ints
from parsers.capture.tunnels.ip import SHORTEST4, Fit, fit
from parsers.capture.tunnels.reading import Payloads, Reading, TunnelProtocol
from parsers.protocols.binpac import out_of_bound

_HEADER = np.dtype([("flags", "u1"), ("message", "u1")])
_HEADER_BYTES, _OPTIONAL_BYTES = 8, 4
_VERSION, _IS_GTP, _EXTENDED, _OPTIONAL = 0xE0, 0x10, 0x04, 0x07
_VERSION_1 = 0x20
_PACKET = 255


def _refuse(reading: Reading, rows: Ints, what: str, needed: Ints | int, given: Ints) -> None:
    """Headers of which more bytes are needed than are there; `what` is the field as Zeek's grammar names it."""
    pairs = zip(np.broadcast_to(needed, given.shape).tolist(), given.tolist(), strict=True)
    reading.violate_each(rows, [str(out_of_bound(what, *pair)) for pair in pairs])


def _pass_extensions(reading: Reading, payloads: Payloads, flags: Ints, size: Ints) -> None:
    """Add the extension headers to `size`; each says how long it is and whether another one follows."""
    rows = np.flatnonzero(reading.found & (flags & _EXTENDED > 0) & (payloads.size > size))
    while len(rows):
        at, left = payloads.at[rows] + size[rows], payloads.size[rows] - size[rows]
        length = payloads.store.gather(at, np.dtype("u1")).astype(np.int64) * 4
        # The type of the next one is the last byte.
        hollow, open_ended = (length == 0) | (length - 1 > left), length - 1 == left
        _refuse(reading, rows[hollow], "GTPv1_Ext_Header:contents", length[hollow] - 1, left[hollow])
        _refuse(reading, rows[open_ended], "GTPv1_Ext_Header:next_type", length[open_ended], left[open_ended])
        size[rows] += length
        following = payloads.store.gather(at + np.maximum(length - 1, 0), np.dtype("u1"))
        rows = rows[~hollow & ~open_ended & (following > 0) & (length < left)]


def read(payloads: Payloads) -> Reading:
    """The packet begins behind the header, which may have options and extensions."""
    reading = Reading(payloads)
    header = payloads.gather(_HEADER)
    flags = header["flags"].astype(np.int64)
    size = np.where(flags & _OPTIONAL, _HEADER_BYTES + _OPTIONAL_BYTES, _HEADER_BYTES)
    short = np.flatnonzero(payloads.size < _HEADER_BYTES)
    _refuse(reading, short, "GTPv1_Header:teid", _HEADER_BYTES, payloads.size[short])
    short = np.flatnonzero(payloads.size < size)
    _refuse(reading, short, "GTPv1_Opt_Header", _OPTIONAL_BYTES, payloads.size[short] - _HEADER_BYTES)
    _pass_extensions(reading, payloads, flags, size)
    reading.violate(payloads.nested, "GTP-in-GTP")
    reading.violate(flags & _VERSION != _VERSION_1, "GTPv1 bad Version")
    reading.pass_over((flags & _IS_GTP == 0) | (header["message"] != _PACKET))
    reading.skip(size)
    reading.violate(reading.size < SHORTEST4, "Truncated GTPv1")
    version = payloads.gather("u1", size).astype(np.int64) >> 4
    reading.violate((version != 4) & (version != 6), "non-IP packet in GTPv1")
    found = fit(payloads.store, reading.at, reading.size, version == 6)
    reading.violate(found == Fit.OTHER, "Invalid IP version in wrapped packet")
    reading.violate(found == Fit.SHORT, "Truncated GTPv1")
    reading.violate(found == Fit.LONG, "GTPv1 payload length")
    reading.confirm()
    return reading


PROTOCOL: TunnelProtocol = TunnelProtocol(
    "gtpv1", "GTPV1", "Tunnel::GTPv1", read, ports=frozenset((2123, 2152)), forgives=True
)
