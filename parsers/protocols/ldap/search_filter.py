"""What a search looks for, as text (RFC 4515) as Zeek writes it.

Source: Zeek, src/analyzer/protocol/ldap/ldap.spicy; Microsoft, MS-ADTS 6.3.3.2 (values of CLDAP).
"""

import re
from collections.abc import Callable
from typing import Final

from parsers.limits import LDAP_FILTER_DEPTH
from parsers.protocols.ldap.element import Reader, number, plain, utf8
from parsers.protocols.spicy import SpicyError

_AND, _OR, _NOT, _EQUAL, _SUBSTRINGS, _GREATER, _LESS, _PRESENT, _APPROXIMATE, _EXTENDED = range(10)
_MANY: Final = {_AND: b"&", _OR: b"|"}
_COMPARED: Final = {_EQUAL: b"=", _GREATER: b">=", _LESS: b"<=", _APPROXIMATE: b"~="}
_FIRST, _ANY, _LAST = range(3)
_GUID: Final = ((3, 2, 1, 0), (5, 4), (7, 6), (8, 9), (10, 11, 12, 13, 14, 15))
_SPECIAL: Final = re.compile(rb"[\0\x1b()*]")


def search_filter(reader: Reader, depth: int = 0) -> bytes:
    """One filter, with those inside it."""
    if depth > LDAP_FILTER_DEPTH:
        raise SpicyError("LDAP exceeded max filter recursion depth")
    element = reader.element()
    content = Reader(element.need_content())
    tag = element.tag
    if tag in _MANY:
        found: list[bytes] = []
        while content.left:
            found.append(search_filter(content, depth + 1))
        return _joined(_MANY[tag], found)
    if tag == _NOT:
        return b"(!%s)" % search_filter(content, depth + 1)
    if tag in _COMPARED:
        name, value = _pair(content)
        return b"(%s%s%s)" % (utf8(name), _COMPARED[tag], value)
    if tag == _SUBSTRINGS:
        return _substrings(content)
    if tag == _PRESENT:
        return b"(%s=*)" % plain(content.data)
    if tag == _EXTENDED:
        rule, name = _pair(content)
        content.octet()
        value = content.octets(content.octet())
        return b"(%s:%s:=%s)" % (name, utf8(rule), _printed(value))
    raise SpicyError("no matching case in switch statement")


def _joined(sign: bytes, filters: list[bytes]) -> bytes:
    """Filters joined two by two: the first two, these and the third, and so on."""
    if not filters:
        return b""
    opening = b"(" + sign
    if len(filters) == 1:
        return opening + filters[0] + b")"
    return opening * (len(filters) - 1) + filters[0] + b"".join(one + b")" for one in filters[1:])


def _pair(content: Reader) -> tuple[bytes, bytes]:
    """The name of an attribute, and the value that it is compared with."""
    content.octet()
    name = content.octets(content.octet())
    content.octet()
    value = content.octets(content.octet())
    return name, _VALUES.get(name, _escaped)(value)


def _substrings(content: Reader) -> bytes:
    content.octet()
    name = content.octets(content.octet())
    _, _, length = content.head()
    parts = Reader(content.octets(length))
    first = last = b""
    between: list[bytes] = []
    while parts.left:
        part = parts.element(deep=False)
        text = _escaped(part.need_content())
        if part.tag == _FIRST:
            first = text
        elif part.tag == _ANY:
            between.append(text)
        elif part.tag == _LAST:
            last = text
        else:
            raise SpicyError(f"invalid substring choice {part.tag}")
    return b"(%s=%s*%s%s)" % (utf8(name), first, b"".join(one + b"*" for one in between), last)


def _escaped(value: bytes) -> bytes:
    return _SPECIAL.sub(lambda found: b"\\%02x" % found[0][0], value)


def _printed(value: bytes) -> bytes:
    """Bytes as Spicy prints them."""
    shown = (
        b"\\\\" if octet == 0x5C else bytes((octet,)) if 0x20 <= octet < 0x7F else b"\\x%02x" % octet for octet in value
    )
    return b"".join(shown)


def _guid(value: bytes) -> bytes:
    if len(value) != 16:
        return b"GUID_FORMAT_FAILED"
    return b"-".join(bytes(value[place] for place in part).hex().encode() for part in _GUID)


def _hex_sid(value: bytes) -> bytes:
    return value.hex(":").encode()


def _sid(value: bytes) -> bytes:
    """A security identifier of Windows; the number of its parts is passed over."""
    if len(value) != 24:
        return b"SID_FORMAT_FAILED"
    parts = [value[0], number(value[2:8]), *(int.from_bytes(value[at : at + 4], "little") for at in range(8, 24, 4))]
    return b"S-" + b"-".join(b"%d" % part for part in parts)


def _number(value: bytes) -> bytes:
    if len(value) != 4:
        return b"HEX_FORMAT_FAILED"
    return b"0x" + value[::-1].hex().encode()


_VALUES: Final[dict[bytes, Callable[[bytes], bytes]]] = {
    b"DomainGuid": _guid,
    b"objectSid": _hex_sid,
    b"AAC": _hex_sid,
    b"DomainSid": _sid,
    b"NtVer": _number,
}
