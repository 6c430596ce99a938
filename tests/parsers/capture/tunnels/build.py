"""Tunnels' headers made for tests, and what a tunnel protocol says of payloads."""

import struct

import numpy as np

from parsers.capture.store import Store
from parsers.capture.tunnels.reading import Detect, Payloads, Reading, TunnelProtocol
from tests.parsers.capture.build import ipv4, ipv6, udp

INNER, INNER6 = ("172.16.0.1", "172.16.0.2"), ("2001:db8:5::1", "2001:db8:5::2")
TEREDO6 = "2001:0:4136:e378:8000:63bf:3fff:fdd2"


def packet(payload: bytes = b"inside", sport: int = 7777, dport: int = 9999, *, back: bool = False) -> bytes:
    """An IPv4 packet to put into a tunnel; or one of the other side's."""
    src, dst = INNER[::-1] if back else INNER
    ports = (dport, sport) if back else (sport, dport)
    return ipv4(udp(payload, *ports), src=src, dst=dst)


def packet6(payload: bytes = b"inside", src: str = INNER6[0]) -> bytes:
    return ipv6(udp(payload, 7777, 9999), src=src, dst=INNER6[1])


def gre(inner: bytes, kind: int = 0x0800, *, flags: int = 0, fields: bytes = b"") -> bytes:
    return struct.pack(">HH", flags, kind) + fields + inner


def pptp(inner: bytes, protocol: int = 0x0021) -> bytes:
    """GRE's version 1 with a sequence number, and PPP in it."""
    ppp = struct.pack(">HH", 0xFF03, protocol) + inner
    return gre(ppp, 0x880B, flags=0x3001, fields=struct.pack(">HHI", len(ppp), 5, 1))


def vxlan(inner: bytes, flags: int = 8) -> bytes:
    return struct.pack(">II", flags << 24, 7 << 8) + inner


def geneve(inner: bytes, kind: int = 0x6558, options: bytes = b"", version: int = 0) -> bytes:
    return struct.pack(">BBHI", version << 6 | len(options) // 4, 0, kind, 7 << 8) + options + inner


def gtp(inner: bytes, *, flags: int = 0x30, message: int = 255, fields: bytes = b"") -> bytes:
    return struct.pack(">BBHI", flags, message, len(fields + inner), 7) + fields + inner


def ayiya(inner: bytes, following: int = 4, operation: int = 0x11) -> bytes:
    """An identity of 16 bytes and a signature of 20."""
    return struct.pack(">BBBBI", 0x44, 0x52, operation, following, 0) + bytes(36) + inner


ORIGIN = struct.pack(">HHI", 0, 0x1234, 0x55667788)


def authentication(client: bytes = b"", value: bytes = b"") -> bytes:
    return struct.pack(">HBB", 1, len(client), len(value)) + client + value + bytes(9)


def is_detected(detect: Detect, payload: bytes) -> bool:
    """Whether a datagram shows a tunnel protocol by its content."""
    one = np.zeros(1, np.int64)
    store, size = Store(memoryview(payload)), one + len(payload)
    return bool(detect(Payloads(store, one, size, np.full(1, 17, np.uint8), one > 0))[0])


def read(protocol: TunnelProtocol, *payloads: bytes, number: int = 17, nested: bool = False) -> Reading:
    """What a tunnel protocol makes of payloads, which lie behind one another with rubbish between."""
    rubbish = b"\x45\x60\xff"
    sizes = np.array([len(payload) for payload in payloads], np.int64)
    at = np.cumsum(sizes + len(rubbish)) - sizes
    store = Store(memoryview(b"".join(rubbish + payload for payload in payloads) + rubbish))
    count = len(payloads)
    return protocol.read(Payloads(store, at, sizes, np.full(count, number, np.uint8), np.full(count, nested)))


def only(protocol: TunnelProtocol, payload: bytes, number: int = 17, *, nested: bool = False) -> tuple[int, int] | str:
    """How far into a payload its inner frame begins and its link type, or why there is none."""
    reading = read(protocol, payload, number=number, nested=nested)
    if not reading.found[0]:
        if reading.violates[0]:
            return reading.reasons[int(reading.why[0])][0]
        return next((weird.name for weird in reading.weirds if weird.where[0]), "")
    skipped = len(payload) - int(reading.size[0])
    assert reading.at[0] == 3 + skipped
    return skipped, int(reading.link[0])
