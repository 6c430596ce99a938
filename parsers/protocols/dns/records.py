"""What a resource record's data says in the `answers` of dns.log, and where the next record begins.

Source: RFC 1035 3.3 and the RFCs of the later types; Zeek, src/analyzer/protocol/dns/DNS.cc (what is read of each
type, even where it disagrees with the record's length) and base/protocols/dns/main.zeek (the texts).
"""

from collections.abc import Callable
from struct import Struct
from typing import TypeAlias

from parsers.protocols.addresses import address
from parsers.protocols.dns.message import MalformedError, Message, ViolationError, text

_SHORT = Struct(">H").unpack_from


# A record's text ("" for one that is noticed and not shown, None for one that is passed over) and the place after
# what was read of it; None there when nothing after it can be read.
Reading: TypeAlias = tuple[str | None, int | None]
Reader: TypeAlias = Callable[[Message, int, int], Reading]


def _short(data: bytes, place: int) -> tuple[int, int]:
    """Two bytes as a number; 0, and nothing read, where they are not there."""
    return (_SHORT(data, place)[0], place + 2) if place + 2 <= len(data) else (0, place)


def _at_most(message: Message, place: int, length: int) -> int:
    """The place after `length` bytes, or the message's end."""
    return min(place + max(length, 0), len(message.data))


def _character_string(data: bytes, place: int, end: int) -> tuple[bytes | None, int]:
    """A string with its length before it; None where the record holds no more, or less than it says."""
    if place >= end:
        return None, place
    after = place + 1 + data[place]
    return (data[place + 1 : after], after) if after <= end else (None, place + 1)


def _a(message: Message, place: int, length: int) -> Reading:
    if length != 4:
        raise MalformedError
    return address(message.data[place : place + 4]), place + 4


