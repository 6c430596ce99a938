"""JSON values, one by one, as an Arrow column of a Zeek type."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from parsers import limits
from parsers.zeek.header import Header
from parsers.zeek.json_lines import spelling, times
from parsers.zeek.json_lines.objects import Number
from parsers.zeek.json_lines.strings import Escapes
from parsers.zeek.values import Cells, Mask

# Texts that hold nothing to undo: times are seconds, truths T and F, and so on.
CELLS = Cells(Header(), escapes=False, empties=False)
# Whole numbers that a double holds exactly; what 64 bits hold, and in how many digits.
EXACT = 1 << 53
_UINT64_MAX = (1 << 64) - 1
_LONGEST = 20
_TRUTHS = {"true": "T", "false": "F"}


@dataclass(frozen=True, slots=True)
class Values:
    """How the values of one file are to be understood: its strings, its times that are whole numbers."""

    escapes: Escapes
    step: int

    def column(self, values: Sequence[Any], kind: pa.DataType) -> tuple[pa.Array, Mask]:
        """Values as a column, and those that are not of that type: they are unset there."""
        if pa.types.is_list(kind):
            return self._lists(values, kind)
        return CELLS.column(self._texts(values, kind), kind)

    def _texts(self, values: Sequence[Any], kind: pa.DataType) -> pa.Array:
        """Values as the texts of cells of a type."""
        types = set(map(type, values))
        is_text = pa.types.is_dictionary(kind) or pa.types.is_string(kind)
        if (types == {str} and is_text) or (types == {Number} and not pa.types.is_temporal(kind)):
            # A half of a pair of surrogates has no place in Arrow's texts.
            with suppress(UnicodeEncodeError):
                texts = pa.array(values, pa.string())
                return self.escapes.column(texts) if types == {str} else texts
        return pa.array([self.text(value, kind) for value in values], pa.string())

    def _lists(self, values: Sequence[Any], kind: pa.DataType) -> tuple[pa.Array, Mask]:
        lists = [value if isinstance(value, list) else [value] for value in values]
        lengths = np.array([len(elements) for elements in lists], np.int64)
        elements, wrong = self.column([element for elements in lists for element in elements], kind.value_type)
        rows = np.zeros(len(lists), bool)
        rows[np.repeat(np.arange(len(lists)), lengths)[wrong]] = True
        offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32))
        return pa.ListArray.from_arrays(offsets, elements, type=kind), rows

    def text(self, value: Any, kind: pa.DataType) -> str | None:
        """A value as the text of a cell of that type, or as some text that is none."""
        if value is None:
            return None
        if isinstance(value, bool):
            return "T" if value else "F"
        if isinstance(value, list | dict):
            return self.escapes.plain(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
        if pa.types.is_dictionary(kind) or pa.types.is_string(kind):
            return str(value) if isinstance(value, Number) else self.escapes.plain(value)
        text = str(value) if value.isascii() else self.escapes.plain(value)
        if pa.types.is_timestamp(kind):
            return times.time(text, self.step)
        if pa.types.is_duration(kind):
            return times.micros(text)
        if pa.types.is_boolean(kind):
            return _TRUTHS.get(text.lower(), text)
        return text.removesuffix(".0") if pa.types.is_integer(kind) else text


def inferred(values: Sequence[Any]) -> str:
    """The Zeek type that holds all of the values; `string` where no other does."""
    spelt = spelling.of(values)
    if spelt.startswith("["):
        elements = [element for elements in values for element in elements if element is not None]
        return f"vector[{inferred(elements)}]"
    if spelt == spelling.BOOL:
        return "bool"
    return _of_numbers(values) if spelt in (spelling.INTEGER, spelling.NUMBER) else "string"


def _of_numbers(numbers: Sequence[Number]) -> str:
    wholes = [number for number in numbers if number.is_whole]
    if any(len(number) > _LONGEST for number in wholes):
        return "string"
    least, most = min(map(int, wholes), default=0), max(map(int, wholes), default=0)
    if len(wholes) < len(numbers):
        return "double" if max(-least, most) <= EXACT else "string"
    if least >= -limits.INT64_MAX and most <= limits.INT64_MAX:
        return "int"
    return "count" if least >= 0 and most <= _UINT64_MAX else "string"
