"""Which rows of a log are shown, and in what order."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parsers import query, schema
from parsers.query import QueryError
from parsers.query.order import order
from tui.view import Rows, Sort

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Choice:
    """A filter and a sort over a log's frame; `row` is one that the cursor is to stand on."""

    log: str
    frame: "pd.DataFrame"
    filter: str = ""
    sort: Sort | None = None
    row: int | None = None


def matching(choice: Choice) -> Rows | QueryError | None:
    """The rows of the frame that the filter leaves, as they come; None for all of them."""
    if not choice.filter:
        return None
    try:
        return query.rows(query.parse(choice.filter, schema.types(choice.frame)), choice.frame)
    except QueryError as error:
        return error


def chosen(choice: Choice) -> Rows | QueryError | None:
    """The rows of the frame that the filter leaves, in the order of the sort."""
    rows = matching(choice)
    if choice.sort is None or isinstance(rows, QueryError):
        return rows
    ordered = order(choice.frame, choice.sort.column, choice.sort.descending)
    if rows is None:
        return ordered
    kept = np.zeros(len(choice.frame), dtype=np.bool_)
    kept[rows] = True
    return ordered[kept[ordered]]
