"""What a resource record's data says in the `answers` of dns.log, and where the next record begins.

Source: RFC 1035 3.3 and the RFCs of the later types; Zeek, src/analyzer/protocol/dns/DNS.cc (what is read of each
type, even where it disagrees with the record's length) and base/protocols/dns/main.zeek (the texts).
"""

from collections.abc import Callable
from struct import Struct
from typing import Final, TypeAlias

from parsers.protocols.addresses import address
from parsers.protocols.dns.message import MalformedError, Message, Reading, ViolationError, text
from parsers.protocols.dns.svcb import svcb

# The numbers of algorithms that sign zones and are in order, and what the others are.
_ALGORITHMS: Final = frozenset((2, 3, 4, 5, 6, 7, 8, 10, 12, 13, 14, 15, 16))
_ODD_ALGORITHMS: Final = {1: "NotRecommended", 252: "Indirect", 253: "PrivateDNS", 254: "PrivateOID"}
# A zone's key, one that is revoked, one that signs keys (RFC 4034 2.1, RFC 5011 7).
_KEY_FLAGS, _KEY_PROTOCOL = 0x0181, 3
_LAST_DIGEST: Final = 4

_SHORT: Final = Struct(">H").unpack_from


Reader: TypeAlias = Callable[[Message, int, int], Reading]


def _short(data: bytes, place: int) -> tuple[int, int]:
    """Two bytes as a number; 0, and nothing read, where they are not there."""
    return (_SHORT(data, place)[0], place + 2) if place + 2 <= len(data) else (0, place)


def _at_most(message: Message, place: int, length: int) -> int:
    """The place after `length` bytes, or the message's end."""
    return min(place + max(length, 0), len(message.data))


def _character_string(message: Message, place: int, end: int) -> tuple[bytes | None, int]:
    """A string with its length before it; None where the record holds no more, or less than it says."""
    if place >= end:
        return None, place
    after = place + 1 + message.data[place]
    if after <= end:
        return message.data[place + 1 : after], after
    message.tell("DNS_TXT_char_str_past_rdlen")
    return None, place + 1


def _a(message: Message, place: int, length: int) -> Reading:
    if length != 4:
        message.tell("DNS_RR_bad_length")
        raise MalformedError
    return address(message.data[place : place + 4]), place + 4


