"""What may be compared with what: an operator and values, for a column of some Zeek type, as checks."""

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from parsers import literals
from parsers.query.errors import QueryError
from parsers.query.scanner import Token
from parsers.query.tree import Addresses, AddressSpan, Check, Contains, Numbers, Pattern, Span, TextOrder, Texts, Truth

T = TypeVar("T")

ORDERS = ("<", "<=", ">", ">=")
_LAST = (1 << 128) - 1
_NUMBERS: dict[str, Callable[[str], literals.Number]] = {
    "interval": literals.interval,
    "count": literals.count,
    "int": literals.count,
    "port": literals.port,
    "double": literals.double,
}
_NO_TEXT = {*_NUMBERS, "time", "bool"}


def check(sign: str, values: Sequence[Token], zeek_type: str) -> Check:
    """The check of a comparison with one of the values; `sign` is == for a list and for != too.

    Raises QueryError when they do not fit the type.
    """
    if sign in {"contains", "~"}:
        if zeek_type in _NO_TEXT:
            raise _error(f"{sign} looks into text; this field is of type {zeek_type}", values[0])
        return Contains(values[0].text) if sign == "contains" else _pattern(values[0])
    if zeek_type == "addr":
        return _addresses(sign, values)
    if zeek_type == "time" or zeek_type in _NUMBERS:
        return Numbers(tuple(_span(sign, value, zeek_type) for value in values))
    if sign in ORDERS:
        if zeek_type in {"bool", "subnet"}:
            raise _error(f"a field of type {zeek_type} is only compared with == and !=", values[0])
        return TextOrder(sign, values[0].text)
    if zeek_type == "bool":
        return Truth(tuple(_read(value, literals.truth) for value in values))
    if zeek_type == "subnet":
        return Texts(tuple(str(_read(value, literals.network)) for value in values))
    return Texts(tuple(value.text for value in values))


def _pattern(value: Token) -> Pattern:
    try:
        pc.match_substring_regex(pa.array([""]), value.text)
    except pa.ArrowInvalid as error:
        reason = str(error).removeprefix("Invalid regular expression: ")
        raise _error(f"this pattern cannot be used: {reason}", value) from None
    return Pattern(value.text)


def _addresses(sign: str, values: Sequence[Token]) -> Addresses:
    texts: list[str] = []
    spans: list[AddressSpan] = []
    for value in values:
        low, high = (_read(part, literals.network) for part in _ends(value))
        first, last = int(low.network_address), int(high.broadcast_address)
        if low.version != high.version:
            raise _error("a range needs two addresses of one family", value)
        if sign in ORDERS and first != last:
            raise _error(f"{sign} needs an address, not a network or a range", value)
        if sign not in ORDERS and first == last:
            texts += literals.address_texts(low.network_address)
            continue
        if sign == "<":
            first, last = 0, last - 1
        elif sign == "<=":
            first = 0
        elif sign == ">":
            first, last = first + 1, _LAST
        elif sign == ">=":
            last = _LAST
        spans.append(AddressSpan(low.version, first, last))
    return Addresses(tuple(texts), tuple(spans))


def _span(sign: str, value: Token, zeek_type: str) -> Span:
    (low, since), (high, until) = (_number(end, zeek_type) for end in _ends(value))
    if since != until:
        raise _error("a range needs two times of one kind", value)
    if sign in ORDERS and low != high:
        raise _error(f"{sign} needs one value, not a range", value)
    first, last = _bounds(low, high, sign in {"<", ">"}, zeek_type == "double")
    if sign in {"<", "<="}:
        return Span(None, last, since)
    return Span(first, None if sign in {">", ">="} else last, since)


def _number(value: Token, zeek_type: str) -> tuple[literals.Number, bool]:
    """The number, and whether it counts from the log's first time."""
    return _read(value, literals.time) if zeek_type == "time" else (_read(value, _NUMBERS[zeek_type]), False)


def _bounds(low: literals.Number, high: literals.Number, strict: bool, floating: bool) -> tuple[float, float]:
    """The least number that is not below `low` and the greatest that is not above `high`; strict: nor equal to it."""
    if floating:
        if strict:
            return math.nextafter(float(low), math.inf), math.nextafter(float(high), -math.inf)
        return float(low), float(high)
    if strict:
        return math.floor(low) + 1, math.ceil(high) - 1
    return math.ceil(low), math.floor(high)


def _ends(value: Token) -> tuple[Token, Token]:
    """The two ends of a range `a..b`, or one value twice."""
    low, dots, high = value.text.partition("..")
    if not dots or value.quoted:
        return value, value
    middle = value.start + len(low)
    return Token(low, value.start, middle), Token(high, middle + 2, value.end)


def _read(value: Token, reader: Callable[[str], T]) -> T:
    try:
        return reader(value.text)
    except ValueError as error:
        raise _error(f'expected {error}, not "{value.text}"', value) from None


def _error(message: str, value: Token) -> QueryError:
    return QueryError(message, value.start, value.end)
