"""A certificate's bytes as what x509.log says of it."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from parsers.files.x509 import extensions, keys, names, oids, times
from parsers.files.x509.der import (
    BIT_STRING,
    GENERALIZED_TIME,
    INTEGER,
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


@dataclass(slots=True)
class Certificate:
    """One certificate; names as bytes, times in seconds UTC, the fingerprint its SHA-256 in hexadecimal.

    `weirds` are what weird.log tells of it: names, and more words.
    """

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
    extensions: extensions.Extensions
    weirds: list[tuple[str, str]]


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
    serial = serial_text(integer(data, start, place))
    _, place = expect(SEQUENCE, data, place, end)
    start, place = expect(SEQUENCE, data, place, end)
    issuer = names.attributes(data, start, place)
    start, place = expect(SEQUENCE, data, place, end)
    (not_before, early), (not_after, late) = (times.read(tag, data[a:b]) for tag, a, b in _pair(data, start, place))
    start, place = expect(SEQUENCE, data, place, end)
    subject = names.attributes(data, start, place)
    start, place = expect(SEQUENCE, data, place, end)
    key = keys.parse(data, start, place)
    names.check(issuer)
    names.check(subject)
    more = extensions.parse(data, place, end)
    return Certificate(
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
        more,
        [*((name, "") for name in (early, late) if name), *more.weirds],
    )


def _pair(data: bytes, start: int, stop: int) -> list[tuple[int, int, int]]:
    found = elements(data, start, stop)
    if len(found) != 2 or any(tag not in (UTC_TIME, GENERALIZED_TIME) for tag, _, _ in found):
        raise DerError
    return found


def _algorithm(data: bytes, start: int, stop: int) -> str:
    """The long name of a signature's algorithm; empty for one that OpenSSL does not know."""
    first, last = expect(OID, data, start, stop)
    return oids.ALGORITHMS.get(oids.checked(data[first:last]), "")


def serial_text(number: int) -> str:
    """Hexadecimal, two digits an octet, broken after each 35 octets."""
    digits = f"{abs(number):X}"
    if len(digits) % 2:
        digits = "0" + digits
    sign = "-" if number < 0 else ""
    return sign + "\\\n".join(digits[i : i + 70] for i in range(0, len(digits), 70))
