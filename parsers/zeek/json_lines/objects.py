"""One line as a JSON object, its numbers as they stand there; what is too deep or too wide is refused (RFC 8259)."""

import json
import re
from collections.abc import Iterable
from typing import Any, TypeAlias

from parsers import limits

Way: TypeAlias = tuple[str, ...]
Object: TypeAlias = dict[str, Any]

_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"|[{\[\]}]')


class Number(str):
    """A number, digit by digit: no float has touched it."""

    __slots__ = ()

    @property
    def is_whole(self) -> bool:
        """Whether it is written as an integer."""
        return self.removeprefix("-").isdigit()


class NoObjectError(Exception):
    """The text is no object that is read; the message says why."""


_TOO_WIDE = NoObjectError(f"has more than {limits.JSON_KEYS} keys")
_DECODER = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=Number, strict=False)


def decoded(text: str) -> Object:
    """The one object that the text is. Raises NoObjectError."""
    found, end = object_at(text, 0)
    if text[end:].strip():
        raise NoObjectError("is no JSON object")
    return found


def object_at(text: str, place: int) -> tuple[Object, int]:
    """The object that begins at a place or behind blanks there, and the place behind it. Raises NoObjectError."""
    while text[place : place + 1].isspace():
        place += 1
    try:
        found, end = _DECODER.raw_decode(text, place)
    except ValueError:
        raise NoObjectError("is no JSON object") from None
    except RecursionError:
        raise NoObjectError(f"is nested deeper than {limits.JSON_DEPTH} levels") from None
    if not isinstance(found, dict):
        raise NoObjectError("is no JSON object")
    if text.count("{", place, end) + text.count("[", place, end) > limits.JSON_DEPTH:
        _refuse_depth(text[place:end])
    return found, end


def _refuse_depth(text: str) -> None:
    depth = 0
    for found in _STRUCTURE.finditer(text):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(found[0], 0)
        if depth > limits.JSON_DEPTH:
            raise NoObjectError(f"is nested deeper than {limits.JSON_DEPTH} levels")


def leaves(found: Object) -> Iterable[tuple[Way, Any]]:
    """What stands in an object and in the objects within it, by the way there; null is nothing.

    Raises NoObjectError for more of them than any log has fields.
    """
    if len(found) > limits.JSON_KEYS:
        raise _TOO_WIDE
    if dict not in set(map(type, found.values())):
        return [((name,), value) for name, value in found.items() if value is not None]
    made: list[tuple[Way, Any]] = []
    waiting: list[tuple[Way, Object]] = [((), found)]
    while waiting:
        way, members = waiting.pop()
        for name, value in members.items():
            if isinstance(value, dict):
                waiting.append(((*way, name), value))
            elif value is not None:
                made.append(((*way, name), value))
        if len(made) + len(waiting) > limits.JSON_KEYS:
            raise _TOO_WIDE
    return made


def is_object(line: bytes) -> bool:
    """Whether a line is one object."""
    try:
        decoded(line.decode("utf-8", "backslashreplace"))
    except NoObjectError:
        return False
    return True
