"""Messages about names and addresses: DNS, NetBIOS names, DHCP."""

import struct
from ipaddress import IPv4Address

A, NB = 1, 0x20


def _labels(name: str) -> bytes:
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


def question(identifier: int, name: str) -> bytes:
    """A look-up of a name's IPv4 address (RFC 1035)."""
    return struct.pack(">6H", identifier, 0x0100, 1, 0, 0, 0) + _labels(name) + struct.pack(">HH", A, 1)


def answer(identifier: int, name: str, addresses: list[str], ttl: int) -> bytes:
    """Its answer; without addresses the name does not exist."""
    flags = 0x8180 if addresses else 0x8183
    head = struct.pack(">6H", identifier, flags, 1, len(addresses), 0, 0) + _labels(name) + struct.pack(">HH", A, 1)
    rows = b"".join(struct.pack(">HHHIH", 0xC00C, A, 1, ttl, 4) + IPv4Address(a).packed for a in addresses)
    return head + rows


def netbios_registration(identifier: int, name: str, address: str) -> bytes:
    """A machine claims its name on the local network (RFC 1002, section 4.2.2)."""
    coded = "".join(chr(65 + (b >> 4)) + chr(65 + (b & 15)) for b in name.upper().ljust(15).encode() + b"\0")
    where = b"\x20" + coded.encode() + b"\0"
    head = struct.pack(">6H", identifier, 0x2910, 1, 0, 0, 1) + where + struct.pack(">HH", NB, 1)
    return head + struct.pack(">HHHIHH", 0xC00C, NB, 1, 300000, 6, 0) + IPv4Address(address).packed


def dhcp(kind: int, *, transaction: int, card: bytes, client: str, server: str, name: str) -> bytes:
    """A DHCP message (RFC 2131): 1 discover, 2 offer, 3 request, 5 acknowledge."""
    reply = kind in (2, 5)
    given = IPv4Address(client).packed if reply else bytes(4)
    head = struct.pack(">BBBBIHH", 2 if reply else 1, 1, 6, 0, transaction, 0, 0x8000)
    head += bytes(4) + given + bytes(8) + card.ljust(16, b"\0") + bytes(192) + b"\x63\x82\x53\x63"
    options = bytes([53, 1, kind])
    if reply:
        options += bytes([54, 4]) + IPv4Address(server).packed + bytes([51, 4]) + struct.pack(">I", 86400)
        options += bytes([1, 4, 255, 255, 255, 0, 3, 4]) + IPv4Address(server).packed
        options += bytes([6, 4]) + IPv4Address(server).packed
    else:
        options += bytes([12, len(name)]) + name.encode()
        if kind == 3:
            options += bytes([50, 4]) + IPv4Address(client).packed + bytes([54, 4]) + IPv4Address(server).packed
    return head + options + b"\xff"
