"""ocsp.log: what an authority says of certificates that are asked about, or stapled to a server's own.

Source: RFC 6960, section 4.2; Zeek, src/file_analysis/analyzer/x509/OCSP.cc, base/files/x509/log-ocsp.zeek.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from parsers.files import x509
from parsers.files.x509 import names, oids
from parsers.files.x509.certificate import serial_text
from parsers.files.x509.der import (
    BIT_STRING,
    ENUMERATED,
    GENERALIZED_TIME,
    INTEGER,
    OCTET_STRING,
    OID,
    SEQUENCE,
    DerError,
    bit_string,
    elements,
    expect,
    integer,
    read,
)
from parsers.files.x509.times import seconds
from parsers.limits import OCSP_BYTES
from parsers.protocols import weird
from parsers.schema import Field, Record, Row

MIME_TYPE: Final = "application/ocsp-response"

RECORD: Record = Record(
    "ocsp",
    "What an authority says of a certificate: whether it is still good.",
    "#cda6e6",
    (
        Field("ts", "time", "When the answer was seen, UTC.", 1),
        Field("id", "string", "The identifier of the file that it is.", 2),
        Field("hashAlgorithm", "string", "How the issuer's name and key were hashed.", repeats=True),
        Field("issuerNameHash", "string", "The hash of the name of the certificate's issuer.", repeats=True),
        Field("issuerKeyHash", "string", "The hash of the issuer's key.", repeats=True),
        Field("serialNumber", "string", "The certificate's number, in hexadecimal.", 3),
        Field("certStatus", "string", "good, revoked or unknown.", 4, repeats=True),
        Field("revoketime", "time", "Since when the certificate is revoked.", 5, far=True),
        Field("revokereason", "string", "Why it was revoked.", 6, repeats=True),
        Field("thisUpdate", "time", "When this was known to be so.", far=True),
        Field("nextUpdate", "time", "When more will be known.", far=True),
    ),
)

_BASIC: Final = oids.encode("1.3.6.1.5.5.7.48.1.1")
_HASHES: Final = {
    oids.encode(dotted): name
    for dotted, name in (
        ("1.3.14.3.2.26", "sha1"),
        ("1.2.840.113549.2.5", "md5"),
        ("2.16.840.1.101.3.4.2.1", "sha256"),
        ("2.16.840.1.101.3.4.2.2", "sha384"),
        ("2.16.840.1.101.3.4.2.3", "sha512"),
        ("2.16.840.1.101.3.4.2.4", "sha224"),
        ("2.16.840.1.101.3.4.2.7", "sha3-224"),
        ("2.16.840.1.101.3.4.2.8", "sha3-256"),
        ("2.16.840.1.101.3.4.2.9", "sha3-384"),
        ("2.16.840.1.101.3.4.2.10", "sha3-512"),
    )
}
_REASONS: Final = {
    0: "unspecified",
    1: "keyCompromise",
    2: "cACompromise",
    3: "affiliationChanged",
    4: "superseded",
    5: "cessationOfOperation",
    6: "certificateHold",
    8: "removeFromCRL",
    9: "privilegeWithdrawn",
    10: "aACompromise",
}
_REVOKED: Final = 0xA1
_STATUS: Final = {0x80: "good", _REVOKED: "revoked", 0x82: "unknown"}
_EXPLICIT, _EXTENSIONS = 0xA0, 0xA1
# Who answers.
_BY_NAME, _BY_KEY = 0xA1, 0xA2
_SIGNED: Final = (SEQUENCE, SEQUENCE, BIT_STRING)
# OpenSSL breaks hexadecimal after so many bytes.
_LINE_BYTES: Final = 35


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is said of one certificate; times in seconds, 0 where there is none."""

    certificate: tuple[bytes, bytes, bytes, int]
    status: str
    revoked: int
    reason: str | None
    this_update: int
    next_update: int


class Response:
    """An answer while it passes: it is read when it is whole."""

    def __init__(self) -> None:
        self._content: bytearray | None = bytearray()

    def data(self, data: bytes) -> None:
        if self._content is not None:
            self._content += data
            if len(self._content) > OCSP_BYTES:
                self._content = None

    def gap(self, length: int) -> None:  # noqa: ARG002
        self._content = None

    def rows(self, ts: int, fuid: str, last: int) -> Iterator[tuple[Record, Row]]:
        """What is told of it in ocsp.log, or in weird.log; `last` is when its last byte came."""
        if self._content is None:
            return
        try:
            answers = _read(bytes(self._content))
        except DerError:
            yield weird.RECORD, weird.of_file(last, fuid, "openssl_ocsp_response_parse_error", "", "")
            return
        first: dict[tuple[bytes, bytes, bytes, int], _Answer] = {}
        for answer in answers:
            # Of a certificate that is answered for more than once, OpenSSL finds the first answer each time.
            yield RECORD, _row(ts, fuid, first.setdefault(answer.certificate, answer))