def _aaaa(message: Message, place: int, _length: int) -> Reading:
    end = min(place + 16, place + (len(message.data) - place) // 4 * 4)
    raw = message.data[place:end].ljust(16, b"\0")
    return address(raw), end


def _name(message: Message, place: int, _length: int) -> Reading:
    name, end = message.name(place)
    return text(name.lower()), end


def _soa(message: Message, place: int, _length: int) -> Reading:
    primary, place = message.name(place)
    _, place = message.name(place)
    message.need(place, 20)
    return text(primary.lower()), place + 20


def _mx(message: Message, place: int, length: int) -> Reading:
    return _name(message, _short(message.data, place)[1], length)


def _srv(message: Message, place: int, length: int) -> Reading:
    if message.netbios:
        return None, place
    for _ in range(3):
        place = _short(message.data, place)[1]
    return _name(message, place, length)


def _strings(label: bytes) -> Reader:
    def read(message: Message, place: int, length: int) -> Reading:
        end = place + length
        found = []
        string, place = _character_string(message.data, place, end)
        while string is not None:
            found.append(b"%s %d %s" % (label, len(string), string))
            string, place = _character_string(message.data, place, end)
        return text(b" ".join(found)), place if place == end else None

    return read


def _naptr(message: Message, place: int, length: int) -> Reading:
    data = message.data
    end = place + length
    order, place = _short(data, place)
    preference, place = _short(data, place)
    if length <= 4 or place >= len(data):
        raise ViolationError
    strings = []
    for _ in range(3):
        string, place = _character_string(data, place, end)
        strings.append(string)
    replacement, place = message.name(place)
    flags, service, regexp = strings
    if flags is None or service is None or regexp is None:
        raise ViolationError
    target = b" ".join(part for part in (regexp, replacement) if part)
    return text(b"NAPTR %d %d %s %s %s" % (order, preference, flags, service, target)), place


def _edns(message: Message, place: int, _length: int) -> Reading:
    # Among the answers it is a mistake; Zeek reads options up to the message's end then.
    end = len(message.data)
    while end - place >= 4:
        size, place = _short(message.data, place + 2)
        if size > end - place:
            break
        place += size
    return None, None if place < end else end


def _tsig(message: Message, place: int, _length: int) -> Reading:
    data = message.data
    _, place = message.name(place)
    if place + 4 <= len(data):
        place += 4
    for _ in range(2):
        place = _short(data, place)[1]
    size, place = _short(data, place)
    place = _at_most(message, place, size)
    for _ in range(2):
        place = _short(data, place)[1]
    size, place = _short(data, place)
    return None, _at_most(message, place, size)


def _rrsig(message: Message, place: int, length: int) -> Reading:
    message.need(place, 18)
    covered = _SHORT(message.data, place)[0]
    signer, end = message.name(place + 18)
    shown = signer.lower() or b"<Root>"
    return text(b"RRSIG %d %s" % (covered, shown)), _at_most(message, end, place + length - end)


def _dnskey(message: Message, place: int, length: int) -> Reading:
    message.need(place, 4)
    return f"DNSKEY {message.data[place + 3]}", _at_most(message, place + 4, length - 4)


def _bitmaps(message: Message, place: int, length: int) -> int:
    """The place after the type bitmaps of NSEC and NSEC3 (RFC 4034 4.1.2)."""
    while length > 0 and place < len(message.data):
        block, place = _short(message.data, place)
        size = block & 0xFF
        if not size:
            break
        place = _at_most(message, place, size)
        length -= 2 + size
    return place


def _nsec(message: Message, place: int, length: int) -> Reading:
    following, end = message.name(place)
    return text(b"NSEC %s %s" % (message.owner, following.lower())), _bitmaps(message, end, place + length - end)


def _nsec3(message: Message, place: int, length: int) -> Reading:
    message.need(place, 6)
    data = message.data
    end = place + length
    place += 4
    for _ in range(2):
        if place < len(data):
            place = _at_most(message, place + 1, data[place])
    return "NSEC3", _bitmaps(message, place, end - place)


def _nsec3param(message: Message, place: int, _length: int) -> Reading:
    message.need(place, 5)
    return "NSEC3PARAM", _at_most(message, place + 5, message.data[place + 4])


def _ds(message: Message, place: int, length: int) -> Reading:
    message.need(place, 4)
    algorithm, digest = message.data[place + 2 : place + 4]
    return f"DS {algorithm} {digest}", _at_most(message, place + 4, length - 4)


def _binds(message: Message, place: int, _length: int) -> Reading:
    message.need(place, 5)
    return "BIND9 signing signal", place + 5


def _sshfp(message: Message, place: int, length: int) -> Reading:
    message.need(place, 2)
    end = _at_most(message, place + 2, length - 2)
    return text(b"SSHFP: %s" % message.data[place + 2 : end].hex().encode()), end


def _loc(message: Message, place: int, _length: int) -> Reading:
    message.need(place, 15)
    size, horizontal, vertical = message.data[place + 1 : place + 4]
    return f"LOC:  {size} {horizontal} {vertical}", place + (16 if place + 16 <= len(message.data) else 12)


def _svcb(message: Message, place: int, length: int) -> Reading:
    message.need(place, 3)
    end = place + length
    _, place = message.name(place + 2)
    while end - place >= 4:
        size = _SHORT(message.data, place + 2)[0]
        place = min(place + 4 + size, end)
    return None, place


def _wks(_message: Message, place: int, _length: int) -> Reading:
    return "", place


def _passed_over(_message: Message, place: int, length: int) -> Reading:
    return None, place + length


def read(message: Message, rtype: int, length: int) -> Reading:
    """What the data of `length` bytes at the message's place says."""
    reader = READERS.get(rtype)
    if reader is None:
        return f"<unknown type={rtype}>", message.place + length
    return reader(message, message.place, length)


READERS: dict[int, Reader] = {
    1: _a,
    2: _name,
    5: _name,
    6: _soa,
    11: _wks,
    12: _name,
    13: _passed_over,
    15: _mx,
    16: _strings(b"TXT"),
    28: _aaaa,
    29: _loc,
    32: _passed_over,
    33: _srv,
    35: _naptr,
    38: _aaaa,
    41: _edns,
    43: _ds,
    44: _sshfp,
    46: _rrsig,
    47: _nsec,
    48: _dnskey,
    50: _nsec3,
    51: _nsec3param,
    64: _svcb,
    65: _svcb,
    99: _strings(b"SPF"),
    249: _passed_over,
    250: _tsig,
    257: _passed_over,
    65534: _binds,
}
