"""Times in certificates.

Source: RFC 5280, section 4.1.2.5; Zeek, src/file_analysis/analyzer/x509/X509Common.cc (GetTimeFromAsn1).
"""

from calendar import timegm

from parsers.files.x509.der import UTC_TIME


def seconds(tag: int, value: bytes) -> int:
    """UTCTime or GeneralizedTime in seconds since 1970; 0 for one that Zeek cannot read."""
    return read(tag, value)[0]


def read(tag: int, value: bytes) -> tuple[int, str]:
    """The same, and by what name weird.log tells why it cannot be read; empty where it can."""
    if tag == UTC_TIME:
        if not 11 <= len(value) <= 17:
            return 0, "x509_utc_length"
        if value[-1:] != b"Z":
            return 0, "x509_utc_format"
        value = (b"20" if value[:1] < b"5" else b"19") + value
    elif not 12 <= len(value) <= 23:
        return 0, "x509_gen_time_length"
    rest = value[12:]
    second = b"00"
    if rest[:1] not in (b"", b"Z", b"+", b"-"):
        if len(rest) < 2:
            return 0, "x509_time_add_char"
        second, rest = rest[:2], rest[2:]
        if rest[:1] == b".":
            rest = rest[1:].lstrip(b"0123456789")
    if rest[:1] in (b"", b"Z"):
        return _since_1970(value[:12] + second, 0), ""
    if len(rest) < 5:
        return 0, "x509_time_offset_underflow"
    if rest[:1] not in (b"+", b"-"):
        return 0, "x509_time_offset_type"
    return _since_1970(value[:12] + second, _offset(rest)), ""


def _since_1970(figures: bytes, offset: int) -> int:
    digits = [octet - 48 for octet in figures]
    year = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]
    month, day, hour, minute, rest_seconds = (digits[i] * 10 + digits[i + 1] for i in range(4, 14, 2))
    # A year up to 1900 is taken for the years since then; months beyond twelve run on into the next years.
    year += 0 if year > 1900 else 1900
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    if not 1 <= year <= 9999:
        return 0
    return timegm((year, month, 1, 0, 0, 0)) + ((day - 1) * 24 + hour) * 3600 + minute * 60 + rest_seconds + offset


def _offset(rest: bytes) -> int:
    """What follows the seconds, as Zeek adds it up."""
    tens, units, more, last = (octet - 48 for octet in rest[1:5])
    total = tens * 10 + units * 60 + more * 10 + last
    return -total if rest[:1] == b"-" else total
