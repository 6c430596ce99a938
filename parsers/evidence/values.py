"""Values of Zeek's types in words, for people: one value, one line, nothing cut."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

import pyarrow as pa

from parsers import escape, schema

UNSET = "-"
EMPTY = "(empty)"
SECOND = 1_000_000_000
# The seconds at which the years 1 and 10000 begin.
_FIRST_YEAR, _LAST_YEAR = -62_135_596_800, 253_402_300_800

# From a scalar of Arrow to its text.
Writer: TypeAlias = Callable[[Any], str]


def time_text(nanoseconds: int, digits: int = 6) -> str:
    """A time as `2020-10-12 21:02:18.594123` UTC, with so many digits of the second; years are 1 to 9999.

    A time before or after these is written as seconds since 1970.
    """
    seconds, rest = divmod(nanoseconds, SECOND)
    if not _FIRST_YEAR <= seconds < _LAST_YEAR:
        return interval_text(nanoseconds)
    return f"{datetime.fromtimestamp(seconds, UTC).isoformat(' ', 'seconds')[:19]}{_fraction(rest, digits)}"


def clock_text(nanoseconds: int, digits: int = 3) -> str:
    """The time of the day as `21:02:18.594` UTC, with so many digits of the second."""
    seconds, rest = divmod(nanoseconds, SECOND)
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}:{second:02d}{_fraction(rest, digits)}"


def _fraction(nanoseconds: int, digits: int) -> str:
    return f".{nanoseconds // 10 ** (9 - digits):0{digits}d}" if digits else ""


def interval_text(nanoseconds: int) -> str:
    """An interval in seconds as Zeek writes it, with six digits of the second."""
    sign = "-" if nanoseconds < 0 else ""
    seconds, rest = divmod(abs(nanoseconds), SECOND)
    return f"{sign}{seconds}{_fraction(rest, 6)}"


def span_text(nanoseconds: int) -> str:
    """An interval as one says it: `420 ms`, `29.2 s`, `11 min 44 s`, `2 h 5 min`."""
    seconds = nanoseconds / SECOND
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes = round(seconds) // 60
    return f"{minutes} min {round(seconds) % 60} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def string_text(value: str) -> str:
    """A string that is safe on a terminal; the empty one is told from the unset one."""
    return escape.cell(value) if value else EMPTY


def writer(zeek_type: str, *, scalar: dict[str, Writer] | None = None, elements: int | None = None) -> Writer:
    """What turns a scalar of a column of this type into text.

    `scalar` replaces the writers of some types; of a set or vector at most so many elements are written.
    """
    inner_type = schema.element_type(zeek_type)
    writers = _WRITERS | (scalar or {})
    one = writers.get(inner_type or zeek_type, _string)

    def several(value: Any) -> str:
        if not value.is_valid:
            return UNSET
        members = value.values
        if not len(members):
            return EMPTY
        shown = members if elements is None else members[:elements]
        return ", ".join(one(member) if member.is_valid else UNSET for member in shown)

    def single(value: Any) -> str:
        return one(value) if value.is_valid else UNSET

    return single if inner_type is None else several


def _string(value: Any) -> str:
    return string_text(str(value.as_py()))


_WRITERS: dict[str, Writer] = {
    "time": lambda value: time_text(schema.nanoseconds(value)),
    "interval": lambda value: interval_text(schema.nanoseconds(value)),
    "bool": lambda value: "T" if value.as_py() else "F",
    "double": lambda value: f"{value.as_py():g}",
}


def value_of(column: pa.ChunkedArray, row: int) -> Any:
    """One value as plain Python: times and intervals as integer nanoseconds, lists of text as lists, None = unset."""
    scalar = column[row]
    if not scalar.is_valid:
        return None
    if pa.types.is_temporal(scalar.type):
        return schema.nanoseconds(scalar)
    if pa.types.is_list(scalar.type):
        return [value_of(scalar.values, place) for place in range(len(scalar.values))]
    return scalar.as_py()
