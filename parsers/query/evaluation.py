"""A filter's tree on a log: which rows it keeps."""

from collections.abc import Iterator
from functools import cached_property, reduce
from operator import and_, or_

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parsers import schema
from parsers.cancelling import CalledOffError, Cancelled
from parsers.places import pieces
from parsers.query import columns, texts
from parsers.query.columns import Bools, Look
from parsers.query.tree import And, Anywhere, Check, Has, Node, Not, Numbers, Or, Test, Texts
from parsers.schema import Log


class Evaluation:
    """One log, its columns as Arrow holds them, one piece of it at a time.

    Raises CalledOffError before a column once `cancelled` says so.
    """

    def __init__(self, log: Log, cancelled: Cancelled) -> None:
        self.cancelled = cancelled
        self.names = list(schema.types(log))
        self._log = log
        self._columns: dict[str, pa.ChunkedArray] = {}
        self._looks: dict[tuple[str, Check | str], Look] = {}
        self._piece = slice(0, len(log))

    def masks(self, tree: Node) -> Iterator[tuple[int, Bools]]:
        """Of each piece of the log where it begins, and which of its rows are kept."""
        for start, stop in pieces(len(self._log), self.cancelled):
            self._piece = slice(start, stop)
            yield start, self.keep(tree)

    @cached_property
    def start(self) -> int:
        """The log's first time in nanoseconds; 0 where it has none."""
        first = pc.min(self._whole("ts")) if "ts" in self.names else pa.scalar(None)
        return schema.nanoseconds(first) if isinstance(first, pa.TimestampScalar) and first.is_valid else 0

    def keep(self, node: Node) -> Bools:
        """The rows of the piece that a part of the tree keeps."""
        match node:
            case And(parts):
                return reduce(and_, map(self.keep, parts))
            case Or(parts):
                return reduce(or_, map(self.keep, parts))
            case Not(part):
                return ~self.keep(part)
            case Anywhere(text):
                return reduce(or_, (self._passing(name, text) for name in self.names), self._no_row())
            case Has(names, proto):
                return self._of(proto, reduce(or_, (columns.present(self._column(name)) for name in names)))
            case Test():
                return self._of(node.proto, self._test(node))

    def _test(self, test: Test) -> Bools:
        found = self._no_row()
        present = self._no_row()
        for name in test.columns:
            column = self._column(name)
            for check in test.checks:
                found |= self._passing(name, self._counted(check))
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
        return found if proto is None else found & self._passing("proto", Texts((proto,)))

    def _passing(self, name: str, wanted: Check | str) -> Bools:
        """The rows of which a member passes a check, or holds a word."""
        look = self._looks.get((name, wanted))
        if look is None:
            look = texts.holding(wanted) if isinstance(wanted, str) else columns.passing(wanted)
            self._looks[name, wanted] = look
        return look.rows(self._column(name))

    def _column(self, name: str) -> pa.ChunkedArray:
        return self._whole(name)[self._piece]

    def _whole(self, name: str) -> pa.ChunkedArray:
        if self.cancelled():
            raise CalledOffError
        if name not in self._columns:
            self._columns[name] = schema.column(self._log, name)
        return self._columns[name]

    def _no_row(self) -> Bools:
        return np.zeros(self._piece.stop - self._piece.start, np.bool_)
