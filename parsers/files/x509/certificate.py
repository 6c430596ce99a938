"""A certificate's bytes as what x509.log says of it."""

from calendar import timegm
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from ipaddress import ip_address

from parsers.files.x509 import keys, names, oids
from parsers.files.x509.der import (
    BIT_STRING,
    BOOLEAN,
    GENERALIZED_TIME,
    INTEGER,
    OCTET_STRING,
    OID,
    SEQUENCE,
    UTC_TIME,
    DerError,
    bit_string,
    elements,
    expect,
    integer,
    read,
)
from parsers.limits import REMEMBERED_BYTES, REMEMBERED_CERTIFICATES

_ALTERNATIVE_NAME = oids.encode("2.5.29.17")
_BASIC_CONSTRAINTS = oids.encode("2.5.29.19")
_GENERAL_NAMES = frozenset({0xA0, 0x81, 0x82, 0xA3, 0xA4, 0xA5, 0x86, 0x87, 0x88})
_EMAIL, _DNS, _URI, _IP = 0x81, 0x82, 0x86, 0x87


@dataclass(slots=True)
class AlternativeName:
    """The subject alternative name; a list is None where the certificate has no name of that kind."""

    dns: list[bytes] | None = None
    uri: list[bytes] | None = None
    email: list[bytes] | None = None
    ip: list[str] | None = None


@dataclass(slots=True)
class Certificate:
    """One certificate; names as bytes, times in seconds UTC, the fingerprint its SHA-256 in hexadecimal."""

    fingerprint: str
    version: int
    serial: str
    subject: bytes
    common_name: bytes | None
    issuer: bytes
    not_before: int
    not_after: int
    key: keys.Key
    signature: str
    san: AlternativeName = field(default_factory=AlternativeName)
    has_san: bool = False
    ca: bool | None = None
    path_length: int | None = None


def parse(data: bytes) -> Certificate | None:
    """The certificate that `data` begins with; None when it is none that OpenSSL could read.

    The same few certificates come again and again, so those that were read last are remembered.
    Source: RFC 5280, section 4.1; Zeek, src/file_analysis/analyzer/x509/X509.cc.
    """
    return _remembered(data) if len(data) <= REMEMBERED_BYTES else _read(data)


def _read(data: bytes) -> Certificate | None:
    try:
        return _certificate(data)
    except DerError:
        return None


_remembered = lru_cache(REMEMBERED_CERTIFICATES)(_read)


def _certificate(data: bytes) -> Certificate:
    start, size = expect(SEQUENCE, data, 0, len(data))
    parts = elements(data, start, size)
    if [tag for tag, _, _ in parts] != [SEQUENCE, SEQUENCE, BIT_STRING]:
        raise DerError
    (_, place, end), signature, (_, *bits) = parts
    bit_string(data, *bits)
    version = 0
    tag, start, stop = read(data, place, end)
    if tag == 0xA0:
        first, last = expect(INTEGER, data, start, stop)
        version = integer(data, first, last)
        # OpenSSL says -1 of what does not fit into a C long.
        version = version if -(1 << 63) <= version < 1 << 63 else -1
        place = stop
    start, place = expect(INTEGER, data, place, end)
    serial = _serial(integer(data, start, place))
    _, place = expect(SEQUENCE, data, place, end)
    start, place = expect(SEQUENCE, data, place, end)
    issuer = names.attributes(data, start, place)
    start, place = expect(SEQUENCE, data, place, end)
    not_before, not_after = (_seconds(tag, data[a:b]) for tag, a, b in _pair(elements(data, start, place)))
    start, place = expect(SEQUENCE, data, place, end)
    subject = names.attributes(data, start, place)
    start, place = expect(SEQUENCE, data, place, end)
    key = keys.parse(data, start, place)
    names.check(issuer)
    names.check(subject)
    made = Certificate(
        sha256(data[:size]).hexdigest(),
        version + 1 & 0xFFFF_FFFF_FFFF_FFFF,
        serial,
        names.text(subject),
        names.common_name(subject),
        names.text(issuer),
        not_before,
        not_after,
        key,
        _algorithm(data, signature[1], signature[2]),
    )
    for extension in _extensions(data, place, end):
        _extend(made, *extension)
    return made


