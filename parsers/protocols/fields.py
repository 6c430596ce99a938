"""Header fields as mail and HTTP write them: names, tokens, parameters, comments (RFC 5322, RFC 2045).

They are read as leniently as Zeek reads them. Source: Zeek, src/analyzer/protocol/mime/MIME.cc.
"""

import re
from collections.abc import Callable
from typing import Final

_NAME: Final = re.compile(rb"[!-9;-~]+")
_TOKEN: Final = re.compile(rb"[!#-'*+\-.0-9A-Z^-~]+")
_BOUNDARY_TOKEN: Final = re.compile(rb"[!#-~]+")
_COMMENT_MARK: Final = re.compile(rb"[()\\]")
_QUOTED_MARK: Final = re.compile(rb'["\\]')
_QUOTED_PAIR: Final = re.compile(rb"\\(.?)", re.DOTALL)
_BLANK: Final = b" \t"
_REMEMBERED_BYTES: Final = 64
_REMEMBERED_TEXTS: Final = 1024


class _Remembered(dict[bytes, bytes]):
    """What a function makes of a text, found without a call when it came before: few come again and again."""

    def __init__(self, read: Callable[[bytes], bytes]) -> None:
        self._read = read

    def __missing__(self, text: bytes) -> bytes:
        found = self._read(text)
        if len(text) < _REMEMBERED_BYTES and len(self) < _REMEMBERED_TEXTS:
            self[text] = found
        return found


def _name(before: bytes) -> bytes:
    place = _skip(before, 0)
    while (match := _NAME.match(before, place)) is None:
        if place >= len(before):
            return b""
        place = max(_skip(before, place), place + 1)
    return match[0].lower() if _skip(before, match.end()) == len(before) else b""


# The name, in lower case, in what stands before a field's colon; empty where there is none.
FIELD_NAMES: Final = _Remembered(_name)


def token(value: bytes, place: int = 0) -> tuple[bytes, int] | None:
    """The first token from `place` on and the place after it; what cannot be in a token is passed over."""
    return _first(_TOKEN, value, _skip(value, place))


def _word(value: bytes) -> bytes:
    found = token(value)
    return found[0].lower() if found else b""


# The first token of a field's value in lower case; empty where there is none.
FIRST_WORDS: Final = _Remembered(_word)


def parameters(value: bytes, place: int) -> list[tuple[bytes, bytes]]:
    """The parameters (`; name=value`) from `place` on, names in lower case; what is none ends the list.

    A boundary may hold what no token holds, as they are met in the wild.
    """
    found: list[tuple[bytes, bytes]] = []
    while (place := _skip(value, place)) < len(value) and value[place] == 0x3B:
        named = token(value, place + 1)
        if named is None:
            break
        name = named[0].lower()
        place = _skip(value, named[1])
        if value[place : place + 1] != b"=":
            continue
        given = _boundary(value, place + 1) if name == b"boundary" else _parameter(value, place + 1)
        place += 1
        if given is not None:
            found.append((name, given[0]))
            place = given[1]
    return found


def content_type(value: bytes) -> tuple[bytes, bytes, int] | None:
    """Type and subtype of a Content-Type in upper case, and the place of its parameters."""
    first = token(value)
    if first is None:
        return None
    slash = _skip(value, first[1])
    second = token(value, slash + 1) if value[slash : slash + 1] == b"/" else None
    return (first[0].upper(), second[0].upper(), second[1]) if second else None


def _first(pattern: re.Pattern[bytes], value: bytes, place: int) -> tuple[bytes, int] | None:
    while (match := pattern.match(value, place)) is None:
        if place >= len(value):
            return None
        place = max(_skip(value, place), place + 1)
    return match[0], match.end()


def _boundary(value: bytes, place: int) -> tuple[bytes, int] | None:
    if value[place : place + 1] == b'"':
        return _quoted(value, place)
    return _first(_BOUNDARY_TOKEN, value, place)


def _parameter(value: bytes, place: int) -> tuple[bytes, int] | None:
    place = _skip(value, place)
    return _quoted(value, place) if value[place : place + 1] == b'"' else token(value, place)


def _quoted(value: bytes, place: int) -> tuple[bytes, int] | None:
    """A quoted string that begins at `place`, its quoted pairs undone."""
    at = place + 1
    while mark := _QUOTED_MARK.search(value, at):
        if mark[0] == b'"':
            return _QUOTED_PAIR.sub(rb"\1", value[place + 1 : mark.start()]), mark.end()
        at = mark.end() + 1
    return None


def _skip(value: bytes, place: int) -> int:
    """The place after blanks and comments."""
    end = len(value)
    while place < end:
        if value[place] in _BLANK:
            place += 1
        elif value[place] == 0x28:
            place = _skip_comment(value, place)
        else:
            break
    return place


def _skip_comment(value: bytes, place: int) -> int:
    depth = 0
    while mark := _COMMENT_MARK.search(value, place):
        place = mark.end()
        if mark[0] == b"(":
            depth += 1
        elif mark[0] == b")":
            depth -= 1
            if depth == 0:
                return place
        else:
            place += 1
    return len(value)
