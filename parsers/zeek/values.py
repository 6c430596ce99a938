r"""Cells of Zeek's ASCII logs as Arrow columns: unset, empty and zero kept apart, `\xNN` undone, times exact.

Source: Zeek, src/threading/formatters/Ascii.cc (ParseValue).
"""

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from parsers import escape
from parsers.schema import far
from parsers.zeek.header import Header

Mask = npt.NDArray[np.bool_]

# Seconds with nine decimals: the last 64 bits of such a decimal are its nanoseconds.
SECONDS = pa.decimal128(38, 9)
_MICROSECONDS = pa.decimal128(38, 6)
TRUE = ["T", "1"]
FALSE = ["F", "0"]
_ESCAPE = re.compile(rb"\\(?:\\|x([0-9a-fA-F]{2}))")


def parsed_type(kind: pa.DataType) -> pa.DataType:
    """The type as which Arrow's CSV parser reads cells of a column that becomes `kind`."""
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        return SECONDS
    return pa.string() if pa.types.is_list(kind) else kind


@dataclass(frozen=True)
class Cells:
    """How the cells of one block are to be understood: its header, and what occurs in the block at all."""

    header: Header
    escapes: bool
    empties: bool

    @classmethod
    def of(cls, header: Header, data: bytes) -> "Cells":
        """Those of a block of lines."""
        # A single byte is found at the speed of memory: it decides nearly always.
        empties = bool(header.empty) and header.empty[:1] in data and header.empty in data
        return cls(header, b"\\" in data, empties)

    @cached_property
    def empty(self) -> str:
        """The text of an empty cell."""
        return escape.text(self.header.empty)

    @cached_property
    def unset(self) -> str:
        """The text of a cell that is not set."""
        return escape.text(self.header.unset)

    @cached_property
    def set_separator(self) -> str:
        """What stands between elements."""
        return escape.text(self.header.set_separator)

    def column(self, parsed: pa.Array, kind: pa.DataType) -> tuple[pa.Array, Mask]:
        """A parsed column as `kind`, and the rows in which a cell is not of that type: it is unset there.

        Parsed is what the CSV parser made of it: `parsed_type(kind)`, or text. A time that nanoseconds do not reach
        makes its column one of microseconds.
        """
        made, wrong = self._values(parsed, kind)
        other = far(kind)
        if other != kind and wrong.any():
            farther, still_wrong = self._values(parsed, other)
            if still_wrong.sum() < wrong.sum():
                return farther, still_wrong
        return made, wrong

    def _values(self, parsed: pa.Array, kind: pa.DataType) -> tuple[pa.Array, Mask]:
        if pa.types.is_list(kind):
            return self._lists(parsed, kind)
        wrong = np.zeros(len(parsed), bool)
        if pa.types.is_dictionary(kind) or pa.types.is_string(kind):
            return self._texts(parsed).cast(kind), wrong
        if pa.types.is_string(parsed.type):
            parsed, wrong = _scanned(parsed, parsed_type(kind))
        if parsed.type == SECONDS:
            parsed, too_far = _steps(parsed, kind)
            return parsed.cast(kind), wrong | too_far
        return parsed, wrong

    def _texts(self, texts: pa.Array) -> pa.Array:
        if pa.types.is_dictionary(texts.type):
            values = self._texts(texts.dictionary)
            return texts if values is texts.dictionary else values.take(texts.indices)
        if self.empties:
            texts = pc.if_else(pc.equal(texts, self.empty), "", texts)
        if not self.escapes:
            return texts
        escaped = pc.match_substring(texts, "\\").fill_null(False)
        if not escaped.true_count:
            return texts
        plain = [escape.text(unescaped(text.encode())) for text in texts.filter(escaped).to_pylist()]
        return pc.replace_with_mask(texts, escaped, pa.array(plain, pa.string()))

    def _lists(self, texts: pa.Array, kind: pa.DataType) -> tuple[pa.Array, Mask]:
        if texts.null_count == len(texts):
            return pa.nulls(len(texts), kind), np.zeros(len(texts), bool)
        split = pc.split_pattern(texts, self.set_separator)
        lengths = pc.list_value_length(split).fill_null(0).to_numpy()
        elements = split.flatten()
        is_empty = pc.equal(texts, self.empty).fill_null(False).to_numpy(zero_copy_only=False)
        if is_empty.any():
            elements = elements.filter(pa.array(~np.repeat(is_empty, lengths)))
            lengths = np.where(is_empty, 0, lengths)
        elements = pc.if_else(pc.equal(elements, self.unset), None, elements)
        values, wrong = self._values(elements, kind.value_type)
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        rows = np.zeros(len(texts), bool)
        rows[np.repeat(np.arange(len(texts)), lengths)[wrong]] = True
        return pa.ListArray.from_arrays(pa.array(offsets), values, type=kind, mask=texts.is_null()), rows


def unescaped(raw: bytes) -> bytes:
    r"""The bytes that Zeek wrote as these: `\\` is a backslash, `\xNN` a byte."""
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]) if found[1] else b"\\", raw)


def _scanned(texts: pa.Array, kind: pa.DataType) -> tuple[pa.Array, Mask]:
    """Text as `kind`, and where it says nothing of that kind."""
    if pa.types.is_boolean(kind):
        yes, no = pc.is_in(texts, pa.array(TRUE)), pc.is_in(texts, pa.array(FALSE))
        made = pc.if_else(pc.or_(yes, no), yes, None)
    else:
        try:
            made = texts.cast(kind)
        except pa.ArrowInvalid:
            made = _scanned_one_by_one(texts, kind)
    return made, pc.and_(made.is_null(), texts.is_valid()).to_numpy(zero_copy_only=False)


def _scanned_one_by_one(texts: pa.Array, kind: pa.DataType) -> pa.Array:
    coded = texts.dictionary_encode()
    values = []
    for text in coded.dictionary:
        try:
            values.append(text.cast(kind))
        except pa.ArrowInvalid:
            values.append(pa.scalar(None, kind))
    return pa.array(values, kind).take(coded.indices)


def _steps(seconds: pa.Array, kind: pa.DataType) -> tuple[pa.Array, Mask]:
    """Decimals of seconds as whole steps of a type of times or intervals; those that 64 bits cannot hold are unset."""
    if kind.unit == "us":
        seconds = seconds.cast(_MICROSECONDS, safe=False)
    present, decimals = seconds.buffers()
    halves = np.frombuffer(decimals, np.int64).reshape(-1, 2)[: seconds.offset + len(seconds)]
    low = np.ascontiguousarray(halves[:, 0])
    made = pa.Array.from_buffers(pa.int64(), len(seconds), [present, pa.py_buffer(low)], offset=seconds.offset)
    too_far = (halves[:, 1] != low >> 63)[seconds.offset :]
    if too_far.any():
        too_far &= seconds.is_valid().to_numpy(zero_copy_only=False)
        made = pc.if_else(pa.array(too_far), None, made)
    return made, too_far