def _pair(found: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    if len(found) != 2 or any(tag not in (UTC_TIME, GENERALIZED_TIME) for tag, _, _ in found):
        raise DerError
    return found


def _algorithm(data: bytes, start: int, stop: int) -> str:
    """The long name of a signature's algorithm; empty for one that OpenSSL does not know."""
    first, last = expect(OID, data, start, stop)
    return oids.ALGORITHMS.get(oids.checked(data[first:last]), "")


def _serial(number: int) -> str:
    """Hexadecimal, two digits an octet, broken after each 35 octets."""
    digits = f"{abs(number):X}"
    if len(digits) % 2:
        digits = "0" + digits
    sign = "-" if number < 0 else ""
    return sign + "\\\n".join(digits[i : i + 70] for i in range(0, len(digits), 70))


def _extensions(data: bytes, place: int, end: int) -> list[tuple[bytes, bytes]]:
    """The identifier and the value of each extension in what follows the key."""
    found: list[tuple[bytes, bytes]] = []
    previous = 0xA0
    for tag, start, stop in elements(data, place, end):
        if tag not in (0x81, 0xA1, 0x82, 0xA2, 0xA3) or tag & 0x1F <= previous & 0x1F:
            raise DerError
        previous = tag
        if tag != 0xA3:
            continue
        first, last = expect(SEQUENCE, data, start, stop)
        for inner, a, b in elements(data, first, last):
            if inner != SEQUENCE:
                raise DerError
            oid_start, oid_stop = expect(OID, data, a, b)
            kind, value_start, value_stop = read(data, oid_stop, b)
            if kind == BOOLEAN:
                kind, value_start, value_stop = read(data, value_stop, b)
            if kind != OCTET_STRING or value_stop != b:
                raise DerError
            found.append((oids.checked(data[oid_start:oid_stop]), data[value_start:value_stop]))
    return found


def _extend(certificate: Certificate, identifier: bytes, value: bytes) -> None:
    try:
        if identifier == _ALTERNATIVE_NAME:
            certificate.has_san = True
            certificate.san = _alternative_name(value)
        elif identifier == _BASIC_CONSTRAINTS:
            certificate.ca, certificate.path_length = _basic_constraints(value)
    except DerError:
        return


def _basic_constraints(value: bytes) -> tuple[bool, int | None]:
    start, stop = expect(SEQUENCE, value, 0, len(value))
    ca, length = False, None
    found = elements(value, start, stop)
    if found and found[0][0] == BOOLEAN:
        _, first, last = found.pop(0)
        if last - first != 1:
            raise DerError
        ca = value[first] != 0
    if found and found[0][0] == INTEGER:
        # Zeek keeps the lower 32 bits.
        length = integer(value, *found.pop(0)[1:]) & 0x7FFFFFFF
    if found:
        raise DerError
    return ca, length


def _alternative_name(value: bytes) -> AlternativeName:
    start, stop = expect(SEQUENCE, value, 0, len(value))
    found: dict[int, list[bytes]] = {}
    for tag, first, last in elements(value, start, stop):
        if tag not in _GENERAL_NAMES:
            raise DerError
        found.setdefault(tag, []).append(value[first:last])
    addresses = found.get(_IP)
    return AlternativeName(
        found.get(_DNS),
        found.get(_URI),
        found.get(_EMAIL),
        None if addresses is None else [_address(octets) for octets in addresses if len(octets) in (4, 16)],
    )


def _address(octets: bytes) -> str:
    if octets.startswith(b"\x00" * 10 + b"\xff\xff") and len(octets) == 16:
        octets = octets[12:]
    return str(ip_address(octets))


def _seconds(tag: int, value: bytes) -> int:
    """UTCTime or GeneralizedTime in seconds since 1970; 0 for one that Zeek cannot read.

    Source: Zeek, src/file_analysis/analyzer/x509/X509Common.cc (GetTimeFromAsn1).
    """
    if tag == UTC_TIME:
        if not 11 <= len(value) <= 17 or value[-1:] != b"Z":
            return 0
        value = (b"20" if value[:1] < b"5" else b"19") + value
    elif not 12 <= len(value) <= 23:
        return 0
    rest = value[12:]
    second = b"00"
    if rest[:1] not in (b"", b"Z", b"+", b"-"):
        if len(rest) < 2:
            return 0
        second, rest = rest[:2], rest[2:]
        if rest[:1] == b".":
            rest = rest[1:].lstrip(b"0123456789")
    offset = _offset(rest)
    if offset is None:
        return 0
    digits = [octet - 48 for octet in value[:12] + second]
    year = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]
    month, day, hour, minute, seconds = (digits[i] * 10 + digits[i + 1] for i in range(4, 14, 2))
    # A year up to 1900 is taken for the years since then; months beyond twelve run on into the next years.
    year += 0 if year > 1900 else 1900
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    if not 1 <= year <= 9999:
        return 0
    return timegm((year, month, 1, 0, 0, 0)) + ((day - 1) * 24 + hour) * 3600 + minute * 60 + seconds + offset


def _offset(rest: bytes) -> int | None:
    """What follows the seconds, as Zeek adds it up; None where it is no offset."""
    if rest[:1] in (b"", b"Z"):
        return 0
    if len(rest) < 5 or rest[:1] not in (b"+", b"-"):
        return None
    tens, units, more, last = (octet - 48 for octet in rest[1:5])
    total = tens * 10 + units * 60 + more * 10 + last
    return -total if rest[:1] == b"-" else total
