"""Checks of whole columns: which rows pass, as a numpy array of bool; unset ones never do."""

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from parsers.places import PIECE
from parsers.query.addresses import Numbers as AddressNumbers
from parsers.query.tree import Addresses, AddressSpan, Check, Contains, Numbers, Pattern, Span, TextOrder, Texts, Truth
from parsers.schema import nanoseconds_in

Bools: TypeAlias = npt.NDArray[np.bool_]
# A flat column, and which of its members pass; null is no.
Flat: TypeAlias = pa.Array | pa.ChunkedArray
Member: TypeAlias = Callable[[Flat], Flat]

_ORDERS = {"<": pc.less, "<=": pc.less_equal, ">": pc.greater, ">=": pc.greater_equal}


class Look:
    """A question to the members of a column, piece by piece; what pieces share, a dictionary, is asked once."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self._dictionary: pa.Array | None = None
        self._passed = np.zeros(0, np.bool_)

    def rows(self, column: pa.ChunkedArray) -> Bools:
        """The rows of which a member passes; a scalar is its only member."""
        if pa.types.is_dictionary(column.type):
            return _in_one([self._coded(chunk) for chunk in column.chunks])
        if pa.types.is_list(column.type):
            return _in_one([_listed(chunk, self._member) for chunk in column.chunks])
        return bools(self._member(column))

    def _coded(self, chunk: pa.DictionaryArray) -> Bools:
        dictionary, codes = chunk.dictionary, chunk.indices
        if self._dictionary is None or not is_same(dictionary, self._dictionary):
            starts = range(0, len(dictionary), PIECE)
            self._passed = _in_one([bools(self._member(dictionary.slice(start, PIECE))) for start in starts])
            self._passed = np.append(self._passed, False)
            self._dictionary = dictionary
        if codes.null_count:
            codes = pc.fill_null(codes, len(dictionary))
        return np.asarray(self._passed[codes.to_numpy()])


def passing(check: Check) -> Look:
    """Whether a member passes the check."""
    return Look(lambda array: _members(array, check))


def has_one_dictionary(column: pa.ChunkedArray) -> bool:
    """Whether all chunks of a column share the same dictionary."""
    dictionaries = [chunk.dictionary for chunk in column.chunks]
    return bool(dictionaries) and all(is_same(each, dictionaries[0]) for each in dictionaries[1:])


def is_same(one: pa.Array, other: pa.Array) -> bool:
    """Whether two arrays are the same place in memory."""
    return (len(one), one.offset, _addresses(one)) == (len(other), other.offset, _addresses(other))


def _addresses(array: pa.Array) -> list[int]:
    return [0 if buffer is None else buffer.address for buffer in array.buffers()]


def _in_one(parts: list[Bools]) -> Bools:
    return parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0, np.bool_), *parts])


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
