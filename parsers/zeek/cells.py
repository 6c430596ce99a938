r"""Arrow columns as the cells of Zeek's ASCII logs: one string a row, unset `-`, empty `(empty)`.

Whole columns are cast by Arrow; only the few cells that need escaping go through Python.
Source: Zeek, src/threading/formatters/Ascii.cc (Describe).
"""

import math

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from parsers import escape
from parsers.lists import relisted
from parsers.schema import nanoseconds_in
from parsers.zeek.rewriting import Rewriting

UNSET = "-"
EMPTY = "(empty)"
SEPARATOR = "\t"
SET_SEPARATOR = ","

_THREE_DIGITS = np.frombuffer(b"".join(b"%03d" % number for number in range(1000)), np.uint8).reshape(1000, 3)


def _escaped(text: str, separators: str) -> str:
    if text in (UNSET, EMPTY):
        return f"\\x{ord(text[0]):02x}{text[1:]}"
    return escape.zeek(text, separators)


_SPECIAL = pa.array([UNSET, EMPTY])
_TEXTS = Rewriting("\\", lambda text: _escaped(text, SEPARATOR))
_ELEMENTS = Rewriting("\\" + SET_SEPARATOR, lambda text: _escaped(text, SEPARATOR + SET_SEPARATOR))


def cells(column: pa.Array) -> pa.Array:
    """A column as cells, none of them null."""
    if pa.types.is_dictionary(column.type):
        if len(column.dictionary) > len(column):
            return cells(column.cast(column.type.value_type))
        return cells(column.dictionary).take(column.indices).fill_null(UNSET)
    if pa.types.is_list(column.type):
        return _containers(column)
    return _scalars(column, _TEXTS).fill_null(UNSET)


def _scalars(column: pa.Array, texts: Rewriting) -> pa.Array:
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        return _seconds(column)
    if pa.types.is_boolean(kind):
        return pc.if_else(column, "T", "F")
    if pa.types.is_floating(kind):
        return pa.array([None if value is None else _double(value) for value in column.to_pylist()], pa.string())
    if pa.types.is_string(kind):
        return _strings(column, texts)
    return column.cast(pa.string())


def _strings(column: pa.Array, texts: Rewriting) -> pa.Array:
    written = texts.of(column, pc.is_in(column, _SPECIAL))
    empty = pc.equal(pc.binary_length(column), 0)
    return pc.if_else(empty, EMPTY, written) if pc.any(empty).as_py() else written


def _containers(column: pa.Array) -> pa.Array:
    joined = pc.binary_join(relisted(column, _scalars(column.flatten(), _ELEMENTS).fill_null(UNSET)), SET_SEPARATOR)
    empty = pc.equal(pc.list_value_length(column), 0)
    return pc.if_else(empty, EMPTY, joined).fill_null(UNSET)


def _double(value: float) -> str:
    """Six decimals without zeros at the end, never an exponent (Zeek: src/Desc.cc, ODesc::Add of a double)."""
    if not math.isfinite(value):
        return str(value)
    text = f"{value:.6f}".rstrip("0").removesuffix(".")
    return text + ".0" if abs(value - round(value)) < 1e-9 else text


def _seconds(column: pa.Array) -> pa.Array:
    """Times and intervals as seconds with six decimals.

    Zeek holds a time as a double of seconds and rounds that one: so does this, or the last digit of times with
    nanoseconds would differ.
    """
    steps = column.cast(pa.int64()).fill_null(0).to_numpy()
    second = 1_000_000_000 // nanoseconds_in(column.type)
    whole, rest = np.divmod(np.abs(steps), second)
    micros = np.rint((whole + rest / second - whole) * 1e6).astype(np.int64)
    seconds = pa.array(whole + micros // 1_000_000).cast(pa.string())
    sign = pa.array(np.where(steps < 0, "-", "")) if (steps < 0).any() else ""
    text = pc.binary_join_element_wise(sign, seconds, _decimals(micros % 1_000_000), "")
    return pc.if_else(column.is_valid(), text, None) if column.null_count else text


def _decimals(micros: npt.NDArray[np.int64]) -> pa.Array:
    """Microseconds as a point and six digits."""
    digits = np.empty((len(micros), 7), np.uint8)
    digits[:, 0] = ord(".")
    digits[:, 1:4] = _THREE_DIGITS[micros // 1000]
    digits[:, 4:] = _THREE_DIGITS[micros % 1000]
    offsets = np.arange(0, digits.size + 1, 7, dtype=np.int32)
    return pa.StringArray.from_buffers(len(micros), pa.py_buffer(offsets), pa.py_buffer(digits))
