"""Frames of every link layer that is read, header by header."""

import struct
from dataclasses import dataclass

from parsers.capture.packets import Packets
from tests.parsers.capture.build import CLIENT, CLIENT6, SERVER, SERVER6, ethernet, ipv4, ipv6, payloads, udp

SAID = b"hello"
PORT = 7777
INNER, INNER6 = ipv4(udp(SAID, dport=PORT)), ipv6(udp(SAID, dport=PORT))
IP, IP6, ARP = 0x0800, 0x86DD, 0x0806
VLAN, SERVICE, OLD = 0x8100, 0x88A8, 0x9100
PPPOE, MPLS, BACKBONE, VNTAG, FABRIC_PATH = 0x8864, 0x8847, 0x88E7, 0x8926, 0x8903
MACS = b"\x02\0\0\0\0\1\x02\0\0\0\0\2"


def said(found: Packets) -> list[bytes]:
    """The payloads, all of which are between the client and the server."""
    assert all(found.addresses[place] in (CLIENT, CLIENT6) for place in found.src)
    assert all(found.addresses[place] in (SERVER, SERVER6) for place in found.dst)
    return payloads(found)


def llc(payload: bytes, kind: int = IP, control: bytes = b"\3", organisation: bytes = b"\0\0\0") -> bytes:
    return b"\xaa\xaa" + control + organisation + struct.pack(">H", kind) + payload


def snap(payload: bytes, kind: int = IP, control: bytes = b"\3", organisation: bytes = b"\0\0\0") -> bytes:
    """An IEEE 802.3 frame."""
    body = llc(payload, kind, control, organisation)
    return MACS + struct.pack(">H", len(body)) + body


def pppoe(payload: bytes, protocol: int = 0x21, length: int | None = None) -> bytes:
    length = len(payload) + 2 if length is None else length
    return struct.pack(">BBHHH", 0x11, 0, 1, length, protocol) + payload


def mpls(payload: bytes, labels: int = 1) -> bytes:
    return b"\0\1\0\x40" * (labels - 1) + b"\0\1\1\x40" + payload


def ppp(payload: bytes, protocol: int = 0x21, framing: bytes = b"") -> bytes:
    return framing + struct.pack(">H", protocol) + payload


def cisco(payload: bytes, kind: int = IP, address: int = 0x0F) -> bytes:
    return struct.pack(">BBH", address, 0, kind) + payload


def cooked(payload: bytes, kind: int = IP, hardware: int = 1) -> bytes:
    return struct.pack(">HHH8sH", 0, hardware, 6, b"", kind) + payload


def cooked_2(payload: bytes, kind: int = IP, hardware: int = 1) -> bytes:
    return struct.pack(">HHIHBB8s", kind, 0, 3, hardware, 0, 6, b"") + payload


def fddi(payload: bytes) -> bytes:
    return b"\x50" + MACS + llc(payload)


def wireless(body: bytes, kind: int = 0x08, flags: int = 0, qos: int = 0, control: bytes = b"") -> bytes:
    """An IEEE 802.11 frame; 0x08 is a data frame, 0x88 one with quality of service."""
    addresses = MACS + MACS[:6]
    head = struct.pack("<BBH18sH", kind, flags, 0, addresses, 0)
    if flags & 3 == 3:
        head += b"\x02\0\0\0\0\4"
    if kind & 0x80:
        head += struct.pack("<H", qos) + control
    return head + body


def aggregate(*packets: bytes) -> bytes:
    """The body of an A-MSDU: IEEE 802.3 frames, all but the last filled up to four bytes."""
    frames = [snap(packet) for packet in packets]
    return b"".join(frame + bytes(-len(frame) % 4) for frame in frames[:-1]) + frames[-1]


def radiotap(frame: bytes) -> bytes:
    return struct.pack("<BBHIBB", 0, 0, 10, 1 << 1 | 1 << 2, 0, 2) + frame


def avs(frame: bytes) -> bytes:
    return struct.pack(">II", 0x80211001, 64) + bytes(56) + frame


def prism(frame: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "II16s", 0x44, 144, b"wlan0") + bytes(120) + frame


def ppi(frame: bytes, link: int) -> bytes:
    return struct.pack("<BBHI", 0, 0, 8, link) + frame


def pktap(frame: bytes, link: int) -> bytes:
    return struct.pack("<III24s", 108, 1, link, b"en0") + bytes(72) + frame


def nflog(payload: bytes, family: int = 2, order: str = "<") -> bytes:
    prefix = struct.pack(order + "HH", 9, 10) + b"drop\0" + bytes(3)
    mark = struct.pack(order + "HHI", 8, 5, 7)
    return struct.pack(">BBH", family, 0, 1) + mark + prefix + struct.pack(order + "HH", 4 + len(payload), 9) + payload


def packet_filter(payload: bytes, family: int = 2) -> bytes:
    """OpenBSD's log: 61 bytes, and three that fill up the word."""
    return struct.pack(">BBBB16s", 61, family, 0, 0, b"em0") + bytes(44) + payload


@dataclass(frozen=True)
class Sample:
    """A frame with one packet inside, or several; `told` where tshark 4.0 reads that too."""

    link: int
    frame: bytes
    packets: int = 1
    told: bool = True


