"""What a value looks like in a table's cell: one line, safe on a terminal, cut to a width."""

import re
from collections.abc import Collection
from typing import Any

from rich.cells import cell_len, chop_cells

from parsers import schema
from parsers.evidence import values
from tui.glyphs import GLYPHS
from tui.growth import Span

# No column is wider than this, so no more of a cell is ever looked at.
WIDEST = 200
_ELEMENTS = 20
DAY = 86_400 * values.SECOND
_AMOUNT = re.compile(r"bytes|_len$|pkts|size|length|packets")
NUMBERS = frozenset({"count", "int", "double", "port", "interval"})


def _text(value: Any) -> str:
    return values.string_text(value.as_py()[:WIDEST])


def _amount(value: Any) -> str:
    return f"{value.as_py():,}"


def column_writer(name: str, zeek_type: str, times: Span | None = None, day: int | None = None) -> values.Writer:
    """What writes the cells of a column: amounts are grouped, times are as short as can be.

    `times` are the first and the last of a column of times; `day` is the one that everything happened on, in days since
    the epoch: times of that day go without a date.
    """
    scalar: dict[str, values.Writer] = {"string": _text, "pattern": _text, "func": _text}
    if _AMOUNT.search(name):
        scalar["count"] = scalar["int"] = _amount
    if zeek_type == "time":
        scalar["time"] = _time_writer(times or (), day, always_exact=name == "ts")
    return values.writer(zeek_type, scalar=scalar, elements=_ELEMENTS)


def _time_writer(ends: Collection[int], day: int | None, *, always_exact: bool) -> values.Writer:
    digits = 3 if always_exact or any(end % values.SECOND for end in ends) else 0
    if all(end // DAY == day for end in ends):
        return lambda value: values.clock_text(schema.nanoseconds(value), digits)
    return lambda value: values.time_text(schema.nanoseconds(value), digits)


def width_of(text: str) -> int:
    """The terminal cells that a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def fit(text: str, width: int, *, right: bool = False, tail: bool = False) -> str:
    """The text in exactly so many terminal cells, cut with an ellipsis (its beginning, for `tail`) or filled up."""
    wide = width_of(text)
    if wide > width:
        text = GLYPHS.ellipsis + text[1 - width :] if tail and text.isascii() and width > 1 else cut(text, width)
        wide = width_of(text)
    blank = " " * (width - wide)
    return blank + text if right else text + blank


def cut(text: str, width: int) -> str:
    """The beginning of the text in at most so many terminal cells; an ellipsis says that there is more."""
    if width_of(text) <= width:
        return text
    if width <= 1:
        return GLYPHS.ellipsis[:width]
    if text.isascii():
        return text[: width - 1] + GLYPHS.ellipsis
    return chop_cells(text[:width], width - 1)[0] + GLYPHS.ellipsis
