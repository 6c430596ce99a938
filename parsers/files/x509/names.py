r"""Distinguished names as OpenSSL writes them in the style of RFC 2253: `CN=example.org,O=Example\, Inc.,C=US`.

Source: OpenSSL, crypto/asn1/a_strex.c with XN_FLAG_RFC2253, read line by line as Zeek does (X509.cc).
"""

import re
from typing import Final, TypeAlias

from parsers.files.x509 import oids
from parsers.files.x509.der import (
    BMP,
    GENERALIZED_TIME,
    IA5,
    NUMERIC,
    OID,
    PRINTABLE,
    SEQUENCE,
    SET,
    T61,
    UNIVERSAL,
    UTC_TIME,
    UTF8,
    VISIBLE,
    DerError,
    elements,
    expect,
    read,
)
from parsers.limits import NAME_BYTES

# One attribute: the number of its set, its type, the tag and the contents of its value, the whole value.
Attribute: TypeAlias = tuple[int, bytes, int, bytes, bytes]

COMMON_NAME: Final = oids.encode("2.5.4.3")
_OCTET_PER_CHARACTER: Final = frozenset({NUMERIC, PRINTABLE, T61, IA5, VISIBLE, UTC_TIME, GENERALIZED_TIME})
_SPECIAL: Final = re.compile(rb'["+,;<>\\\x00-\x1f\x7f-\xff]')
_BACKSLASHED: Final = frozenset(b'"+,;<>\\')
_UNPRINTABLE: Final = re.compile(rb"[^ -~\r\n]")


def attributes(data: bytes, start: int, stop: int) -> list[Attribute]:
    """The attributes of a Name's contents, in the order in which they stand."""
    found: list[Attribute] = []
    for number, (tag, set_start, set_stop) in enumerate(elements(data, start, stop)):
        if tag != SET:
            raise DerError
        for inner, first, last in elements(data, set_start, set_stop):
            if inner != SEQUENCE:
                raise DerError
            type_start, type_stop = expect(OID, data, first, last)
            value_tag, value_start, value_stop = read(data, type_stop, last)
            if value_stop != last:
                raise DerError
            value = data[value_start:value_stop]
            kind = oids.checked(data[type_start:type_stop])
            found.append((number, kind, value_tag, value, data[type_stop:last]))
    return found


def text(found: list[Attribute]) -> bytes:
    """The attributes as one line, the last first; it is cut at the length of Zeek's buffer."""
    parts: list[bytes] = []
    previous = -1
    for number, kind, tag, value, whole in reversed(found):
        if parts:
            parts.append(b"+" if number == previous else b",")
        previous = number
        name = oids.ATTRIBUTES.get(kind)
        if name is None:
            parts += [oids.dotted(kind)[:79].encode(), b"=", _dump(whole)]
        else:
            parts += [name.encode(), b"=", _value(tag, value, whole)]
    return b"".join(parts)[: NAME_BYTES - 1]


def common_name(found: list[Attribute]) -> bytes | None:
    """The last common name, what is not printable as dots, up to the end of its first line."""
    for _, kind, _, value, _ in reversed(found):
        if kind == COMMON_NAME:
            printable = _UNPRINTABLE.sub(b".", value)
            return printable[: printable.find(b"\n") + 1 or None][: NAME_BYTES - 1]
    return None


def check(found: list[Attribute]) -> None:
    """Refuse what OpenSSL cannot turn into UTF-8: it then takes the whole certificate for unreadable."""
    for _, _, tag, value, _ in found:
        if tag == UTF8 and not value.isascii():
            _decode(value, "utf-8")
        elif tag == BMP:
            _decode(value, "utf-16-be")
            if any(0xD8 <= octet <= 0xDF for octet in value[::2]):
                raise DerError
        elif tag == UNIVERSAL:
            _decode(value, "utf-32-be")


def _decode(value: bytes, encoding: str) -> bytes:
    try:
        return value.decode(encoding).encode()
    except UnicodeError:
        raise DerError from None


def _dump(whole: bytes) -> bytes:
    return b"#" + whole.hex().upper().encode()


def _value(tag: int, value: bytes, whole: bytes) -> bytes:
    if tag in _OCTET_PER_CHARACTER:
        return _escaped(value if value.isascii() else value.decode("latin-1").encode())
    if tag == UTF8:
        return _escaped(value)
    if tag == BMP:
        return _escaped(_decode(value, "utf-16-be"))
    if tag == UNIVERSAL:
        return _escaped(_decode(value, "utf-32-be"))
    return _dump(whole)


def _escape(match: re.Match[bytes]) -> bytes:
    octet = match[0][0]
    return b"\\" + match[0] if octet in _BACKSLASHED else b"\\%02X" % octet


def _escaped(value: bytes) -> bytes:
    shown = _SPECIAL.sub(_escape, value)
    if len(value) > 1 and value[0] in b" #":
        shown = b"\\" + shown
    if value.endswith(b" "):
        shown = shown[:-1] + b"\\ "
    return shown
