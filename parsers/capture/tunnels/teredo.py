"""Teredo (RFC 4380): IPv6 in UDP, perhaps behind an authentication and an origin indication.

Source: Zeek, src/packet_analysis/protocol/teredo/Teredo.cc.
"""

import re

import numpy as np

from parsers.capture.headers import NO_NEXT
from parsers.capture.tunnels.ip import SHORTEST6, Fit, fit
from parsers.capture.tunnels.reading import Bools, Payloads, Reading, TunnelProtocol

_TAG = ">u2"
_AUTHENTICATION = np.dtype([("tag", ">u2"), ("client", "u1"), ("value", "u1")])
_AUTHENTICATED, _ORIGIN = 1, 0
_BAD = "Bad Teredo encapsulation"
# Of the authentication: all but the client's identifier and the value. Of the origin indication: all.
_AUTHENTICATION_BYTES, _ORIGIN_BYTES = 13, 8
_IPV6 = np.dtype({"names": ["payload", "following"], "formats": [">u2", "u1"], "offsets": [4, 6]})
# The first bytes, and those of the source's and of the destination's network.
_FIRST = np.dtype(
    {"names": ["first", "second", "source", "target"], "formats": ["u1", "u1", ">u4", ">u4"], "offsets": [0, 1, 8, 24]}
)
_NETWORK = 0x20010000
# No byte but the first and the network's may be a line feed: Zeek's pattern says `.`.
_PATTERN = re.compile(rb"[\x60-\x6f].{7}\x20\x01\0\0.{28}|[\x60-\x6f].{23}\x20\x01\0\0.{12}")


def read(payloads: Payloads) -> Reading:
    """The packet begins behind what stands before it."""
    reading = Reading(payloads)
    store = payloads.store
    head = payloads.gather(_AUTHENTICATION)
    authenticated = head["tag"] == _AUTHENTICATED
    size = _AUTHENTICATION_BYTES + head["client"].astype(np.int64) + head["value"]
    reading.violate(payloads.size < 2, _BAD, "truncated_Teredo")
    cut = authenticated & ((payloads.size < 4) | (payloads.size < size))
    reading.violate(cut, _BAD, "truncated_Teredo_authentication")
    reading.skip(np.where(authenticated, size, 0))
    reading.violate(reading.size < 2, _BAD, "truncated_Teredo")
    has_origin = store.gather(reading.at, np.dtype(_TAG)) == _ORIGIN
    reading.violate(has_origin & (reading.size < _ORIGIN_BYTES), _BAD, "truncated_Teredo_origin_indication")
    reading.skip(np.where(has_origin, _ORIGIN_BYTES, 0))
    reading.violate(reading.size < 2, _BAD, "truncated_Teredo")
    version = store.gather(reading.at, np.dtype("u1")).astype(np.int64) >> 4
    reading.violate(version != 6, _BAD)
    reading.violate(reading.size < SHORTEST6, _BAD, "truncated_IPv6_in_Teredo")
    found = fit(store, reading.at, reading.size, np.ones(len(version), np.bool_))
    ip = store.gather(reading.at, _IPV6)
    is_bubble = (ip["following"] == NO_NEXT) & (ip["payload"] == 0)
    reading.note((found == Fit.LONG) & is_bubble, "Teredo_bubble_with_payload")
    reading.violate((found == Fit.LONG) & ~is_bubble, "Teredo payload length")
    reading.violate((found == Fit.SHORT) | (found == Fit.OTHER), "Truncated Teredo or invalid inner IP version")
    reading.confirm()
    return reading


def detect(payloads: Payloads) -> Bools:
    """IPv6 of Teredo's network, or a header of Teredo's before IPv6."""
    head = payloads.gather(_FIRST)
    is6 = head["first"] >> 4 == 6
    short = (head["first"] == 0) & (head["second"] <= 1)
    own = (head["source"] == _NETWORK) | (head["target"] == _NETWORK)
    found: Bools = (payloads.size >= SHORTEST6) & (is6 | short) & (own | (head["second"] <= 1))
    for row in np.flatnonzero(found).tolist():
        size = int(payloads.size[row])
        found[row] = _is_teredo(bytes(payloads.store.slice(int(payloads.at[row]), min(size, 600))))
    return found


def _is_teredo(payload: bytes) -> bool:
    if _PATTERN.match(payload):
        return True
    place, tag = 0, payload[1]
    if tag == _AUTHENTICATED:
        place = _AUTHENTICATION_BYTES + payload[2] + payload[3]
        if len(payload) - place < SHORTEST6:
            return False
        tag = payload[place] << 8 | payload[place + 1]
    if tag != _ORIGIN:
        return False
    place += _ORIGIN_BYTES
    return len(payload) - place >= SHORTEST6 and payload[place] >> 4 == 6


PROTOCOL: TunnelProtocol = TunnelProtocol(
    "teredo", "TEREDO", "Tunnel::TEREDO", read, ports=frozenset((3544,)), detect=detect, both_sides=True, shows=True
)
