"""The whole answer to a question, of a log that is there."""

import pyarrow as pa

from parsers import schema
from parsers.query.collecting import Collected
from parsers.query.question import Question


def answered(question: Question, table: pa.Table) -> pa.Table:
    """The answer as one table."""
    collected = Collected(question)
    for kept in question.kept(table):
        collected.add(kept)
    return schema.joined(list(collected.answer()))
