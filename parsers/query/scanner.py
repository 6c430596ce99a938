"""A filter's text, read from left to right: symbols, words, quoted strings."""

import re
from dataclasses import dataclass

from parsers import escape
from parsers.query.errors import QueryError

_SPACE = re.compile(r"\s*")
# A word that may be a field or stands alone ends before an operator; a value only at a space, a comma, a bracket.
_WORD = re.compile(r'(?:(?!&&|\|\||!=)[^\s(){},"=<>~])+')
_VALUE = re.compile(r'(?:(?!&&|\|\|)[^\s(){},"])+')
_OPERATOR = re.compile(r"==|!=|<=|>=|<|>|~|=")
_ESCAPE = re.compile(r'\\(?:(["\\])|x([0-9a-fA-F]{2}))')
_ANYTHING = re.compile(r"\w+|\S")
_PATTERN = re.compile(r"/((?:[^/\\]|\\.)+)/(?=[\s)}]|$)")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text; a quoted one without its quotes and with its escapes undone."""

    text: str
    start: int
    end: int
    quoted: bool = False


class Scanner:
    """The text and the place up to which it has been read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def skip(self) -> int:
        """Pass over spaces; the place after them."""
        found = _SPACE.match(self.text, self.place)
        self.place = found.end() if found else self.place
        return self.place

    def symbol(self, symbol: str) -> bool:
        """Read this symbol if it comes next."""
        self.skip()
        if not self.text.startswith(symbol, self.place):
            return False
        self.place += len(symbol)
        return True

    def keyword(self, *keywords: str) -> str | None:
        """Read one of these words if it comes next, whatever its case."""
        before = self.place
        token = self.word()
        if token is not None and token.text.lower() in keywords:
            return token.text.lower()
        self.place = before
        return None

    def operator(self) -> Token | None:
        """Read an operator made of signs if one comes next."""
        return self._match(_OPERATOR)

    def word(self) -> Token | None:
        """Read a word that ends where an operator begins."""
        return self._match(_WORD)

    def value(self) -> Token | None:
        """Read a quoted string, `(empty)`, or a word that ends at a space, a comma or a bracket."""
        quoted = self.string()
        if quoted is not None:
            return quoted
        start = self.skip()
        if self.text.startswith("(empty)", start):
            self.place += 7
            return Token("(empty)", start, self.place)
        return self._match(_VALUE)

    def string(self) -> Token | None:
        r"""Read a quoted string if one comes next: `\"`, `\\` and `\xNN` are escapes, other backslashes are not."""
        found = self._quoted()
        if found is None:
            return None
        return Token(_unescaped(found.text), found.start, found.end, quoted=True)

    def pattern(self) -> Token | None:
        r"""Read a regular expression: quoted, between slashes, or a word; only `\"` is undone in it."""
        quoted = self._quoted()
        if quoted is not None:
            return Token(quoted.text.replace('\\"', '"'), quoted.start, quoted.end, quoted=True)
        start = self.skip()
        found = _PATTERN.match(self.text, start)
        if found is None:
            return self._match(_VALUE)
        self.place = found.end()
        return Token(found[1].replace(r"\/", "/"), start, self.place, quoted=True)

    def rest(self) -> Token:
        """What stands at the place, for an error to point at, empty at the end; nothing is read."""
        start = self.skip()
        found = _ANYTHING.match(self.text, start)
        end = found.end() if found else start
        return Token(self.text[start:end], start, end)

    def _match(self, pattern: re.Pattern[str]) -> Token | None:
        start = self.skip()
        found = pattern.match(self.text, start)
        if found is None:
            return None
        self.place = found.end()
        return Token(found[0], start, self.place)

    def _quoted(self) -> Token | None:
        start = self.skip()
        if not self.text.startswith('"', start):
            return None
        place = start + 1
        while place < len(self.text) and self.text[place] != '"':
            place += 2 if self.text[place] == "\\" else 1
        if place >= len(self.text):
            raise QueryError('this text has no closing "', start, len(self.text))
        self.place = place + 1
        return Token(self.text[start + 1 : place], start, self.place)


def _unescaped(text: str) -> str:
    """The text as a frame would hold it: a byte that is no UTF-8 stands there as an escape too."""
    if "\\" not in text:
        return text
    raw = bytearray()
    place = 0
    for found in _ESCAPE.finditer(text):
        raw += text[place : found.start()].encode()
        raw += found[1].encode() if found[1] else bytes([int(found[2], 16)])
        place = found.end()
    raw += text[place:].encode()
    return escape.text(bytes(raw))
