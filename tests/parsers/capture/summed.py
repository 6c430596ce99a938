"""Packets of tests with right checksums, one word at a time, as RFC 1071 puts it."""

import struct

from tests.parsers.capture.build import ipv4, ipv6

# Where the checksum lies behind the beginning of TCP, UDP, ICMP and ICMPv6.
_PLACES = {6: 16, 17: 6, 1: 2, 58: 2}
_TCP, _ICMP = 6, 1


def checksum(data: bytes) -> int:
    """The one's complement of the one's complement sum of words of 16 bits."""
    total = 0
    for (word,) in struct.iter_unpack(">H", data + bytes(len(data) % 2)):
        total += word
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def summed4(payload: bytes, protocol: int, *, src: str = "10.0.0.1", dst: str = "192.0.2.7", **more: int) -> bytes:
    """An IPv4 packet with right checksums."""
    packet = bytearray(
        ipv4(transport(payload, protocol, ipv4(b"", src=src, dst=dst)[12:20]), protocol, src=src, dst=dst)
    )
    for name, value in more.items():
        assert name == "ttl"
        packet[8] = value
    return header_summed(bytes(packet))


def header_summed(packet: bytes) -> bytes:
    """An IPv4 packet with a right checksum in its header."""
    size = (packet[0] & 15) * 4
    head = packet[:10] + b"\0\0" + packet[12:size]
    return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + packet[size:]


def summed6(payload: bytes, protocol: int, headers: bytes = b"", following: int | None = None) -> bytes:
    """An IPv6 packet with right checksums, behind extension headers that change no address."""
    addresses = ipv6(b"")[8:40]
    return ipv6(headers + transport(payload, protocol, addresses), protocol if following is None else following)


def transport(payload: bytes, protocol: int, addresses: bytes) -> bytes:
    """TCP, UDP or ICMP with a right checksum between two addresses."""
    place = _PLACES[protocol]
    pseudo = b"" if protocol == _ICMP else addresses + struct.pack(">II", len(payload), protocol)
    blank = payload[:place] + b"\0\0" + payload[place + 2 :]
    return blank[:place] + struct.pack(">H", checksum(pseudo + blank)) + blank[place + 2 :]
