"""The filter language: text to a query for a log, a query to the rows of a log.

Wireshark's grammar on Zeek's names: `id.orig_h == 10.0.0.0/8 and host contains "evil" and not status_code in {404}`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from parsers import budget, scratch
from parsers.cancelling import Cancelled, never
from parsers.places import Places, kind
from parsers.query.errors import QueryError
from parsers.query.grammar import Grammar
from parsers.query.tree import Node, is_relative
from parsers.schema import Log

__all__ = ["Query", "QueryError", "mask", "masks", "parse", "rows"]


@dataclass(frozen=True, slots=True)
class Query:
    """A filter that has been understood; without a tree it keeps every row."""

    text: str
    tree: Node | None = None

    @property
    def relative(self) -> bool:
        """Whether the log's first time decides which rows are kept."""
        return self.tree is not None and is_relative(self.tree)


def parse(text: str, types: Mapping[str, str]) -> Query:
    """A filter for a log with these columns, name to Zeek type. Raises QueryError."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise QueryError(r"this is no text; write bytes as \xNN in quotes", error.start, error.end) from None
    return Query(text, Grammar(text, types).tree())


def mask(query: Query, log: Log, cancelled: Cancelled = never) -> npt.NDArray[np.bool_]:
    """Which rows of a log the query keeps, a bool for each. Raises CalledOffError once `cancelled` says so."""
    kept = np.ones(len(log), np.bool_)
    for start, found in masks(query, log, cancelled):
        kept[start : start + len(found)] = found
    return kept


def rows(query: Query, log: Log, cancelled: Cancelled = never) -> Places:
    """The numbers of the rows that the query keeps, ascending from 0. Raises as `mask` does.

    What of them is too much for memory lies in a file; OpenError where that has no room.
    """
    if query.tree is None:
        return np.arange(len(log), dtype=kind(len(log)))
    found = scratch.Numbers(kind(len(log)), budget.for_work() // 4)
    for start, kept in masks(query, log, cancelled):
        found.add(np.flatnonzero(kept) + start)
    return found.whole()


def masks(query: Query, log: Log, cancelled: Cancelled = never) -> Iterable[tuple[int, npt.NDArray[np.bool_]]]:
    """Of each piece of the log where it begins, and which of its rows are kept; none where all rows are."""
    from parsers.query.evaluation import Evaluation

    return () if query.tree is None else Evaluation(log, cancelled).masks(query.tree)
