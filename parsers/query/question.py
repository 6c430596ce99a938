"""What is asked of a log: which rows, counted by what, in which order, how many of them, which columns."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa

from parsers import query
from parsers.query import Query, QueryError, counting, fields
from parsers.query.order import Key
from parsers.query.scanner import Token
from parsers.schema import element_type


class QuestionError(Exception):
    """A part of a question that cannot be understood: `where`, `count-by`, `sort` or `fields`, and what is wrong."""

    def __init__(self, part: str, error: QueryError) -> None:
        super().__init__(f"{part}: {error}")
        self.part = part
        self.error = error


@dataclass(frozen=True, slots=True)
class Question:
    """The parts are applied in this order. Without `fields` all columns are wanted, without `head` all rows."""

    where: Query
    count_by: tuple[str, ...] = ()
    sort: tuple[Key, ...] = ()
    head: int | None = None
    fields: tuple[str, ...] = ()

    @property
    def needs_all(self) -> bool:
        """Whether the log's last row may decide over the first one of the answer."""
        return bool(self.count_by or self.sort or self.where.relative)

    def kept(self, table: pa.Table) -> Iterator[pa.Table]:
        """The rows and columns that the answer is made of, piece by piece, at least one.

        They are those of a part of the log, unless `where` is relative.
        """
        needed = table.select(self.needed or table.column_names)
        if self.where.tree is None or not len(table):
            yield needed
            return
        for start, kept in query.masks(self.where, table):
            yield needed.slice(start, len(kept)).filter(pa.array(kept))

    @property
    def needed(self) -> list[str]:
        """The columns that the answer is made of; none where all are."""
        if self.count_by or not self.fields:
            return list(self.count_by)
        return list(dict.fromkeys([*self.fields, *(key.column for key in self.sort)]))


@dataclass(frozen=True, slots=True)
class Wording:
    """A question as it is written: a filter, and names of fields apart by commas. None is what is not asked.

    A minus before a field to sort by puts the largest first.
    """

    where: str | None = None
    count_by: str | None = None
    sort: str | None = None
    head: int | None = None
    fields: str | None = None

    def understood(self, types: Mapping[str, str]) -> Question:
        """The question to a log with these columns (name to Zeek type). Raises QuestionError."""
        with _part("where"):
            where = query.parse(self.where or "", types)
        with _part("count-by"):
            count_by = () if self.count_by is None else _counted_by(self.count_by, types)
        if count_by:
            types = counting.types(count_by, types)
        with _part("sort"):
            sort = () if self.sort is None else _keys(self.sort, types, counted=bool(count_by))
        with _part("fields"):
            shown = () if self.fields is None else _columns(self.fields, types, counted=bool(count_by))
        return Question(where, count_by, sort, self.head, shown)


@contextmanager
def _part(part: str) -> Iterator[None]:
    try:
        yield
    except QueryError as error:
        raise QuestionError(part, error) from None


def _counted_by(text: str, types: Mapping[str, str]) -> tuple[str, ...]:
    columns = _columns(text, types)
    lists = [column for column in columns if element_type(types[column])]
    if len(lists) > 1:
        raise QueryError(f"{' and '.join(lists)} hold several values each: count by one of them", 0, len(text))
    return columns


def _columns(text: str, types: Mapping[str, str], *, counted: bool = False) -> tuple[str, ...]:
    columns: list[str] = []
    for name in fields.names(text):
        for column in _named(name, types, counted):
            if column in columns:
                raise QueryError(f"{column} is named twice", name.start, name.end)
            columns.append(column)
    return tuple(columns)


def _keys(text: str, types: Mapping[str, str], *, counted: bool) -> tuple[Key, ...]:
    keys: list[Key] = []
    for name in fields.names(text):
        descending = name.text.startswith("-") and name.text != "-"
        plain = Token(name.text[descending:], name.start + descending, name.end)
        keys += [Key(column, descending) for column in _named(plain, types, counted)]
    return tuple(keys)


def _named(name: Token, types: Mapping[str, str], counted: bool) -> tuple[str, ...]:
    if counted and fields.find(name.text, types) is None:
        raise QueryError(
            f"{name.text} is gone once rows are counted; there is {', '.join(types)}", name.start, name.end
        )
    return fields.columns(name, types)
