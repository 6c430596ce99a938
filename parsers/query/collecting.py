"""The rows that a question keeps, until the last one is there, and the answer that they are."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from parsers import budget, schema, scratch
from parsers.places import PIECE
from parsers.query.counting import Counts
from parsers.query.order import order_by
from parsers.query.question import Question
from parsers.query.taking import Taking


class Collected:
    """What a question has kept of a log: counted as it comes, cut to the first rows, or beside memory."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._counts = Counts(question.count_by) if question.count_by else None
        self._rows = scratch.Rows(_most())
        # Of rows that are sorted and cut off only the first are held, and as many again that came since.
        self._first = question.head if question.sort and not question.count_by else None
        self._firsts: list[pa.Table] = []

    def add(self, kept: pa.Table) -> None:
        """Some more rows. Raises OpenError where neither memory nor a disk has room for them."""
        if self._counts is not None:
            self._counts.add(kept)
        elif self._first is None:
            self._rows.add(kept)
        else:
            self._firsts.append(kept)
            if sum(map(len, self._firsts)) > 2 * self._first + PIECE:
                self._firsts = [self._first_rows(self._first)]

    def answer(self) -> Iterator[pa.Table]:
        """The answer of all that was added, at least one table."""
        question = self._question
        left = question.head
        for table in self._ordered():
            some = table.select(question.fields) if question.fields else table
            yield some if left is None else some.slice(0, left)
            if left is not None:
                left -= len(some)
                if left <= 0:
                    return

    def _ordered(self) -> Iterator[pa.Table]:
        if self._counts is None:
            tables = [*self._firsts, *self._rows.tables]
        elif not self._question.sort:
            yield from self._counts.tables()
            return
        else:
            counted = scratch.Rows(_most())
            for table in self._counts.tables():
                counted.add(table)
            tables = [*counted.tables]
        if not self._question.sort:
            yield from tables
            return
        whole = schema.joined(tables)
        places = order_by(whole, self._question.sort)
        if self._question.head is not None:
            places = places[: self._question.head]
        yield from Taking(whole).pieces(places)

    def _first_rows(self, count: int) -> pa.Table:
        """The first of those that are held, in the order in which they came: equal ones stay so."""
        whole = schema.joined(self._firsts)
        places = order_by(whole, self._question.sort)[:count]
        return Taking(whole).rows(np.sort(places))


def _most() -> int:
    return budget.for_work() // 4
