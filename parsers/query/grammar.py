"""The filter language's grammar: text to a tree.

either  = all ("or" all)*                     also ||
all     = some ("and" some)*                  also &&
some    = "not" some | "(" either ")" | test  also !
test    = "has" FIELD | FIELD OPERATOR value | FIELD ["not"] "in" list | FIELD ":" value | word
list    = "{" value* "}" | network            values apart by commas or spaces
"""

from collections.abc import Callable, Mapping

from parsers import literals
from parsers.limits import FILTER_DEPTH
from parsers.query import comparison, fields
from parsers.query.errors import QueryError
from parsers.query.fields import Alias
from parsers.query.scanner import Scanner, Token
from parsers.query.tree import And, Anywhere, Check, Has, Node, Not, Or, Test
from parsers.schema import element_type

_WORDS = {
    "contains": "contains",
    "matches": "~",
    "in": "in",
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
}


class Grammar:
    """One filter on its way to a tree, for a log with these columns (name to Zeek type)."""

    def __init__(self, text: str, types: Mapping[str, str]) -> None:
        self.scanner = Scanner(text)
        self.types = types
        self.depth = 0

    def tree(self) -> Node | None:
        """The whole filter; None for an empty one. Raises QueryError."""
        if not self.scanner.rest().text:
            return None
        node = self._either()
        found = self.scanner.rest()
        if found.text:
            if found.text == ")":
                raise self._error('this ")" closes nothing', found)
            raise self._error(f'expected "and" or "or" before "{found.text}"; text with spaces needs quotes', found)
        return node

    def _either(self) -> Node:
        parts = self._joined(self._all, "||", "or")
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self) -> Node:
        parts = self._joined(self._some, "&&", "and")
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _joined(self, part: Callable[[], Node], symbol: str, word: str) -> list[Node]:
        parts = [part()]
        while self.scanner.symbol(symbol) or self.scanner.keyword(word):
            parts.append(part())
        return parts

    def _some(self) -> Node:
        opening = self.scanner.rest()
        self.depth += 1
        if self.depth > FILTER_DEPTH:
            raise self._error(f"more than {FILTER_DEPTH} parts lie inside one another", opening)
        try:
            if self.scanner.symbol("!") or self.scanner.keyword("not"):
                return Not(self._some())
            if self.scanner.symbol("("):
                node = self._either()
                if not self.scanner.symbol(")"):
                    raise self._error('this "(" is never closed', opening)
                return node
            return self._test()
        finally:
            self.depth -= 1

    def _test(self) -> Node:
        quoted = self.scanner.string()
        if quoted is not None:
            return Anywhere(quoted.text)
        if self.scanner.keyword("has"):
            return self._has()
        name = self.scanner.word()
        if name is None:
            raise self._expected("a field or a word to look for")
        sign = self._operator()
        if sign is not None:
            return self._comparison(name, sign)
        return self._with_colon(name) or Anywhere(name.text)

    def _has(self) -> Node:
        name = self.scanner.word()
        if name is None:
            raise self._expected("a field after has")
        alias = self._field(name)
        return Has(alias.columns, alias.proto)

    def _operator(self) -> str | None:
        """The operator that comes next: a sign, `in`, `not in`, `contains`."""
        found = self.scanner.operator()
        if found is not None:
            if found.text == "=":
                raise self._error('compare with == (two signs); to look for "=" itself, put the text in quotes', found)
            return found.text
        before = self.scanner.place
        if self.scanner.keyword("not"):
            if self.scanner.keyword("in"):
                return "not in"
            self.scanner.place = before
        word = self.scanner.keyword(*_WORDS)
        return None if word is None else _WORDS[word]

    def _with_colon(self, name: Token) -> Node | None:
        """`field:value`, where the word begins with a field's name."""
        field, colon, _ = name.text.partition(":")
        if not colon or not (field in self.types or fields.is_known(field)):
            return None
        self.scanner.place = name.start + len(field) + 1
        return self._comparison(Token(field, name.start, name.start + len(field)), "==")

    def _comparison(self, name: Token, sign: str) -> Node:
        alias = self._field(name)
        zeek_type = self.types[alias.columns[0]]
        scalar = element_type(zeek_type) or zeek_type
        if sign in {"in", "not in"}:
            test = self._one_of(alias, self._list(scalar), scalar)
            return Not(test) if sign == "not in" else test
        value = self.scanner.pattern() if sign == "~" else self._value(scalar)
        if value is None:
            raise self._expected(f"a value after {sign}")
        if sign in {"==", "!="}:
            return self._one_of(alias, [value], scalar, negated=sign == "!=")
        return Test(alias.columns, (comparison.check(sign, [value], scalar),), proto=alias.proto)

    def _one_of(self, alias: Alias, values: list[Token], scalar: str, negated: bool = False) -> Test:
        unset = any(value.text == "-" and not value.quoted for value in values)
        empty = [value for value in values if value.text == "(empty)" and not value.quoted]
        plain = [value for value in values if value.quoted or value.text not in {"-", "(empty)"}]
        checks: list[Check] = [comparison.check("==", plain, scalar)] if plain else []
        listed = element_type(self.types[alias.columns[0]]) is not None
        if empty and not listed:
            if scalar not in {"string", "enum", "pattern", "func"}:
                raise self._error(f"a field of type {scalar} is never (empty); - stands for unset", empty[0])
            checks.append(comparison.check("==", [Token("", empty[0].start, empty[0].end)], scalar))
        return Test(alias.columns, tuple(checks), unset, bool(empty) and listed, negated, alias.proto)

    def _list(self, scalar: str) -> list[Token]:
        opening = self.scanner.rest()
        if not self.scanner.symbol("{"):
            value = self._value(scalar) if scalar in {"addr", "subnet"} else None
            if value is None:
                raise self._expected("a list such as {80, 443} after in")
            return [value]
        values: list[Token] = []
        while not self.scanner.symbol("}"):
            value = self._value(scalar)
            if value is None:
                if not self.scanner.rest().text:
                    raise self._error('this "{" is never closed', opening)
                raise self._expected("a value or }")
            values.append(value)
            self.scanner.symbol(",")
        if not values:
            raise self._error("this list is empty", Token("{}", opening.start, self.scanner.place))
        return values

    def _value(self, scalar: str) -> Token | None:
        value = self.scanner.value()
        if value is None or value.quoted or scalar != "time" or not literals.is_date(value.text):
            return value
        before = self.scanner.place
        clock = self.scanner.value()
        if clock is None or not literals.is_clock(clock.text):
            self.scanner.place = before
            return value
        return Token(f"{value.text} {clock.text}", value.start, clock.end)

    def _field(self, name: Token) -> Alias:
        alias = fields.find(name.text, self.types)
        if alias is None:
            raise fields.unknown(name, self.types)
        return alias

    def _expected(self, what: str) -> QueryError:
        found = self.scanner.rest()
        instead = f'found "{found.text}"' if found.text else "the text ends"
        return self._error(f"expected {what}; {instead} here", found)

    @staticmethod
    def _error(message: str, token: Token) -> QueryError:
        return QueryError(message, token.start, token.end)
