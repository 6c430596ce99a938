"""Mail addresses and IP addresses in the fields of a mail's header and in commands.

A line may be as long as its sender likes, so all is found by RE2, which takes time in proportion to it.
Source: Zeek, base/utils/{email,addrs}.zeek.
"""

import re
from collections.abc import Iterator
from ipaddress import IPv6Address
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import Final

import re2

from parsers.pieces import holds


def _compiled(pattern: bytes) -> "re2._Regexp[bytes]":
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    # What Zeek's automata find is the longest.
    options.longest_match = True
    return re2.compile(pattern, options)


_V4_PART: Final = rb"(?:[0-9]|[0-9]{2}|0[0-9]{2}|1[0-9]{2}|2[0-4][0-9]|25[0-5])"
_V4: Final = rb"%s\.%s\.%s\.%s" % ((_V4_PART,) * 4)
_PART: Final = rb"[0-9A-Fa-f]{1,4}"


def _v6_patterns() -> Iterator[bytes]:
    """IPv6 addresses: whole, with a last part written as IPv4, with zeros left out at each place."""
    yield rb"(?:%s:){7}%s" % (_PART, _PART)
    yield rb"(?:%s:){6}%s" % (_PART, _V4)
    for before in range(8):
        lead = rb"%s(?::%s){%d}" % (_PART, _PART, before - 1) if before else b""
        yield lead + b"::" + _up_to(7 - before)
        if before < 6:
            yield lead + b"::" + _up_to(5 - before) + _V4


def _up_to(count: int) -> bytes:
    return rb"(?:%s(?::%s){0,%d})?" % (_PART, _PART, count - 1) if count else b""


_IP: Final = _compiled(b"|".join((_V4, *_v6_patterns())))
_HOST: Final = re.compile(rb"[^>,; \t]+[>,; \t]?")
_NAMED_ADDRESS: Final = _compiled(rb'(?:"[^"]*")?[^,]+@[^,]+')
_V4_BYTES: Final = 4
_MARKS: Final = b"<>,:; \t"
_MARKS_BEFORE: Final = (b"<", b",", b":", b" ", b"\t")
_BRACKETS: Final = frozenset((b"[]", b"()", b"{}", b"  "))


def addresses(text: bytes) -> Iterator[bytes]:
    """The mail addresses in a text: what stands around an @, up to the next mark."""
    start = 0
    while (at := text.find(b"@", start)) >= 0:
        begin = max(start, *[text.rfind(mark, start, at) + 1 for mark in _MARKS_BEFORE])
        host = _HOST.match(text, at + 1) if begin < at else None
        start = host.end() if host else at + 1
        if host:
            yield text[begin:start].translate(None, _MARKS)


def named_addresses(value: bytes) -> Iterator[bytes]:
    """The mail addresses in a field of a header, with the names that stand by them."""
    if holds(value, b'"'):
        for found in _NAMED_ADDRESS.finditer(value):
            yield found[0].strip()
        return
    # The same without quoted names: what stands between commas and has an @ within.
    for part in value.split(b","):
        if 0 < part.find(b"@", 1) < len(part) - 1:
            yield part.strip()


def first_ip(value: bytes) -> str | None:
    """The first IP address in a text."""
    return next((text for text, _, _ in _ips(value)), None)


def received_from(value: bytes) -> str | None:
    """The IP address of the machine that a mail came from, by a Received field: the second one in it, or the first.

    Only those in brackets or blanks count.
    """
    found = [text for text, before, after in _ips(value) if before + after in _BRACKETS]
    return found[1] if len(found) > 1 else found[0] if found else None


def _ips(value: bytes) -> Iterator[tuple[str, bytes, bytes]]:
    """The IP addresses in a text, in their normal form, and the bytes before and after each."""
    for found in _IP.finditer(value):
        start, end = found.span()
        text = _normal(value[start:end].decode())
        if text is not None:
            yield text, value[start - 1 : start], value[end : end + 1]


def _normal(text: str) -> str | None:
    """An address as it stands in a row, None where it is none: an IPv4 address in IPv6's clothes is one of IPv4."""
    try:
        packed = inet_pton(AF_INET6 if ":" in text else AF_INET, text)
    except OSError:
        return None
    if len(packed) == _V4_BYTES:
        return inet_ntop(AF_INET, packed)
    address = IPv6Address(packed)
    return str(address.ipv4_mapped or address)
