"""Captures made for tests, header by header."""

import ipaddress
import struct
from collections.abc import Iterable, Sequence

from parsers.capture.decoding import decode
from parsers.capture.formats.registry import index
from parsers.capture.packets import Packets

CLIENT, SERVER = "10.0.0.1", "192.0.2.7"
CLIENT6, SERVER6 = "2001:db8::1", "2001:db8::7"
START = 1_700_000_000


def pcap(
    frames: Iterable[bytes],
    *,
    order: str = "<",
    nano: bool = False,
    link: int = 1,
    snaplen: int = 65535,
    wire: int | None = None,
    step: int = 1,
    times: Sequence[int] = (),
) -> bytes:
    """A capture of frames that come `step` seconds and one unit of the fraction apart, or at these `times`."""
    parts = [struct.pack(order + "IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, snaplen, link)]
    for i, frame in enumerate(frames):
        length = len(frame) if wire is None else wire
        seconds = times[i] if times else START + i * step
        parts.append(struct.pack(order + "IIII", seconds, i, len(frame), length) + frame)
    return b"".join(parts)


def packets(
    frames: Iterable[bytes], *, link: int = 1, wire: int | None = None, step: int = 1, times: Sequence[int] = ()
) -> Packets:
    """The decoded packets of a capture of these frames."""
    data = memoryview(pcap(frames, link=link, wire=wire, step=step, times=times))
    return decode(index(data), data)


def ethernet(payload: bytes, kind: int = 0x0800, tags: Iterable[int] = ()) -> bytes:
    """An Ethernet frame; `tags` are the EtherTypes of VLAN tags before its own."""
    types = [*tags, kind]
    inner = b"".join(struct.pack(">HH", 7, following) for following in types[1:])
    return b"\x02\0\0\0\0\1\x02\0\0\0\0\2" + struct.pack(">H", types[0]) + inner + payload


def ipv4(
    payload: bytes,
    protocol: int = 17,
    *,
    src: str = CLIENT,
    dst: str = SERVER,
    options: bytes = b"",
    total: int | None = None,
    identification: int = 1,
    offset: int = 0,
    more: bool = False,
) -> bytes:
    size = 20 + len(options)
    total = size + len(payload) if total is None else total
    fragment = offset // 8 | (0x2000 if more else 0)
    addresses = ipaddress.ip_address(src).packed + ipaddress.ip_address(dst).packed
    head = struct.pack(">BBHHHBBH", 0x40 | size // 4, 0, total, identification, fragment, 64, protocol, 0)
    return head + addresses + options + payload


def ipv6(
    payload: bytes, following: int = 17, *, src: str = CLIENT6, dst: str = SERVER6, length: int | None = None
) -> bytes:
    length = len(payload) if length is None else length
    addresses = ipaddress.ip_address(src).packed + ipaddress.ip_address(dst).packed
    return struct.pack(">IHBB", 6 << 28, length, following, 64) + addresses + payload


def udp(payload: bytes, sport: int = 5000, dport: int = 53, length: int | None = None) -> bytes:
    return struct.pack(">HHHH", sport, dport, 8 + len(payload) if length is None else length, 0) + payload


def tcp(
    payload: bytes = b"",
    sport: int = 40000,
    dport: int = 80,
    *,
    seq: int = 1000,
    ack: int = 2000,
    flags: int = 0x18,
    window: int = 512,
    options: bytes = b"",
    size: int | None = None,
) -> bytes:
    size = 20 + len(options) if size is None else size
    return struct.pack(">HHIIBBHHH", sport, dport, seq, ack, size // 4 << 4, flags, window, 0, 0) + options + payload


def fragment6(payload: bytes, offset: int, *, more: bool, following: int = 17, identification: int = 9) -> bytes:
    """An IPv6 fragment header and what follows it."""
    return struct.pack(">BBHI", following, 0, offset | more, identification) + payload


def payloads(found: Packets) -> list[bytes]:
    """The payload of each row."""
    return [bytes(found.payload(int(o), int(c))) for o, c in zip(found.offset, found.captured, strict=True)]
