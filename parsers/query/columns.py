"""Checks of whole columns: which rows pass, as a numpy array of bool; unset ones never do."""

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from parsers.query.addresses import Numbers as AddressNumbers
from parsers.query.tree import Addresses, AddressSpan, Check, Contains, Numbers, Pattern, Span, TextOrder, Texts, Truth
from parsers.schema import nanoseconds_in

Bools: TypeAlias = npt.NDArray[np.bool_]
# A flat column, and which of its members pass; null is no.
Flat: TypeAlias = pa.Array | pa.ChunkedArray
Member: TypeAlias = Callable[[Flat], Flat]

_ORDERS = {"<": pc.less, "<=": pc.less_equal, ">": pc.greater, ">=": pc.greater_equal}


def passing(column: pa.ChunkedArray, check: Check) -> Bools:
    """The rows of which a member passes the check."""
    return any_member(column, lambda array: _members(array, check))


def any_member(column: pa.ChunkedArray, member: Member) -> Bools:
    """The rows of which a member passes; a scalar is its only member."""
    if pa.types.is_dictionary(column.type):
        return _coded(column, member)
    if pa.types.is_list(column.type):
        return np.concatenate([np.zeros(0, np.bool_), *(_listed(chunk, member) for chunk in column.chunks)])
    return bools(member(column))


def present(column: pa.ChunkedArray) -> Bools:
    """The rows in which it is set."""
    return np.asarray(pc.is_valid(column).to_numpy(), np.bool_)


def empty(column: pa.ChunkedArray) -> Bools:
    """The rows in which it is a set or vector without members."""
    return bools(pc.equal(pc.list_value_length(column), 0))


def bools(found: Flat) -> Bools:
    """Arrow's answer as numpy's, null as False."""
    filled = pc.fill_null(found, False)
    if isinstance(filled, pa.ChunkedArray):
        return np.asarray(filled.to_numpy(), np.bool_)
    return np.asarray(filled.to_numpy(zero_copy_only=False), np.bool_)


def _coded(column: pa.ChunkedArray, member: Member) -> Bools:
    """Each value of a dictionary is looked at once."""
    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        return np.concatenate([_coded(pa.chunked_array([chunk]), member) for chunk in whole.chunks])
    passed = np.append(bools(member(whole.dictionary)), False)
    codes = whole.indices
    if codes.null_count:
        codes = pc.fill_null(codes, len(passed) - 1)
    return np.asarray(passed[codes.to_numpy()])


def _listed(lists: pa.Array, member: Member) -> Bools:
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
    ends = np.cumsum(lengths)
    passed = np.concatenate([[0], np.cumsum(bools(member(lists.flatten())))])
    return np.asarray(passed[ends] > passed[ends - lengths], np.bool_)


def _members(array: Flat, check: Check) -> Flat:
    match check:
        case Texts(values):
            return pc.equal(array, values[0]) if len(values) == 1 else pc.is_in(array, pa.array(values, array.type))
        case TextOrder(sign, value):
            return _ORDERS[sign](array, value)
        case Contains(value):
            return pc.match_substring(array, value)
        case Pattern(pattern):
            return pc.match_substring_regex(array, pattern)
        case Truth(values):
            return pc.is_in(array, pa.array(values))
        case Numbers(spans):
            return reduce(pc.or_, (_between(array, span) for span in spans))
        case Addresses(texts, spans):
            within = _within(array, spans) if spans else none(array)
            return pc.or_(pc.is_in(array, pa.array(texts, array.type)), within) if texts else within


def _between(array: Flat, span: Span) -> Flat:
    kind = array.type
    low, high = span.low, span.high
    if pa.types.is_temporal(kind):
        step = nanoseconds_in(kind)
        low, high = None if low is None else -(-low // step), None if high is None else high // step
    if not pa.types.is_floating(kind):
        least, most = _range(kind)
        if (low is not None and low > most) or (high is not None and high < least):
            return none(array)
        low = low if low is not None and low > least else None
        high = high if high is not None and high < most else None
    if low is not None and low == high:
        return pc.equal(array, pa.scalar(low, kind))
    above = pc.is_valid(array) if low is None else pc.greater_equal(array, pa.scalar(low, kind))
    return above if high is None else pc.and_(above, pc.less_equal(array, pa.scalar(high, kind)))


def none(array: Flat) -> pa.Array:
    """No member."""
    return pa.array(np.zeros(len(array), np.bool_))


def _range(kind: pa.DataType) -> tuple[int, int]:
    bits = kind.bit_width
    return (0, (1 << bits) - 1) if pa.types.is_unsigned_integer(kind) else (-(1 << bits - 1), (1 << bits - 1) - 1)


def _within(array: Flat, spans: tuple[AddressSpan, ...]) -> pa.Array:
    numbers = AddressNumbers.of(array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array)
    return pa.array(reduce(or_, (numbers.between(span.family, span.low, span.high) for span in spans)))