SAMPLES = [
    Sample(0, struct.pack("<I", 2) + INNER),
    Sample(0, struct.pack(">I", 2) + INNER),
    Sample(0, struct.pack("<I", 24) + INNER6),
    Sample(0, struct.pack("<I", 28) + INNER6),
    Sample(0, struct.pack("<I", 30) + INNER6),
    Sample(1, ethernet(INNER)),
    Sample(1, ethernet(INNER6, IP6)),
    Sample(1, ethernet(INNER) + bytes(14)),
    Sample(1, ethernet(INNER, tags=[VLAN])),
    Sample(1, ethernet(INNER, tags=[SERVICE, VLAN])),
    Sample(1, ethernet(INNER, tags=[OLD, VLAN, VLAN, VLAN])),
    Sample(1, ethernet(pppoe(INNER), PPPOE)),
    Sample(1, ethernet(pppoe(INNER6, 0x57), PPPOE, tags=[SERVICE, VLAN])),
    Sample(1, ethernet(mpls(INNER, 4), MPLS)),
    Sample(1, ethernet(mpls(INNER6), MPLS, tags=[VLAN])),
    Sample(1, MACS + struct.pack(">HH", FABRIC_PATH, 1) + ethernet(INNER)),
    Sample(1, ethernet(b"\0\0\0\1" + ethernet(INNER, tags=[VLAN]), BACKBONE, tags=[SERVICE])),
    Sample(1, MACS + struct.pack(">HI", VNTAG, 0x80010001) + ethernet(INNER, tags=[VLAN])[12:]),
    Sample(1, snap(INNER)),
    Sample(1, snap(INNER, control=b"\0\0")),
    Sample(1, ethernet(llc(INNER), len(llc(INNER)), tags=[VLAN])),
    Sample(9, ppp(INNER)),
    Sample(9, ppp(INNER6, 0x57, b"\xff\3")),
    Sample(9, b"\x21" + INNER),
    Sample(9, ppp(mpls(INNER), 0x281, b"\xff\3")),
    Sample(10, fddi(INNER)),
    Sample(10, fddi(INNER) + bytes(4)),
    Sample(12, INNER),
    Sample(12, struct.pack(">I", 2) + INNER, told=False),
    Sample(14, INNER),
    Sample(50, ppp(INNER, framing=b"\xff\3")),
    Sample(50, cisco(INNER)),
    Sample(51, pppoe(INNER)),
    Sample(100, llc(INNER)),
    Sample(101, INNER6),
    Sample(104, cisco(INNER)),
    Sample(104, cisco(INNER6, IP6, 0x8F)),
    Sample(104, cisco(mpls(INNER), MPLS)),
    Sample(105, wireless(llc(INNER))),
    Sample(105, wireless(llc(INNER6, IP6), flags=1)),
    Sample(105, wireless(llc(INNER), flags=2) + b"\1\2\3\4"),
    Sample(105, wireless(llc(INNER), 0x88, flags=3, qos=5)),
    Sample(105, wireless(llc(INNER), 0x88, flags=0x81, control=b"\0\0\0\0")),
    Sample(105, wireless(aggregate(INNER, INNER + b"\1", INNER6), 0x88, 1, 0x80), packets=3),
    Sample(108, struct.pack(">I", 2) + INNER),
    Sample(108, struct.pack(">I", 24) + INNER6),
    Sample(109, struct.pack("<III", 2, 0x1000, 0) + INNER),
    Sample(113, cooked(INNER)),
    Sample(113, cooked(INNER6, IP6)),
    Sample(113, cooked(b"\0\7" + struct.pack(">H", IP) + INNER, VLAN)),
    Sample(113, cooked(pppoe(INNER), PPPOE)),
    Sample(113, cooked(mpls(INNER), MPLS)),
    Sample(113, cooked(llc(INNER), 4)),
    Sample(113, cooked(INNER, IP, 778)),
    Sample(113, cooked(ethernet(INNER), 0x6558, 778)),
    Sample(113, cooked(wireless(llc(INNER)), 0x19, 801), told=False),
    Sample(113, cooked(radiotap(wireless(llc(INNER))), 0x19, 803)),
    Sample(117, packet_filter(INNER)),
    Sample(117, packet_filter(INNER6, 24)),
    Sample(119, prism(wireless(llc(INNER)))),
    Sample(119, prism(wireless(llc(INNER)), ">")),
    Sample(119, avs(wireless(llc(INNER)))),
    Sample(122, bytes(16) + llc(INNER)),
    Sample(127, radiotap(wireless(llc(INNER)))),
    Sample(127, radiotap(wireless(aggregate(INNER, INNER6), 0x88, qos=0x80)), packets=2),
    Sample(163, avs(wireless(llc(INNER)))),
    Sample(166, ppp(INNER, framing=b"\0\3"), told=False),
    Sample(192, ppi(wireless(llc(INNER)), 105)),
    Sample(192, ppi(ethernet(INNER), 1)),
    Sample(204, b"\1" + ppp(INNER, framing=b"\xff\3"), told=False),
    Sample(205, b"\1" + cisco(INNER), told=False),
    Sample(219, mpls(INNER, 3), told=False),
    Sample(228, INNER),
    Sample(229, INNER6),
    Sample(239, nflog(INNER)),
    Sample(239, nflog(INNER6, 10)),
    Sample(239, nflog(INNER, order=">"), told=False),
    Sample(240, b"\0\4\0\0" + ethernet(INNER)),
    Sample(241, b"\0\4\0\0" + b"\x55" * 7 + b"\xd5" + ethernet(INNER), told=False),
    Sample(258, pktap(ethernet(INNER), 1)),
    Sample(276, cooked_2(INNER)),
    Sample(276, cooked_2(INNER6, IP6)),
    Sample(276, cooked_2(ethernet(INNER), 0x6558, 778)),
    Sample(276, cooked_2(radiotap(wireless(llc(INNER))), 0x19, 803)),
]
