"""Arrow columns as JSON: one text a row, null where the cell is not set.

Source: Zeek, src/threading/formatters/JSON.cc (BuildJSON); RapidJSON, internal/dtoa.h (Prettify).
"""

import json
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parsers import escape
from parsers.lists import relisted
from parsers.schema import nanoseconds_in
from parsers.zeek.rewriting import Rewriting

# Numbers that Arrow writes as RapidJSON does, whole ones aside.
_LEAST, _MOST = 1e-6, 1e10
# Nanoseconds and microseconds in a second, and whole numbers that a double holds.
_SECOND, _MICROS, _EXACT = 1_000_000_000, 1_000_000, 1 << 53


def quoted(text: str) -> str:
    """A text as JSON's string."""
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return json.dumps(escape.json(text), ensure_ascii=False)[1:-1]


_TEXTS = Rewriting('"\\', _escaped)


def values(column: pa.Array) -> pa.Array:
    """The column's cells as JSON."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return values(column.cast(kind.value_type))
    if pa.types.is_list(kind):
        joined = pc.binary_join(relisted(column, values(column.flatten()).fill_null("null")), ",")
        return pc.binary_join_element_wise("[", joined, "]", "")
    if pa.types.is_string(kind):
        return pc.binary_join_element_wise('"', _TEXTS.of(column), '"', "")
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        return _doubles(_seconds(column))
    if pa.types.is_boolean(kind):
        return pc.if_else(column, "true", "false")
    return _doubles(column) if pa.types.is_floating(kind) else column.cast(pa.string())


def _seconds(column: pa.Array) -> pa.Array:
    """Times and intervals as the nearest double; those of nanoseconds as the sum that Zeek holds."""
    steps = column.cast(pa.int64()).fill_null(0).to_numpy()
    second = _SECOND // nanoseconds_in(column.type)
    micros, beyond = np.divmod(steps, second // _MICROS)
    whole, rest = np.divmod(np.abs(steps), second)
    sums = np.where(steps < 0, -1.0, 1.0) * (whole + rest / second)
    made = np.where((beyond == 0) & (np.abs(micros) < _EXACT), micros / _MICROS, sums)
    return pa.array(made, mask=column.is_null().to_numpy(zero_copy_only=False))


def _doubles(column: pa.Array) -> pa.Array:
    numbers = column.fill_null(0.0).to_numpy(zero_copy_only=False)
    size = np.abs(numbers)
    texts = column.cast(pa.string())
    whole = size == np.floor(size)
    if whole.any():
        texts = pc.if_else(pa.array(whole), pc.binary_join_element_wise(texts, ".0", ""), texts)
    odd = ~((size < _MOST) & ((size >= _LEAST) | (size == 0)))
    if odd.any():
        texts = pc.replace_with_mask(texts, pa.array(odd), pa.array([_double(number) for number in numbers[odd]]))
    return texts


def _double(number: float) -> str:
    """The shortest decimal that is the same double, with an exponent where it is very large or very small."""
    if not np.isfinite(number):
        return "null"
    sign, digits, exponent = Decimal(repr(float(number))).normalize().as_tuple()
    text, point = "".join(map(str, digits)), len(digits) + int(exponent)
    if len(digits) <= point <= 21:
        shown = text.ljust(point, "0") + ".0"
    elif 0 < point <= 21:
        shown = f"{text[:point]}.{text[point:]}"
    elif -6 < point <= 0:
        shown = f"0.{'0' * -point}{text}"
    else:
        shown = f"{text[0]}.{text[1:]}".removesuffix(".") + f"e{point - 1}"
    return "-" * sign + shown
