"""The Community ID of a connection, by which Suricata, Wireshark, Arkime and others know it too.

Source: Corelight's community-id-spec, version 1, with seed 0; what it takes for ICMP's ports is what Zeek takes.
"""

import struct
from binascii import b2a_base64
from hashlib import sha1
from socket import AF_INET, AF_INET6, inet_pton
from typing import Final

from parsers.capture.flows import ICMP, ICMP6, TCP, UDP, is_one_way

SCTP: Final = 132

_VERSION: Final = "1:"
_SEED: Final = bytes(2)
_WITH_PORTS: Final = frozenset((ICMP, TCP, UDP, ICMP6, SCTP))
_REST: Final = struct.Struct(">BxHH")


def community_id(proto: int, orig: tuple[str, int], resp: tuple[str, int]) -> str:
    """The identifier of a connection: the same whichever side is which, but for ICMP messages that have no answer.

    Each side is an address and a port; for ICMP the port is a type, and on the other side its counterpart or code.
    """
    low, high = (_packed(orig[0]), orig[1]), (_packed(resp[0]), resp[1])
    if high < low and not is_one_way(proto, orig[1]):
        low, high = high, low
    rest = _REST.pack(proto, low[1], high[1]) if proto in _WITH_PORTS else _REST.pack(proto, 0, 0)[:2]
    digest = sha1(_SEED + low[0] + high[0] + rest, usedforsecurity=False).digest()
    return _VERSION + b2a_base64(digest, newline=False).decode()


def _packed(address: str) -> bytes:
    return inet_pton(AF_INET6 if ":" in address else AF_INET, address)
