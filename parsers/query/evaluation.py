"""A filter's tree on a log: which rows it keeps."""

from functools import cached_property, reduce
from operator import and_, or_

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parsers import schema
from parsers.cancelling import CalledOffError, Cancelled
from parsers.query import columns, texts
from parsers.query.columns import Bools
from parsers.query.tree import And, Anywhere, Check, Has, Node, Not, Numbers, Or, Test, Texts
from parsers.schema import Log


class Evaluation:
    """One log, its columns as Arrow holds them. Raises CalledOffError before a column once `cancelled` says so."""

    def __init__(self, log: Log, cancelled: Cancelled) -> None:
        self.log = log
        self.cancelled = cancelled
        self.names = list(schema.types(log))

    @cached_property
    def start(self) -> int:
        """The log's first time in nanoseconds; 0 where it has none."""
        first = pc.min(self._column("ts")) if "ts" in self.names else pa.scalar(None)
        return schema.nanoseconds(first) if isinstance(first, pa.TimestampScalar) and first.is_valid else 0

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
                found |= columns.passing(column, self._counted(check))
            if test.empty:
                found |= columns.empty(column)
            if test.unset or test.negated:
                is_set = columns.present(column)
                present |= is_set
                if test.unset:
                    found |= ~is_set
        return present & ~found if test.negated else found

    def _counted(self, check: Check) -> Check:
        if isinstance(check, Numbers) and check.relative:
            return check.counted_from(self.start)
        return check

    def _of(self, proto: str | None, found: Bools) -> Bools:
        return found if proto is None else found & columns.passing(self._column("proto"), Texts((proto,)))

    def _column(self, name: str) -> pa.ChunkedArray:
        if self.cancelled():
            raise CalledOffError
        return schema.column(self.log, name)

    def _no_row(self) -> Bools:
        return np.zeros(len(self.log), np.bool_)
