"""The rows of a log chosen again and again while it grows: a filter looks at what is new, and at nothing twice."""

from dataclasses import dataclass, replace

import numpy as np

from parsers import budget, schema, scratch
from parsers.cancelling import CalledOffError, Cancelled
from parsers.places import Places, kind
from parsers.updates import OpenError
from tui.growth import kept_rows
from tui.selection import Choice, Wrong, matching, ordered
from tui.view import same_row


@dataclass(frozen=True, eq=False)
class Chosen:
    """The rows that a choice leaves, in order (None: all, as they come), and the row for the cursor."""

    rows: Places | None
    row: int | None


class Chooser:
    """Chooses rows of one log, for one thread at a time."""

    def __init__(self) -> None:
        self._known: Choice | None = None
        self._rows: Places | None = None

    def __call__(self, choice: Choice, cancelled: Cancelled) -> Chosen | Wrong | None:
        """The rows of a choice; None once nobody wants them."""
        rows = self._matching(choice, cancelled)
        if cancelled():
            return None
        if not isinstance(rows, Wrong):
            rows = ordered(choice, rows, cancelled)
        if isinstance(rows, Wrong) or cancelled():
            return rows if isinstance(rows, Wrong) else None
        row = choice.row
        if choice.seen is not None:
            row = same_row(*choice.seen, choice.table)
        return Chosen(rows, row)

    def _matching(self, choice: Choice, cancelled: Cancelled) -> Places | Wrong | None:
        start = self._start(choice)
        rows = matching(replace(choice, table=choice.table.slice(start)) if start else choice, cancelled)
        if rows is None or isinstance(rows, Wrong) or cancelled():
            return rows
        try:
            rows = self._joined(rows, start, len(choice.table)) if start else rows
        except (CalledOffError, OpenError) as error:
            return Wrong(str(error), 0, len(choice.filter))
        self._known, self._rows = choice, rows
        return rows

    def _start(self, choice: Choice) -> int:
        """How many rows were looked at already."""
        known = self._known
        if known is None or known.filter != choice.filter or not choice.filter:
            return 0
        start = kept_rows(known.table, choice.table)
        return 0 if start and _is_relative(choice) else start

    def _joined(self, more: Places, start: int, count: int) -> Places:
        """The rows that were found before, as far as they are still the same, and those that came since."""
        assert self._rows is not None
        found = scratch.Numbers(kind(count), budget.for_work() // 4)
        found.add(self._rows[: np.searchsorted(self._rows, start)])
        found.add(more + start)
        return found.whole()


def _is_relative(choice: Choice) -> bool:
    """Whether the log's first time decides which rows the filter keeps: a row that comes late may change that."""
    from parsers import query

    return query.parse(choice.filter, schema.types(choice.table)).relative
