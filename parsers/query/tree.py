"""What a filter comes to: tests of columns, joined by and, or, not."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Texts:
    """The text is one of these."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextOrder:
    """The text stands before or after this one; `sign` is one of < <= > >=."""

    sign: str
    value: str


@dataclass(frozen=True, slots=True)
class Contains:
    """The text holds this one."""

    value: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """The regular expression is found somewhere in the text."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Truth:
    """The flag is set, or is not."""

    values: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers from `low` to `high`, both included, None where there is no bound; times and intervals in nanoseconds.

    `since` counts them from the log's first time.
    """

    low: float | int | None
    high: float | int | None
    since: bool = False

    def counted_from(self, start: int) -> "Span":
        """The span itself, no longer relative."""
        low, high = (None if end is None else end + start for end in (self.low, self.high))
        return Span(low, high)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The number lies in one of these spans."""

    spans: tuple[Span, ...]

    @property
    def relative(self) -> bool:
        """Whether the log's first time decides."""
        return any(span.since for span in self.spans)

    def counted_from(self, start: int) -> "Numbers":
        """The same where the log's first time is `start`."""
        return Numbers(tuple(span.counted_from(start) if span.since else span for span in self.spans))


@dataclass(frozen=True, slots=True)
class AddressSpan:
    """Addresses of one family, 4 or 6, from `low` to `high` as numbers, both included."""

    family: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Addresses:
    """The address is one of these texts, in normal form, or lies in one of these spans."""

    texts: tuple[str, ...] = ()
    spans: tuple[AddressSpan, ...] = ()


Check: TypeAlias = Texts | TextOrder | Contains | Pattern | Truth | Numbers | Addresses


@dataclass(frozen=True, slots=True)
class Test:
    """A comparison of columns: true when a member of one of them passes a check, is unset, or is empty, as asked.

    `negated` is true where something is set and nothing of that holds. `proto` restricts it to rows of a transport.
    """

    columns: tuple[str, ...]
    checks: tuple[Check, ...] = ()
    unset: bool = False
    empty: bool = False
    negated: bool = False
    proto: str | None = None


@dataclass(frozen=True, slots=True)
class Has:
    """One of the columns is set; `proto` restricts it to rows of a transport."""

    columns: tuple[str, ...]
    proto: str | None = None


@dataclass(frozen=True, slots=True)
class Anywhere:
    """The text is part of any column's text, whatever its case."""

    text: str


@dataclass(frozen=True, slots=True)
class Not:
    """The rows that another part leaves out."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """The rows that all parts have."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """The rows that any part has."""

    parts: tuple["Node", ...]


Node: TypeAlias = Test | Has | Anywhere | Not | And | Or


def is_relative(node: Node) -> bool:
    """Whether the log's first time decides which rows are kept, so that a part of the log cannot be judged alone."""
    match node:
        case And(parts) | Or(parts):
            return any(map(is_relative, parts))
        case Not(part):
            return is_relative(part)
        case Test():
            return any(isinstance(check, Numbers) and check.relative for check in node.checks)
        case Has() | Anywhere():
            return False
