"""The answer to a question about one log, given while the log is read where that is possible."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from parsers import budget, schema, scratch
from parsers.protocols.registry import RECORDS
from parsers.query.collecting import Collected
from parsers.query.errors import QueryError, UnknownFieldError
from parsers.query.need import Need, need
from parsers.query.question import Question, QuestionError, Wording
from parsers.source import LogSet, in_order
from parsers.updates import Batch, NoSuchLog, Trouble, Update
from parsers.zeek import known


@dataclass
class Answer:
    """What is asked of one log, of `captures` or of logs on a disk, perhaps `endless` ones.

    `readable` tells, once all is read, whether there were rows of any log.
    """

    log: str
    wording: Wording
    captures: bool = False
    endless: bool = False
    readable: bool = False
    _question: Question | None = None
    _columns: pa.Schema = field(default_factory=lambda: pa.schema([]))
    # Rows as they were read, before the question is understood or where their first decides over all of them.
    _waiting: scratch.Rows = field(default_factory=lambda: scratch.Rows(budget.for_work() // 4))
    _collected: Collected | None = None
    # How many rows went out already.
    _given: int = 0

    def check(self) -> None:
        """Raise what can be told before anything is read: NoSuchLog for the log, QuestionError for the question.

        The columns of a capture's logs are known; a log on a disk may have any.
        """
        if self.captures:
            self.wording.understood(schema.types(self._without_rows()))

    def need(self, types: Mapping[str, str]) -> Need:
        """What is needed of a part of the log that has these columns, name to Zeek type."""
        try:
            return need(self.wording.understood(types))
        except QuestionError:
            # Other parts may have what is missing in this one.
            return Need()

    def pieces(self, updates: Iterable[Update]) -> Iterator[Trouble | pa.Table]:
        """What could not be read as it is met, and the answer: at least one table.

        There are several where nothing that may still come can change the rows so far, which are neither sorted nor
        counted. Without named fields a column that comes late stands after the others. Raises QuestionError, and
        NoSuchLog for a log that is not there and not known.
        """
        for update in _settled(updates) if self.captures else self._there(updates):
            if isinstance(update, Trouble):
                yield update
                continue
            self.readable |= len(update.table) > 0
            if update.log == self.log:
                self._take(update.table)
                if self._question and not self._question.where.relative:
                    yield from self._kept(self._question)
                    if self._is_full:
                        break
        if not self._columns.names:
            self._take(self._without_rows())
        question = self._understood()
        if not self._waiting.tables and not question.needs_all:
            yield self._nothing(question)
        yield from self._kept(question)
        if question.needs_all:
            yield from self._collected_of(question).answer()

    def _there(self, updates: Iterable[Update]) -> Iterator[Trouble | Batch]:
        """The rows of logs on a disk, none where a log is known and not there."""
        try:
            for update in updates:
                if isinstance(update, Trouble | Batch):
                    yield update
        except NoSuchLog:
            if known.columns(self.log) is None:
                raise

    def _take(self, table: pa.Table) -> None:
        """Rows of the log, and what columns it has so far."""
        self._waiting.add(table)
        self._columns = schema.joined([self._columns.empty_table(), table.slice(0, 0)]).schema
        if self._question is None:
            try:
                self._question = self._understood()
            except QuestionError as error:
                # A column may be one of rows that are still to come.
                if not isinstance(error.error, UnknownFieldError):
                    raise

    def _kept(self, question: Question) -> Iterator[pa.Table]:
        """What the question keeps of the rows that wait: collected, or given out where nothing can change it."""
        tables = list(self._waiting.tables)
        self._waiting.clear()
        if question.where.relative and tables:
            tables = [schema.joined(tables)]
        for table in tables:
            for kept in question.kept(self._completed(table)):
                if question.needs_all:
                    self._collected_of(question).add(kept)
                    continue
                yield self._cut(question, kept)
                if self._is_full:
                    return

    def _collected_of(self, question: Question) -> Collected:
        if self._collected is None:
            self._collected = Collected(question)
        return self._collected

    def _cut(self, question: Question, kept: pa.Table) -> pa.Table:
        """Rows that go out as they are."""
        some = kept.select(question.fields) if question.fields else kept
        if question.head is not None:
            some = some.slice(0, question.head - self._given)
        self._given += len(some)
        return some.unify_dictionaries()

    def _nothing(self, question: Question) -> pa.Table:
        """The answer that no row is left for."""
        (none,) = question.kept(self._columns.empty_table())
        return self._cut(question, none)

    @property
    def _is_full(self) -> bool:
        """Whether all rows that are wanted went out."""
        question = self._question
        return question is not None and not question.needs_all and self._given == question.head

    def _understood(self) -> Question:
        question = self.wording.understood(schema.types(self._columns.empty_table()))
        if self.endless and question.where.relative:
            raise QuestionError("where", QueryError("rows that still come have no start; give a time", 0, 0))
        return question

    def _completed(self, table: pa.Table) -> pa.Table:
        if table.column_names == self._columns.names:
            return table
        return schema.joined([self._columns.empty_table(), table])

    def _without_rows(self) -> pa.Table:
        """The log where none of its rows came. Raises NoSuchLog for one that is not known."""
        if self.captures:
            if self.log in RECORDS:
                return RECORDS[self.log].table([])
            raise NoSuchLog(f"no log is called {self.log}; of captures there are {', '.join(in_order(RECORDS))}")
        columns = known.columns(self.log)
        if columns is None:
            raise NoSuchLog(f"no log is called {self.log}")
        return columns.empty_table()


def _settled(updates: Iterable[Update]) -> Iterator[Trouble | Batch]:
    """The logs of captures, whole, and what could not be read."""
    logs = LogSet()
    logs.read(updates)
    yield from logs.troubles
    try:
        for log, table in logs.tables.items():
            yield Batch(log, table)
    finally:
        logs.keep()
