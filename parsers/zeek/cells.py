r"""Arrow columns as the cells of Zeek's ASCII logs: one string a row, unset `-`, empty `(empty)`.

Whole columns are cast by Arrow; only the few cells that need escaping or cutting go through Python.
Source: Zeek, src/threading/formatters/Ascii.cc (Describe), src/logging/Manager.cc (ValToLogVal: what is cut).
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from parsers import escape, limits
from parsers.schema import nanoseconds_in

UNSET = "-"
EMPTY = "(empty)"
SEPARATOR = "\t"
SET_SEPARATOR = ","

# What is not written as it stands: separators, backslashes, controls, and code points that Zeek takes for no text.
_SPECIAL = r"[\t,\\\x00-\x1f\x7f-\x{9f}\x{e000}-\x{f8ff}\x{fff0}-\x{ffff}]"
_PLAIN_BYTE = np.array([0x20 <= byte < 0x7F and chr(byte) not in "\\," for byte in range(256)])
_THREE_DIGITS = np.frombuffer(b"".join(b"%03d" % number for number in range(1000)), np.uint8).reshape(1000, 3)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where Zeek cuts the cells of one log: bytes of a string, elements of a set or vector, and of all in a row."""

    string: int = limits.FIELD_BYTES
    elements: int = limits.CONTAINER_ELEMENTS
    row_elements: int = limits.ROW_ELEMENTS

    @classmethod
    def of(cls, log: str) -> "Bounds":
        """Those of a log; http and x509 have their own (Zeek: their main.zeek)."""
        if log == "http":
            return cls(string=limits.ROW_STRING_BYTES)
        if log == "x509":
            return cls(elements=limits.ROW_ELEMENTS)
        return cls()


_ENDLESS = 1 << 31
UNBOUNDED = Bounds(_ENDLESS, _ENDLESS, _ENDLESS)


def cells(column: pa.Array, longest: int) -> pa.Array:
    """A column as cells, none of them null; strings are cut after `longest` bytes."""
    if pa.types.is_dictionary(column.type):
        if len(column.dictionary) > len(column):
            return cells(column.cast(column.type.value_type), longest)
        return cells(column.dictionary, longest).take(column.indices).fill_null(UNSET)
    if pa.types.is_list(column.type):
        return _containers(column, longest)
    return _scalars(column, longest, SEPARATOR).fill_null(UNSET)


def _scalars(column: pa.Array, longest: int, separators: str) -> pa.Array:
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        return _seconds(column)
    if pa.types.is_boolean(kind):
        return pc.if_else(column, "T", "F")
    if pa.types.is_floating(kind):
        return pa.array([None if value is None else _double(value) for value in column.to_pylist()], pa.string())
    if pa.types.is_string(kind):
        return _strings(column, longest, separators)
    return column.cast(pa.string())


def _containers(column: pa.Array, longest: int) -> pa.Array:
    elements = _scalars(column.flatten(), longest, SEPARATOR + SET_SEPARATOR).fill_null(UNSET)
    lengths = pc.list_value_length(column)
    offsets = np.concatenate([[0], np.cumsum(lengths.fill_null(0).to_numpy())]).astype(np.int32)
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), elements), SET_SEPARATOR)
    return pc.case_when(pc.make_struct(lengths.is_null(), pc.equal(lengths, 0)), UNSET, EMPTY, joined)


def _strings(column: pa.Array, longest: int, separators: str) -> pa.Array:
    lengths = pc.binary_length(column)
    shortest_longest = pc.min_max(lengths).as_py()
    if shortest_longest["min"] == 0:
        column = pc.if_else(pc.equal(lengths, 0), EMPTY, column)
    hard = pc.or_(pc.greater(lengths, longest), pc.is_in(column, pa.array([UNSET, EMPTY])))
    hard = pc.and_not(hard, pc.equal(lengths, 0))
    if not _PLAIN_BYTE[_bytes(column)].all():
        hard = pc.or_(hard, pc.match_substring_regex(column, _SPECIAL))
    hard = hard.fill_null(False)
    if not hard.true_count:
        return column
    rewritten = [_string(text, longest, separators) for text in column.filter(hard).to_pylist()]
    return pc.replace_with_mask(column, hard, pa.array(rewritten, pa.string()))


def _string(text: str, longest: int, separators: str) -> str:
    if len(text) > longest // 4:
        text = escape.text(escape.raw(text)[:longest])
    if text in (UNSET, EMPTY):
        return f"\\x{ord(text[0]):02x}{text[1:]}"
    return escape.zeek(text, separators)


def _bytes(column: pa.Array) -> npt.NDArray[np.uint8]:
    """The bytes of all strings of a column, one after the other."""
    _, offsets, data = column.buffers()
    if data is None or not len(column):
        return np.empty(0, np.uint8)
    places = np.frombuffer(offsets, np.int32)
    first, last = places[column.offset], places[column.offset + len(column)]
    return np.frombuffer(data, np.uint8)[first:last]


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


def cut(column: pa.Array, allowed: npt.NDArray[np.int64]) -> pa.Array:
    """Lists of which the first `allowed[row]` elements remain."""
    ends = np.cumsum(allowed)
    starts = column.offsets.to_numpy()[:-1] - (ends - allowed)
    kept = column.values.take(pa.array(np.repeat(starts, allowed) + np.arange(ends[-1] if len(ends) else 0)))
    offsets = np.concatenate([[0], ends]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), kept, mask=column.is_null())
