"""What is wrong with a filter, and where."""

from parsers import escape


class QueryError(Exception):
    """A filter that cannot be understood: one line that says what and what would be right.

    `start` and `end` are the place in the text that it is about.
    """

    def __init__(self, message: str, start: int, end: int) -> None:
        self.message = escape.cell(message)
        super().__init__(self.message)
        self.start = start
        self.end = end


class UnknownFieldError(QueryError):
    """A name that the log does not have, although its rows to come may."""
