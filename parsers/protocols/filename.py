"""File names as headers give them, and percent escapes.

Source: Zeek, base/utils/files.zeek, src/analyzer/protocol/http/HTTP.cc (unescape_URI).
"""

import re
from typing import Final

from parsers.pieces import holds

_BEFORE: Final = re.compile(rb"^.*[nN][aA][mM][eE][ \t]*\*?=[ \t]*", re.DOTALL)
_ENCODED: Final = re.compile(rb"^[a-zA-Z0-9!#$%&+-^_`{}~]+'[a-zA-Z0-9!#$%&+-^_`{}~]*'")
_BEFORE_ENCODED: Final = re.compile(rb"^.+'.*'", re.DOTALL)
_ODD_ESCAPE: Final = re.compile(rb"%(?![0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})")
_ESCAPE: Final = re.compile(rb"%(?:([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4}))?")


def filename(value: bytes) -> bytes:
    """The file name in a Content-Disposition or Content-Type field that has one."""
    name = _BEFORE.sub(b"", value)
    if name.startswith(b'"'):
        name = name.split(b'"', 2)[1]
    if _ENCODED.match(name):
        name = _BEFORE_ENCODED.sub(b"", name)
    return unescaped(name)


def unescaped(uri: bytes) -> bytes:
    """An address with its percent escapes undone, `%u00e9` and doubled percent signs too."""
    return _ESCAPE.sub(_octets, uri) if holds(uri, b"%") else uri


def odd_escapes(uri: bytes) -> list[str]:
    """Zeek's names for what is weird in an address's percent escapes, as often as it occurs."""
    found: list[str] = []
    place = uri.find(b"%") if _ODD_ESCAPE.search(uri) else -1
    while place >= 0:
        left = len(uri) - place - 1
        if left < 2:
            found.append("partial_escape_at_end_of_URI" if left else "illegal_%_at_end_of_URI")
            break
        step = 1
        if escape := _ESCAPE.match(uri, place):
            step = len(escape[0])
        if uri[place + 1] == 0x25:
            found.append("double_%_in_URI")
        elif step == 1:
            found.append("unescaped_%_in_URI")
            step = 2
        place = uri.find(b"%", place + step)
    return found


def _octets(escape: re.Match[bytes]) -> bytes:
    if escape[1] is not None:
        return bytes([int(escape[1], 16)])
    if escape[2] is not None:
        both = bytes([int(escape[2][:2], 16), int(escape[2][2:], 16)])
        return both[1:] if both[0] == 0 else both
    doubled = escape.end() < len(escape.string) - 1 and escape.string[escape.end()] == 0x25
    return b"" if doubled else b"%"
