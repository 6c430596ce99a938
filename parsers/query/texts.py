"""Words that are looked for in cells of any type."""

import re
from collections.abc import Callable
from functools import lru_cache, reduce
from operator import or_

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parsers.query.columns import Bools, Flat, Look, none
from parsers.schema import nanoseconds_in
from parsers.zeek.cells import cells

# What numbers, times and intervals are made of; no other word can be part of one.
_NUMBER = re.compile(r"[+-]?[0-9]*\.?[0-9]*")
_SECONDS = re.compile(r"([0-9]*)(?:\.([0-9]{0,6}))?")
_CLOCK = re.compile(r"([0-9: -]*[:-][0-9: -]*)(?:\.([0-9]{0,6}))?")
# Numbers that lie closer together than this are looked at once each, by a table of all between them.
_TABLE = 1 << 20


def holding(word: str) -> Look:
    """Whether a member's text as Zeek writes it holds the word, whatever its case; unset ones hold none.

    A word with `:` or `-` is also looked for in times as `2020-10-12 21:02:18.594123`.
    """
    return Look(lambda array: _members(array, word))


def _members(array: Flat, word: str) -> Flat:
    kind = array.type
    if pa.types.is_string(kind):
        return _match(array, word)
    if pa.types.is_boolean(kind):
        shown = {"t": True, "f": False}.get(word.lower())
        return none(array) if shown is None else pc.equal(array, shown)
    if pa.types.is_integer(kind):
        return _in_integer(array, word) if word.removeprefix("-").isdecimal() else none(array)
    if pa.types.is_temporal(kind):
        clock = _CLOCK.fullmatch(word) if pa.types.is_timestamp(kind) else None
        if clock:
            return _in_seconds(array, clock[1], clock[2], _written_clock)
        seconds = _SECONDS.fullmatch(word)
        if seconds:
            return _in_seconds(array, seconds[1], seconds[2], _written)
    return _in_cells(array, word) if _NUMBER.fullmatch(word) else none(array)


def _match(array: Flat, word: str) -> Flat:
    return pc.match_substring(array, word, ignore_case=word.lower() != word.upper())


def _in_cells(array: Flat, word: str) -> Flat:
    chunks = array.chunks if isinstance(array, pa.ChunkedArray) else [array]
    found = [_match(cells(chunk), word) for chunk in chunks]
    return pc.and_(pc.is_valid(array), pa.chunked_array(found, pa.bool_()))


def _in_integer(array: Flat, word: str) -> Flat:
    least, most = pc.min_max(array).as_py().values()
    if least is None or most - least > min(len(array), _TABLE):
        return _match(array.cast(pa.string()), word)
    table = pa.array(np.arange(least, most + 1, dtype=array.type.to_pandas_dtype())).cast(pa.string())
    return _match(table, word).take(pc.subtract(array, pa.scalar(least, array.type)))


def _in_seconds(array: Flat, whole: str, fraction: str | None, write: Callable[[pa.Array], pa.Array]) -> Flat:
    """Where `whole` is part of the seconds as `write` writes them, or their end when a `fraction` follows.

    Each second that occurs is written once, and the six digits behind it are looked at as a number.
    """
    steps = pc.fill_null(array.cast(pa.int64()), 0).to_numpy()
    if write is _written:
        steps = np.abs(steps)
    micro = 1000 // nanoseconds_in(array.type)
    seconds, micros = np.divmod((steps + micro // 2) // micro, 1_000_000)
    coded = pa.array(seconds).dictionary_encode()
    written = write(coded.dictionary)
    if fraction is None:
        found = pc.match_substring(written, whole).take(coded.indices).to_numpy(zero_copy_only=False)
        if whole.isdecimal() and len(whole) <= 6:
            found |= _with_digits(whole)[micros]
    else:
        found = pc.ends_with(written, whole).take(coded.indices).to_numpy(zero_copy_only=False)
        found &= micros // 10 ** (6 - len(fraction)) == int(fraction or "0")
    return pc.and_(pc.is_valid(array), pa.array(found))


@lru_cache(maxsize=1)
def _with_digits(digits: str) -> Bools:
    """Which numbers of six digits hold these."""
    numbers = np.arange(1_000_000)
    unit = 10 ** len(digits)
    places = range(7 - len(digits))
    return reduce(or_, (numbers // 10**place % unit == int(digits) for place in places))


def _written(seconds: pa.Array) -> pa.Array:
    return seconds.cast(pa.string())


def _written_clock(seconds: pa.Array) -> pa.Array:
    return pc.strftime(seconds.cast(pa.timestamp("s", "UTC")), "%Y-%m-%d %H:%M:%S")
