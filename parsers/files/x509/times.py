"""Times in certificates.

Source: RFC 5280, section 4.1.2.5; Zeek, src/file_analysis/analyzer/x509/X509Common.cc (GetTimeFromAsn1).
"""

from calendar import timegm

from parsers.files.x509.der import UTC_TIME


def seconds(tag: int, value: bytes) -> int:
    """UTCTime or GeneralizedTime in seconds since 1970; 0 for one that Zeek cannot read."""
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
    month, day, hour, minute, rest_seconds = (digits[i] * 10 + digits[i + 1] for i in range(4, 14, 2))
    # A year up to 1900 is taken for the years since then; months beyond twelve run on into the next years.
    year += 0 if year > 1900 else 1900
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    if not 1 <= year <= 9999:
        return 0
    return timegm((year, month, 1, 0, 0, 0)) + ((day - 1) * 24 + hour) * 3600 + minute * 60 + rest_seconds + offset


def _offset(rest: bytes) -> int | None:
    """What follows the seconds, as Zeek adds it up; None where it is no offset."""
    if rest[:1] in (b"", b"Z"):
        return 0
    if len(rest) < 5 or rest[:1] not in (b"+", b"-"):
        return None
    tens, units, more, last = (octet - 48 for octet in rest[1:5])
    total = tens * 10 + units * 60 + more * 10 + last
    return -total if rest[:1] == b"-" else total
