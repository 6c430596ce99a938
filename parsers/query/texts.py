"""Words that are looked for in cells of any type."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parsers.limits import FIELD_BYTES
from parsers.query.columns import Bools, Flat, any_member, none
from parsers.zeek.cells import cells

_SECOND = 1_000_000_000
# What numbers, times and intervals are made of; no other word can be part of one.
_NUMBER = re.compile(r"[0-9.+-]+")
_CLOCK = re.compile(r"([0-9: -]*[:-][0-9: -]*)(?:\.([0-9]{0,6}))?")
# Numbers that lie closer together than this are looked at once each, by a table of all between them.
_TABLE = 1 << 20


def holding(column: pa.ChunkedArray, word: str) -> Bools:
    """The rows whose text as Zeek writes it holds the word, whatever its case; unset ones hold none.

    A word with `:` or `-` is also looked for in times as `2020-10-12 21:02:18.594123`.
    """
    return any_member(column, lambda array: _members(array, word))


def _members(array: Flat, word: str) -> Flat:
    kind = array.type
    if pa.types.is_string(kind):
        return _match(array, word)
    if pa.types.is_boolean(kind):
        shown = {"t": True, "f": False}.get(word.lower())
        return none(array) if shown is None else pc.equal(array, shown)
    clock = _CLOCK.fullmatch(word)
    if clock and pa.types.is_timestamp(kind):
        return _in_clock(array, clock[1], clock[2])
    if not _NUMBER.fullmatch(word):
        return none(array)
    return _in_integer(array, word) if pa.types.is_integer(kind) else _in_written(array, word)


def _match(array: Flat, word: str) -> Flat:
    return pc.match_substring(array, word, ignore_case=word.lower() != word.upper())


def _in_written(array: Flat, word: str) -> Flat:
    chunks = array.chunks if isinstance(array, pa.ChunkedArray) else [array]
    found = [_match(cells(chunk, FIELD_BYTES), word) for chunk in chunks]
    return pc.and_(pc.is_valid(array), pa.chunked_array(found, pa.bool_()))


def _in_integer(array: Flat, word: str) -> Flat:
    least, most = pc.min_max(array).as_py().values()
    if least is None or most - least > _TABLE:
        return _match(array.cast(pa.string()), word)
    table = pa.array(np.arange(least, most + 1, dtype=np.int64)).cast(pa.string())
    place = pc.subtract(array, pa.scalar(least, array.type))
    return _match(table, word).take(place)


def _in_clock(times: Flat, clock: str, fraction: str | None) -> Flat:
    """Each second that occurs is written once; the digits behind it are compared as a number."""
    seconds, rest = np.divmod(pc.fill_null(times.cast(pa.int64()), 0).to_numpy(), _SECOND)
    coded = pa.array(seconds).dictionary_encode()
    written = pc.strftime(coded.dictionary.cast(pa.timestamp("s", "UTC")), "%Y-%m-%d %H:%M:%S")
    match = pc.match_substring(written, clock) if fraction is None else pc.ends_with(written, clock)
    found = pc.and_(pc.is_valid(times), match.take(coded.indices))
    if not fraction:
        return found
    return pc.and_(found, pa.array(rest // 10 ** (9 - len(fraction)) == int(fraction)))
