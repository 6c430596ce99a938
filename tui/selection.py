"""Which rows of a log are shown, and in what order."""

from dataclasses import dataclass

import pyarrow as pa

from parsers import schema
from parsers.cancelling import CalledOffError, Cancelled
from parsers.places import Places
from parsers.updates import OpenError
from tui.view import Sort


@dataclass(frozen=True, eq=False)
class Choice:
    """A filter and a sort over a log's table; `row` is one that the cursor is to stand on.

    `seen` is the row under the cursor, and the table in which it is that.
    """

    log: str
    table: pa.Table
    filter: str = ""
    sort: Sort | None = None
    row: int | None = None
    seen: tuple[pa.Table, int] | None = None


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a filter, in one line, and the place in its text."""

    message: str
    start: int
    end: int


def wrong(text: str, table: pa.Table) -> Wrong | None:
    """What is wrong with a filter of a log; None when it can be applied."""
    # The language is loaded when the first filter is typed: it would delay the first screen.
    from parsers import query

    try:
        query.parse(text, schema.types(table))
    except query.QueryError as error:
        return Wrong(error.message, error.start, error.end)
    return None


def matching(choice: Choice, cancelled: Cancelled) -> Places | Wrong | None:
    """The rows of the table that the filter leaves, as they come; None for all of them, or once nobody wants them."""
    if not choice.filter:
        return None
    from parsers import query

    try:
        return query.rows(query.parse(choice.filter, schema.types(choice.table)), choice.table, cancelled)
    except CalledOffError:
        return None
    except query.QueryError as error:
        return Wrong(error.message, error.start, error.end)
    except OpenError as error:
        return Wrong(str(error), 0, len(choice.filter))


def ordered(choice: Choice, rows: Places | None, cancelled: Cancelled) -> Places | Wrong | None:
    """These rows of the table in the order of the sort; None as `matching` gives it."""
    if choice.sort is None:
        return rows
    from parsers.query.order import Key, order_by

    try:
        return order_by(choice.table, [Key(choice.sort.column, choice.sort.descending)], rows, cancelled)
    except CalledOffError:
        return None
    except OpenError as error:
        return Wrong(str(error), 0, len(choice.filter))
