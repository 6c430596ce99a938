"""A filter's tree on a frame: which rows it keeps."""

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parsers import schema
from parsers.query import columns, texts
from parsers.query.columns import Bools
from parsers.query.tree import And, Anywhere, Has, Node, Not, Or, Test, Texts

if TYPE_CHECKING:
    import pandas as pd


class Evaluation:
    """One frame, its columns as Arrow holds them."""

    def __init__(self, frame: "pd.DataFrame") -> None:
        self.frame = frame
        self.names = list(frame.columns)
        self.start = _first(schema.column(frame, "ts")) if "ts" in self.names else 0

    def keep(self, node: Node) -> Bools:
        """The rows that a part of the tree keeps."""
        match node:
            case And(parts):
                return reduce(and_, map(self.keep, parts))
            case Or(parts):
                return reduce(or_, map(self.keep, parts))
            case Not(part):
                return ~self.keep(part)
            case Anywhere(text):
                return reduce(or_, (texts.holding(self._column(name), text) for name in self.names), self._no_row())
            case Has(names, proto):
                return self._of(proto, reduce(or_, (columns.present(self._column(name)) for name in names)))
            case Test():
                return self._of(node.proto, self._test(node))

    def _test(self, test: Test) -> Bools:
        found = self._no_row()
        present = self._no_row()
        for column in map(self._column, test.columns):
            for check in test.checks:
                found |= columns.passing(column, check, self.start)
            if test.empty:
                found |= columns.empty(column)
            if test.unset or test.negated:
                is_set = columns.present(column)
                present |= is_set
                if test.unset:
                    found |= ~is_set
        return present & ~found if test.negated else found

    def _of(self, proto: str | None, found: Bools) -> Bools:
        return found if proto is None else found & columns.passing(self._column("proto"), Texts((proto,)), self.start)

    def _column(self, name: str) -> pa.ChunkedArray:
        return schema.column(self.frame, name)

    def _no_row(self) -> Bools:
        return np.zeros(len(self.frame), np.bool_)


def _first(times: pa.ChunkedArray) -> int:
    """The first time of a column in nanoseconds; 0 where it holds no times."""
    if not pa.types.is_timestamp(times.type):
        return 0
    first = pc.min(times)
    return int(first.value) if first.is_valid else 0
