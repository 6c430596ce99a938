"""Domain names on the wire, and the NetBIOS names that travel in them. Source: RFC 1035 4.1.4, RFC 1001 14.1."""

from typing import TypeAlias

from parsers.limits import DNS_NAME_BYTES, DNS_POINTERS

# Where a compressed tail begins: the tail, the pointers it went through, and where it ends.
Tails: TypeAlias = dict[int, tuple[bytes, int, int]]

# The pointers of a tail that ended before its terminator: with other limits it may end elsewhere.
_OPEN = DNS_POINTERS + 1


def read(message: bytes, start: int, tails: Tails, long_labels: bool = False) -> tuple[bytes, int]:
    """The name at `start` without its last dot, and the place after it; what came by compression is in lower case.

    A label that cannot be read ends the name, and reading goes on behind its length; one that is longer than the
    message ends that too. `tails` is kept for one message, whose names mostly share a few. `long_labels` allows
    labels of more than 63 bytes, as NetBIOS has them. Source: Zeek, src/analyzer/protocol/dns/DNS.cc.
    """
    size = len(message)
    if start + 1 < size and message[start] >= 0xC0:
        known = tails.get((message[start] & 0x3F) << 8 | message[start + 1])
        if known is not None and known[1] < DNS_POINTERS and known[2] <= start:
            return known[0], start + 2
    name, end, hops = _labels(message, start, size, DNS_NAME_BYTES, tails, long_labels, 0)
    if hops <= DNS_POINTERS and not name.endswith(b"."):
        tails[start] = name.lower(), hops, end
    return name, end


def _labels(
    message: bytes, place: int, limit: int, room: int, tails: Tails, long_labels: bool, depth: int
) -> tuple[bytes, int, int]:
    labels: list[bytes] = []
    hops = _OPEN
    while place < limit:
        length = message[place]
        place += 1
        end = place + length
        if 0 < length < 64 and end <= limit and length < room:
            labels.append(message[place:end])
            room -= length + 1
            place = end
            continue
        if not length:
            hops = 0
            break
        if place == limit:
            break
        if length >= 0xC0:
            target = (length & 0x3F) << 8 | message[place]
            if target >= place - 1:
                place += 1
                break
            tail, hops = _tail(message, target, place - 1, room, tails, long_labels, depth + 1)
            return _join(labels, tail), place + 1, hops + 1
        if end > limit:
            place = limit
            break
        if length >= room or not long_labels:
            break
        labels.append(message[place:end])
        room -= length + 1
        place = end
    return b".".join(labels), place, hops


def _tail(
    message: bytes, place: int, limit: int, room: int, tails: Tails, long_labels: bool, depth: int
) -> tuple[bytes, int]:
    if depth > DNS_POINTERS:
        return b"", _OPEN
    known = tails.get(place)
    if known is not None:
        name, hops, end = known
        if depth + hops <= DNS_POINTERS and end <= limit and len(name) < room:
            return name, hops
    name, end, hops = _labels(message, place, limit, room, tails, long_labels, depth)
    name = name.lower()
    if hops <= DNS_POINTERS and not name.endswith(b"."):
        tails[place] = name, hops, end
    return name, hops


def _join(labels: list[bytes], tail: bytes) -> bytes:
    # The last dot goes, and one that a tail's last label ends in goes with each pointer.
    if not labels:
        return tail[:-1] if len(tail) > 1 and tail.endswith(b".") else tail
    name = b".".join((*labels, tail)) if tail else b".".join(labels)
    return name[:-1] if tail.endswith(b".") else name


# What each pair of letters from AA to PP stands for.
_NIBBLES = {ord("a") + i: i for i in range(16)}


def netbios(name: bytes) -> bytes:
    """The NetBIOS name that a label of 32 letters stands for, without its type and padding; empty when it is none.

    `name` in lower case. Source: RFC 1001 14.1; Zeek, src/analyzer/protocol/netbios/functions.bif.
    """
    if len(name) != 32:
        return b""
    decoded = bytearray()
    for high, low in zip(name[::2], name[1::2], strict=True):
        if high not in _NIBBLES or low not in _NIBBLES:
            return b""
        byte = _NIBBLES[high] << 4 | _NIBBLES[low]
        if not (byte < 3 or 0x20 <= byte < 0x7F):
            break
        decoded.append(byte)
    return bytes(decoded[:15]).rstrip(b" \0")
