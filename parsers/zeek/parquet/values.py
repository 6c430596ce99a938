"""Arrow columns of any type as columns of one of the types that stand for Zeek's."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parsers import escape
from parsers.lists import relisted
from parsers.schema import ARROW_TYPES, FAR_TIME, REPEATED, TEXT
from parsers.zeek.cells import UNSET, cells
from parsers.zeek.header import Header
from parsers.zeek.json_lines import times
from parsers.zeek.values import Cells, Mask

_PLAIN = Cells(Header(), escapes=False, empties=False)
_TRUTHS = {"true": "T", "false": "F"}
# Seconds up to here are exact to the microsecond in a double.
_NEAR = 2**52 / 1e6


def converted(column: pa.Array, wanted: pa.DataType) -> tuple[pa.Array, Mask]:
    """A column as another type, and the rows in which it holds nothing of that type: they are unset.

    Numbers of a column of times are seconds, or as many as fit of something smaller; times without a zone are UTC.
    """
    column = _simple(column)
    if pa.types.is_list(wanted) and pa.types.is_list(column.type):
        return _lists(column, wanted)
    right = np.zeros(len(column), bool)
    if column.type == wanted:
        return column, right
    if pa.types.is_string(column.type) and wanted == REPEATED:
        return column.dictionary_encode(), right
    try:
        if column.type == pa.null() or (_is_number(column.type) and _is_number(wanted)):
            return column.cast(wanted), right
        if pa.types.is_temporal(column.type) and wanted in (ARROW_TYPES["time"], FAR_TIME, ARROW_TYPES["interval"]):
            return column.cast(wanted), right
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        pass
    if pa.types.is_floating(column.type) and pa.types.is_temporal(wanted):
        numbers = column.fill_null(0.0).to_numpy(zero_copy_only=False)
        if (np.abs(numbers) < _NEAR).all():
            steps = np.rint(numbers * 1e6).astype(np.int64)
            micros = pa.array(steps, mask=column.is_null().to_numpy(zero_copy_only=False))
            return micros.cast(FAR_TIME if wanted == FAR_TIME else _micros(wanted)).cast(wanted), right
    return _by_text(column, wanted)


def _micros(kind: pa.DataType) -> pa.DataType:
    return FAR_TIME if pa.types.is_timestamp(kind) else pa.duration("us")


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _lists(column: pa.Array, wanted: pa.DataType) -> tuple[pa.Array, Mask]:
    elements, wrong = converted(column.flatten(), wanted.value_type)
    made = relisted(column, elements)
    if not wrong.any():
        return made, np.zeros(len(column), bool)
    lengths = pc.list_value_length(column).fill_null(0).to_numpy()
    rows = np.zeros(len(column), bool)
    rows[np.repeat(np.arange(len(column)), lengths)[wrong]] = True
    return made, rows


def _by_text(column: pa.Array, wanted: pa.DataType) -> tuple[pa.Array, Mask]:
    """By way of what stands in Zeek's logs."""
    if pa.types.is_string(column.type):
        texts = pc.if_else(pc.equal(column, UNSET), None, column)
    elif pa.types.is_floating(column.type):
        texts = column.cast(TEXT)
    else:
        texts = pc.if_else(column.is_valid(), cells(column), None)
    if pa.types.is_timestamp(wanted) and not pa.types.is_timestamp(column.type):
        found = texts.to_pylist()
        unit = times.unit_of(text for text in found if text is not None) or times.SECOND
        texts = pa.array([None if text is None else times.time(text, unit) for text in found], TEXT)
    elif pa.types.is_boolean(wanted):
        texts = pa.array([text and _TRUTHS.get(text.lower(), text) for text in texts.to_pylist()], TEXT)
    return _PLAIN.column(texts, wanted)


def _simple(column: pa.Array) -> pa.Array:
    """A column of anything as one of a type that `cells` knows: text, numbers, truths, times, lists of those."""
    kind, types = column.type, pa.types
    if isinstance(column, pa.ExtensionArray):
        return _simple(column.storage)
    if types.is_dictionary(kind):
        simple = _simple(column.dictionary)
        # REPEATED as it stands; anything else without its dictionary.
        return column if kind == REPEATED and simple.equals(column.dictionary) else simple.take(column.indices)
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind) or _is_binary(kind):
        return _texts(column)
    if types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return _simple(column.cast(pa.list_(kind.value_type)))
    if types.is_list(kind):
        elements = column.flatten()
        simple = _flat(_simple(elements))
        return column if simple is elements else relisted(column, simple)
    if types.is_timestamp(kind):
        return column.cast(pa.timestamp(kind.unit, tz="UTC"))
    if types.is_date(kind):
        return column.cast(pa.timestamp("s")).cast(pa.timestamp("s", tz="UTC"))
    if types.is_time(kind):
        whole = column.cast(pa.int32() if kind.bit_width == 32 else pa.int64()).cast(pa.int64())
        return whole.cast(pa.duration(kind.unit))
    if types.is_decimal(kind):
        return column.cast(pa.float64())
    if types.is_float16(kind) or types.is_float32(kind):
        return column.cast(pa.float64())
    if _is_number(kind) or types.is_boolean(kind) or types.is_duration(kind) or types.is_null(kind):
        return column
    return pa.array([_described(scalar) for scalar in column], TEXT)


def _flat(column: pa.Array) -> pa.Array:
    """Elements of lists: of lists in them, their text."""
    if not pa.types.is_list(column.type):
        return column
    return pa.array([_described(scalar) for scalar in column], TEXT)


def _is_binary(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(
        types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_fixed_size_binary(kind)
        or types.is_binary_view(kind)
    )


def _texts(column: pa.Array) -> pa.Array:
    """Strings, or bytes that may be text, as text."""
    try:
        made = column.cast(TEXT)
        made.validate(full=True)
    except pa.ArrowInvalid:
        raw = column.cast(pa.large_binary()).to_pylist()
        return pa.array([None if cell is None else escape.text(cell) for cell in raw], TEXT)
    return made


def _described(scalar: pa.Scalar) -> str | None:
    """Something that no log of Zeek holds, as text."""
    try:
        value = scalar.as_py()
    except (ValueError, OverflowError):
        return None
    return None if value is None else escape.text(str(value).encode("utf-8", "surrogateescape"))