def _row(ts: int, fuid: str, answer: _Answer) -> Row:
    algorithm, issuer_name, issuer_key, serial = answer.certificate
    return (
        ts,
        fuid,
        _HASHES.get(algorithm, oids.dotted(algorithm)),
        _hexadecimal(issuer_name),
        _hexadecimal(issuer_key),
        serial_text(serial),
        answer.status,
        _time(answer.revoked),
        answer.reason,
        answer.this_update * 1_000_000_000,
        _time(answer.next_update),
    )


def _time(found: int) -> int | None:
    return found * 1_000_000_000 if found else None


def _hexadecimal(octets: bytes) -> str:
    lines = [octets[i : i + _LINE_BYTES].hex().upper() for i in range(0, len(octets), _LINE_BYTES)]
    return "\\\n".join(lines) or "0"


def _read(data: bytes) -> list[_Answer]:
    """The answers in a response; none where OpenSSL could not read them. A DerError where it is no response."""
    start, end = expect(SEQUENCE, data, 0, len(data))
    _, place = expect(ENUMERATED, data, start, end)
    if place == end:
        return []
    start, stop = expect(_EXPLICIT, data, place, end)
    start, inside = expect(SEQUENCE, data, start, stop)
    kind, place = expect(OID, data, start, inside)
    oids.checked(data[kind:place])
    first, last = expect(OCTET_STRING, data, place, inside)
    if stop != end or inside != stop or last != inside:
        raise DerError
    if data[kind:place] != _BASIC:
        return []
    try:
        return _basic(data[first:last])
    except DerError:
        return []


def _basic(data: bytes) -> list[_Answer]:
    start, end = expect(SEQUENCE, data, 0, len(data))
    parts = elements(data, start, end)
    if [tag for tag, _, _ in parts] not in ([*_SIGNED], [*_SIGNED, _EXPLICIT]):
        raise DerError
    bit_string(data, *parts[2][1:])
    for _, start, stop in parts[3:]:
        place, end = expect(SEQUENCE, data, start, stop)
        while place < end:
            after = read(data, place, end)[2]
            if x509.parse(data[place:after]) is None:
                raise DerError
            place = after
    return _answers(data, *parts[0][1:])


def _answers(data: bytes, place: int, end: int) -> list[_Answer]:
    """What the signed part of a response says."""
    parts = elements(data, place, end)
    if parts and parts[0][0] == _EXPLICIT:
        expect(INTEGER, data, *parts.pop(0)[1:])
    if [tag for tag, _, _ in parts[1:3]] != [GENERALIZED_TIME, SEQUENCE]:
        raise DerError
    (tag, start, stop), _, (_, first, last), *more = parts
    if tag == _BY_NAME:
        names.check(names.attributes(data, *expect(SEQUENCE, data, start, stop)))
    elif tag == _BY_KEY:
        expect(OCTET_STRING, data, start, stop)
    else:
        raise DerError
    if [tag for tag, _, _ in more] not in ([], [_EXTENSIONS]):
        raise DerError
    answers = elements(data, first, last)
    if any(tag != SEQUENCE for tag, _, _ in answers):
        raise DerError
    return [_answer(data, start, stop) for _, start, stop in answers]


def _answer(data: bytes, start: int, stop: int) -> _Answer:
    """What is said of one certificate."""
    place, end = expect(SEQUENCE, data, start, stop)
    certificate = _certificate(data, place, end)
    tag, first, last = read(data, end, stop)
    if tag not in _STATUS or (tag != _REVOKED and first != last):
        raise DerError
    revoked, reason = _revocation(data, first, last) if tag == _REVOKED else (0, None)
    start, place = expect(GENERALIZED_TIME, data, last, stop)
    this_update, next_update = data[start:place], b""
    rest = elements(data, place, stop)
    if rest and rest[0][0] == _EXPLICIT:
        start, place = expect(GENERALIZED_TIME, data, *rest.pop(0)[1:])
        next_update = data[start:place]
    if [tag for tag, _, _ in rest] not in ([], [_EXTENSIONS]):
        raise DerError
    times = (seconds(GENERALIZED_TIME, time) for time in (this_update, next_update))
    return _Answer(certificate, _STATUS[tag], revoked, reason, *times)


def _certificate(data: bytes, start: int, stop: int) -> tuple[bytes, bytes, bytes, int]:
    """Which certificate: the algorithm of the hashes, those of its issuer's name and key, its number."""
    parts = elements(data, start, stop)
    if [tag for tag, _, _ in parts] != [SEQUENCE, OCTET_STRING, OCTET_STRING, INTEGER]:
        raise DerError
    begin, end = expect(OID, data, *parts[0][1:])
    name, key = (data[first:last] for _, first, last in parts[1:3])
    return oids.checked(data[begin:end]), name, key, integer(data, *parts[3][1:])


def _revocation(data: bytes, start: int, stop: int) -> tuple[int, str | None]:
    """Since when a certificate is revoked, and why, if that is said."""
    first, last = expect(GENERALIZED_TIME, data, start, stop)
    if last == stop:
        return seconds(GENERALIZED_TIME, data[first:last]), None
    inside = expect(_EXPLICIT, data, last, stop)
    number = integer(data, *expect(ENUMERATED, data, *inside))
    if inside[1] != stop:
        raise DerError
    return seconds(GENERALIZED_TIME, data[first:last]), _REASONS.get(number, "(UNKNOWN)")