def _aaaa(message: Message, place: int, _length: int) -> Reading:
    end = min(place + 16, place + (len(message.data) - place) // 4 * 4)
    raw = message.data[place:end].ljust(16, b"\0")
    return address(raw), end


def _name(message: Message, place: int, length: int) -> Reading:
    name, end = message.name(place)
    _compare(message, end - place, length)
    return text(name.lower()), end


def _compare(message: Message, read: int, length: int) -> None:
    """Whether as much was read as the record says."""
    if read != length:
        message.tell("DNS_RR_length_mismatch")


def _soa(message: Message, place: int, length: int) -> Reading:
    primary, after = message.name(place)
    _, after = message.name(after)
    message.need(after, 20)
    _compare(message, after + 20 - place, length)
    return text(primary.lower()), after + 20


def _mx(message: Message, place: int, length: int) -> Reading:
    after = _short(message.data, place)[1]
    return _name(message, after, length - (after - place))


def _srv(message: Message, place: int, length: int) -> Reading:
    if message.netbios:
        return None, place
    after = place
    for _ in range(3):
        after = _short(message.data, after)[1]
    return _name(message, after, length - (after - place))


def _strings(label: bytes) -> Reader:
    def read(message: Message, place: int, length: int) -> Reading:
        end = place + length
        found = []
        string, place = _character_string(message, place, end)
        while string is not None:
            found.append(b"%s %d %s" % (label, len(string), string))
            string, place = _character_string(message, place, end)
        return text(b" ".join(found)), place if place == end else None

    return read


def _naptr(message: Message, place: int, length: int) -> Reading:
    data = message.data
    end = place + length
    order, place = _short(data, place)
    preference, place = _short(data, place)
    if length <= 4 or place >= len(data):
        raise ViolationError("DNS_NAPTR_too_short")
    strings = []
    for _ in range(3):
        string, place = _character_string(message, place, end)
        strings.append(string)
    replacement, place = message.name(place)
    flags, service, regexp = strings
    if flags is None or service is None or regexp is None:
        raise ViolationError("DNS_NAPTR_RR_too_short")
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
    if place < end:
        message.tell("EDNS_truncated_option")
        return None, None
    return None, end


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
    algorithm = message.data[place + 2]
    signer, end = message.name(place + 18)
    _check_algorithm(message, "RRSIG", algorithm)
    shown = signer.lower() or b"<Root>"
    return text(b"RRSIG %d %s" % (covered, shown)), _at_most(message, end, place + length - end)


def _check_algorithm(message: Message, record: str, algorithm: int) -> None:
    """What is to be said of an algorithm that signs zones (IANA's DNS Security Algorithm Numbers)."""
    if algorithm not in _ALGORITHMS:
        message.tell(f"DNSSEC_{record}_{_ODD_ALGORITHMS.get(algorithm, 'unknown')}_ZoneSignAlgo", algorithm)


def _dnskey(message: Message, place: int, length: int) -> Reading:
    message.need(place, 4)
    flags, protocol, algorithm = _SHORT(message.data, place)[0], *message.data[place + 2 : place + 4]
    if flags & ~_KEY_FLAGS:
        message.tell("DNSSEC_DNSKEY_Invalid_Flag", flags)
    if flags & _KEY_FLAGS == _KEY_FLAGS:
        message.tell("DNSSEC_DNSKEY_Revoked_KSK", flags)
    if protocol != _KEY_PROTOCOL:
        message.tell("DNSSEC_DNSKEY_Invalid_Protocol", protocol)
    _check_algorithm(message, "DNSKEY", algorithm)
    return f"DNSKEY {message.data[place + 3]}", _at_most(message, place + 4, length - 4)


def _bitmaps(message: Message, record: str, place: int, length: int) -> int:
    """The place after the type bitmaps of NSEC and NSEC3 (RFC 4034 4.1.2)."""
    while length > 0 and place < len(message.data):
        block, place = _short(message.data, place)
        size = block & 0xFF
        if not size:
            message.tell(f"DNSSEC_{record}_bitmapLen0", block >> 8)
            break
        place = _at_most(message, place, size)
        length -= 2 + size
    return place


def _nsec(message: Message, place: int, length: int) -> Reading:
    following, end = message.name(place)
    return text(b"NSEC %s %s" % (message.owner, following.lower())), _bitmaps(
        message, "NSEC", end, place + length - end
    )


def _nsec3(message: Message, place: int, length: int) -> Reading:
    message.need(place, 6)
    data = message.data
    end = place + length
    place += 4
    for _ in range(2):
        if place < len(data):
            place = _at_most(message, place + 1, data[place])
    return "NSEC3", _bitmaps(message, "NSEC3", place, end - place)


def _nsec3param(message: Message, place: int, _length: int) -> Reading:
    message.need(place, 5)
    return "NSEC3PARAM", _at_most(message, place + 5, message.data[place + 4])


def _ds(message: Message, place: int, length: int) -> Reading:
    message.need(place, 4)
    algorithm, digest = message.data[place + 2 : place + 4]
    if not digest:
        message.tell("DNSSEC_DS_ReservedDigestType", digest)
    elif digest > _LAST_DIGEST:
        message.tell("DNSSEC_DS_unknown_DigestType", digest)
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
    version, size, horizontal, vertical = message.data[place : place + 4]
    if version:
        message.tell("DNS_LOC_version_unrecognized", version)
    return f"LOC:  {size} {horizontal} {vertical}", place + (16 if place + 16 <= len(message.data) else 12)


def _wks(_message: Message, place: int, _length: int) -> Reading:
    return "", place


def _passed_over(_message: Message, place: int, length: int) -> Reading:
    return None, place + length


def read(message: Message, rtype: int, length: int) -> Reading:
    """What the data of `length` bytes at the message's place says."""
    reader = READERS.get(rtype)
    if reader is None:
        message.tell("DNS_RR_unknown_type", rtype)
        return f"<unknown type={rtype}>", message.place + length
    return reader(message, message.place, length)


READERS: Final[dict[int, Reader]] = {
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
    64: svcb,
    65: svcb,
    99: _strings(b"SPF"),
    249: _passed_over,
    250: _tsig,
    257: _passed_over,
    65534: _binds,
}
