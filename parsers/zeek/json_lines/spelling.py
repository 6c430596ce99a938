"""How values are written in JSON: what a column was written as so far tells how to read the rest of it."""

import re
from collections.abc import Sequence
from functools import reduce
from itertools import chain
from typing import Any

from parsers.zeek.json_lines.objects import Number

NOTHING, BOOL, INTEGER, NUMBER, TEXT, MIXED = "", "bool", "integer", "number", "text", "mixed"
EMPTY = "[]"
_NO_DIGIT = re.compile(r"[^0-9-]")


def of(values: Sequence[Any]) -> str:
    """How values are written, all of them; of lists in brackets how their elements are."""
    return reduce(both, [_of_type(kind, values) for kind in set(map(type, values))], NOTHING)


def _of_type(kind: type, values: Sequence[Any]) -> str:
    if kind is Number:
        numbers = values if set(map(type, values)) == {Number} else [v for v in values if isinstance(v, Number)]
        return NUMBER if _NO_DIGIT.search("".join(numbers)) else INTEGER
    if kind is list:
        elements = chain.from_iterable(value for value in values if isinstance(value, list))
        return f"[{of([element for element in elements if element is not None])}]"
    return {bool: BOOL, str: TEXT}.get(kind, MIXED)


def both(one: str, other: str) -> str:
    """How values are written of which some are written in one way and some in the other."""
    if one == other or not other:
        return one
    if not one:
        return other
    if one.startswith("[") and other.startswith("["):
        return f"[{both(one[1:-1], other[1:-1])}]"
    return NUMBER if {one, other} == {INTEGER, NUMBER} else MIXED
