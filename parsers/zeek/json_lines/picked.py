"""A few members of each object picked out of lines of JSON: what stands between them is stepped over.

Arrow's parser takes every object apart, whatever is wanted of it; for a few columns of Zeek's this takes half its time.
"""

from collections.abc import Mapping
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from parsers.zeek.json_lines.lines import Lines
from parsers.zeek.json_lines.objects import Way
from parsers.zeek.values import SECONDS

if TYPE_CHECKING:
    import msgspec

# With more of them, to make the columns takes what is won.
MOST = 6
_END = ord("\n")


def columns(lines: Lines, kinds: Mapping[Way, pa.DataType]) -> list[pa.Array] | None:
    """What stands at each way in each line; None where a line is not of these kinds, or no object.

    Of a key that an object has twice, the last counts.
    """
    import msgspec

    decoder = _decoder(tuple(kinds.items()))
    if decoder is None:
        return None
    try:
        rows = decoder.decode_lines(lines.data)
        # Blank lines, two objects on one or one on two are none that Zeek wrote.
        if len(rows) != np.count_nonzero(np.frombuffer(lines.data, np.uint8) == _END):
            return None
        return [_column(rows, place, kind) for place, kind in enumerate(kinds.values())]
    except (msgspec.MsgspecError, pa.ArrowException, ValueError, OverflowError):
        return None


@lru_cache(maxsize=64)
def _decoder(kinds: tuple[tuple[Way, pa.DataType], ...]) -> "msgspec.json.Decoder[Any] | None":
    """What picks these members; None where something else is wanted than what a log's columns hold."""
    # Loaded for questions to logs in JSON alone: it takes as long as a small log.
    import msgspec

    if any(len(way) > 1 for way, _ in kinds):
        return None
    fields = [(_name(place), *_as_python(kind)) for place, (_, kind) in enumerate(kinds)]
    names = {_name(place): way[0] for place, (way, _) in enumerate(kinds)}
    try:
        return msgspec.json.Decoder(msgspec.defstruct("Picked", fields, rename=names, gc=False))
    except (ValueError, TypeError):
        # A key that cannot stand in a struct.
        return None


def _name(place: int) -> str:
    return f"member{place}"


def _as_python(kind: pa.DataType) -> tuple[Any, Any]:
    """The Python type of values that become a column, and what stands for none."""
    import msgspec

    if kind == SECONDS:
        # As it is written: a float has not all digits of some times.
        return msgspec.Raw, msgspec.Raw(b"")
    if pa.types.is_list(kind):
        return list[_as_python(kind.value_type)[0]] | None, None  # type: ignore[misc]
    if pa.types.is_boolean(kind):
        return bool | None, None
    if pa.types.is_integer(kind):
        return int | None, None
    return (float if pa.types.is_floating(kind) else str) | None, None


def _column(rows: list[Any], place: int, kind: pa.DataType) -> pa.Array:
    cells = list(map(attrgetter(_name(place)), rows))
    if kind != SECONDS:
        return pa.array(cells, kind)
    texts = pa.array([bytes(cell) or None for cell in cells], pa.binary()).cast(pa.string())
    return texts.cast(kind)
