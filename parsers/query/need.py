"""What a question needs of a log, for readers that can leave out the rest."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from parsers.query.question import Question
from parsers.query.tree import And, Anywhere, Has, Node, Not, Numbers, Or, Span, Test


@dataclass(frozen=True, slots=True)
class Bound:
    """In every row that is needed one of these columns lies in one of these spans; none of them is relative."""

    columns: tuple[str, ...]
    spans: tuple[Span, ...]

    def may_hold(self, column: str, least: int, greatest: int) -> bool:
        """Whether one of some values of a column, which are known by their least and greatest, may lie there."""
        return column in self.columns and any(
            (span.low is None or span.low <= greatest) and (span.high is None or least <= span.high)
            for span in self.spans
        )


@dataclass(frozen=True, slots=True)
class Need:
    """The columns that are needed, None where all are, and what holds of every row that is."""

    columns: frozenset[str] | None = None
    bounds: tuple[Bound, ...] = ()


# What is needed of a part of a log that has these columns, name to Zeek type.
Asked: TypeAlias = Callable[[Mapping[str, str]], Need]


def need(question: Question) -> Need:
    """What a question needs; rows that it does not need are those that its filter leaves out."""
    tree = question.where.tree
    if tree is None:
        return Need(frozenset(question.needed) or None)
    used = _columns(tree)
    if used is None or not question.needed:
        columns = None
    else:
        # The log's first time is what relative ones count from.
        columns = frozenset([*question.needed, *used, *["ts"] * question.where.relative])
    return Need(columns, () if question.where.relative else tuple(_bounds(tree)))


def _columns(node: Node) -> frozenset[str] | None:
    """The columns that a filter looks at; None where those are all."""
    match node:
        case Anywhere():
            return None
        case Not(part):
            return _columns(part)
        case And(parts) | Or(parts):
            some = [_columns(part) for part in parts]
            known = [names for names in some if names is not None]
            return frozenset().union(*known) if len(known) == len(some) else None
        case Test() | Has():
            return frozenset([*node.columns, *["proto"] * (node.proto is not None)])


def _bounds(node: Node) -> Iterator[Bound]:
    """What holds of every row that a filter keeps."""
    if isinstance(node, And):
        for part in node.parts:
            yield from _bounds(part)
    elif isinstance(node, Test) and not (node.unset or node.empty or node.negated):
        numbers = [check for check in node.checks if isinstance(check, Numbers)]
        if len(numbers) == len(node.checks):
            yield Bound(node.columns, tuple(span for check in numbers for span in check.spans))
