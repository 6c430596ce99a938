"""Domain names on the wire, and the NetBIOS names that travel in them. Source: RFC 1035 4.1.4, RFC 1001 14.1."""

from typing import Final, TypeAlias

from parsers.limits import DNS_NAME_BYTES, DNS_POINTERS

# Where a compressed tail begins: the tail, the pointers it went through, and where it ends.
Tails: TypeAlias = dict[int, tuple[bytes, int, int]]

# What holds for all names of a message: tails, whether labels may be long, what is weird.
_Known: TypeAlias = tuple[Tails, bool, list[str]]
# A name with its last dot that is so long is too long.
_LONG: Final = 255
# The pointers of a tail that ended before its terminator: with other limits it may end elsewhere.
_OPEN: Final = DNS_POINTERS + 1


def read(
    message: bytes, start: int, tails: Tails, long_labels: bool = False, odd: list[str] | None = None
) -> tuple[bytes, int]:
    """The name at `start` without its last dot, and the place after it; what came by compression is in lower case.

    A label that cannot be read ends the name, and reading goes on behind its length; one that is longer than the
    message ends that too. `tails` is kept for one message, whose names mostly share a few. `long_labels` allows
    labels of more than 63 bytes, as NetBIOS has them; to `odd` comes the name of what is weird in it, once for a tail.
    Source: Zeek, src/analyzer/protocol/dns/DNS.cc.
    """
    odd = [] if odd is None else odd
    size = len(message)
    if start + 1 < size and message[start] >= 0xC0:
        known = tails.get((message[start] & 0x3F) << 8 | message[start + 1])
        if known is not None and known[1] < DNS_POINTERS and known[2] <= start:
            return known[0], start + 2
    name, end, hops = _labels(message, start, size, DNS_NAME_BYTES, (tails, long_labels, odd), 0)
    if len(name) >= _LONG - (not 0 < hops < _OPEN):
        odd.append("DNS_NAME_too_long")
    if hops <= DNS_POINTERS and not name.endswith(b"."):
        tails[start] = name.lower(), hops, end
    return name, end


def _labels(message: bytes, place: int, limit: int, room: int, known: _Known, depth: int) -> tuple[bytes, int, int]:
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
                known[2].append("DNS_label_forward_compress_offset")
                place += 1
                break
            tail, hops = _tail(message, target, place - 1, room, known, depth + 1)
            return _join(labels, tail), place + 1, hops + 1
        if end > limit:
            known[2].append("DNS_label_len_gt_pkt")
            place = limit
            break
        if length >= room or not known[1]:
            too_long = length >= 64 and not known[1]
            known[2].append("DNS_label_too_long" if too_long else "DNS_label_len_gt_name_len")
            break
        labels.append(message[place:end])
        room -= length + 1
        place = end
    return b".".join(labels), place, hops


def _tail(message: bytes, place: int, limit: int, room: int, known: _Known, depth: int) -> tuple[bytes, int]:
    tails, _, odd = known
    if depth > DNS_POINTERS:
        odd.append("DNS_max_compression_chain_depth_exceeded")
        return b"", _OPEN
    found = tails.get(place)
    if found is not None:
        name, hops, end = found
        if depth + hops <= DNS_POINTERS and end <= limit and len(name) < room:
            return name, hops
    name, end, hops = _labels(message, place, limit, room, known, depth)
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
_NIBBLES: Final = {ord("a") + i: i for i in range(16)}


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
