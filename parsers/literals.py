"""Values as one writes them in a filter, by Zeek type. A value that does not fit raises ValueError with what would."""

import re
from datetime import UTC, datetime
from fractions import Fraction
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from socket import AF_INET6, inet_ntop
from typing import TypeAlias

SECOND = 1_000_000_000

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_CLOCK = re.compile(r"\d\d?:\d\d(:\d\d([.,]\d+)?)?Z?")
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?Z?)?")
_NUMBER = r"(\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})"
_PLAIN = re.compile(rf"([+-]?){_NUMBER}")
_SIZE = re.compile(rf"([+-]?){_NUMBER}([kKmMgGtT])?(i)?[bB]?")
_HEX = re.compile(r"0[xX][0-9a-fA-F]{1,16}")
_SPAN = re.compile(rf"{_NUMBER}([a-zµ]*)")
_UNITS = {
    "": SECOND,
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "usec": 1_000,
    "ms": 1_000_000,
    "msec": 1_000_000,
    "s": SECOND,
    "sec": SECOND,
    "secs": SECOND,
    "m": 60 * SECOND,
    "min": 60 * SECOND,
    "mins": 60 * SECOND,
    "h": 3600 * SECOND,
    "hr": 3600 * SECOND,
    "hrs": 3600 * SECOND,
    "d": 86400 * SECOND,
    "day": 86400 * SECOND,
    "days": 86400 * SECOND,
}
_SIZES = {"k": 1, "m": 2, "g": 3, "t": 4}

Number: TypeAlias = Fraction | int


def is_date(text: str) -> bool:
    """Whether a time of the day may follow."""
    return _DATE.fullmatch(text) is not None


def is_clock(text: str) -> bool:
    """Whether it is a time of the day that follows a date."""
    return _CLOCK.fullmatch(text) is not None


def time(text: str) -> tuple[int, bool]:
    """Nanoseconds since the epoch, UTC; or since the log's first time, and True."""
    try:
        if text.startswith("+"):
            return interval(text[1:]), True
        found = _TIME.fullmatch(text)
        if found:
            year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
            seconds = int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp())
            return seconds * SECOND + int((found[7] or "").ljust(9, "0")), False
        return round(double(text) * SECOND), False
    except ValueError:
        raise ValueError("a time such as 2020-10-12 21:02, epoch seconds, or +40s from the start") from None


def interval(text: str) -> int:
    """Nanoseconds: `5m`, `1h30m`, `250ms`, or a number of seconds."""
    sign = -1 if text.startswith("-") else 1
    rest = text.lstrip("+-") if text[:1] in {"+", "-"} else text
    total = Fraction(0)
    place = 0
    for found in _SPAN.finditer(rest):
        if found.start() != place or found[2] not in _UNITS:
            break
        total += Fraction(found[1]) * _UNITS[found[2]]
        place = found.end()
    if not rest or place != len(rest):
        raise ValueError("an interval such as 5m, 1h30m, 250ms or seconds")
    return sign * round(total)


def count(text: str) -> Number:
    """A number: `404`, `0x1f`, `1.5MB` (thousands), `64KiB` (1024s)."""
    if _HEX.fullmatch(text):
        return int(text, 16)
    found = _SIZE.fullmatch(text)
    if found is None or (found[4] and not found[3]):
        raise ValueError("a number such as 404, 1.5MB or 64KiB")
    unit = 1024 if found[4] else 1000
    return _signed(found) * Fraction(unit) ** _SIZES.get((found[3] or "").lower(), 0)


def port(text: str) -> Number:
    """A port number."""
    found = re.fullmatch(r"(\d{1,9})(/(tcp|udp|icmp))?", text)
    if found is None:
        raise ValueError("a port number")
    return int(found[1])


def double(text: str) -> Number:
    """A number with or without a point."""
    found = _PLAIN.fullmatch(text)
    if found is None:
        raise ValueError("a number")
    return _signed(found)


def truth(text: str) -> bool:
    """`T` or `F`, `true` or `false`."""
    if text.lower() in {"t", "true"}:
        return True
    if text.lower() in {"f", "false"}:
        return False
    raise ValueError("T or F")


def network(text: str) -> IPv4Network | IPv6Network:
    """An address or a network in CIDR notation; host bits are ignored."""
    try:
        if "%" not in text:
            return ip_network(text.strip("[]"), strict=False)
    except ValueError:
        pass
    raise ValueError("an address or a network such as 10.0.0.0/8 or fe80::/10")


def address_texts(address: IPv4Address | IPv6Address) -> tuple[str, ...]:
    """The ways in which frames may write an address: Python and Zeek differ where IPv6 holds an IPv4 address."""
    if address.version == 4:
        return (str(address),)
    return tuple({str(address), inet_ntop(AF_INET6, address.packed)})


def _signed(found: re.Match[str]) -> Fraction:
    return Fraction(found[2]) * (-1 if found[1] == "-" else 1)
