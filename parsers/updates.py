"""What a reader of a capture or of logs tells while it reads."""

from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa


class OpenError(Exception):
    """Nothing could be read; the text is one line: what, where, what to do."""


def not_opened(path: Path, error: OSError) -> OpenError:
    """What to tell of a path that the system does not open."""
    match error:
        case FileNotFoundError() | NotADirectoryError():
            why = "there is no such file or folder; is the name right?"
        case PermissionError():
            why = "no permission to read it; try chmod, or copy it as its owner"
        case _:
            why = error.strerror or str(error)
    return OpenError(f"{path}: {why}")


class PasswordNeeded(OpenError):  # noqa: N818  it asks for something
    """The archive is locked, and no password was given or the one given is wrong."""


class NoSuchLog(OpenError):  # noqa: N818  nothing is wrong with the logs that are there
    """None of the logs that are asked for is there, although others are."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of a log; each field of the table's schema carries its Zeek type.

    `replaces` puts them in the place of all rows of that log that came before; `settled` ones are all that there are,
    in their order.
    """

    log: str
    table: "pa.Table"
    replaces: bool = False
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows of a log that were counted and not kept: of them there are the columns that lead to other logs.

    They follow those of the log that were counted before, whether or not there are Batches of the same rows too.
    `again` reads all columns of them; it raises OpenError where they can no longer be read.
    """

    log: str
    table: "pa.Table"
    again: "Callable[[], pa.Table]"


@dataclass(frozen=True, slots=True)
class Waiting:
    """The logs of which more rows are still to be read or counted; of all others every row is known.

    It is told once the first rows of each log have been, and whenever one of them is through.
    """

    logs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something could not be read although the rest was; the text is one line: what, where, what to do.

    A `harmless` one (a capture without packets) does not change the exit status; a `passing` one is of this moment, and
    reading the same another time would not tell it.
    """

    text: str
    harmless: bool = False
    passing: bool = field(default=False, compare=False)


# The stage of what comes through a pipe and has not ended: nobody knows how much is still to come.
LIVE = "live"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the reading is: `done` of `total` of a unit (`bytes`, `packets`); nothing of nothing while it is LIVE."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the whole once it has been indexed; times in nanoseconds UTC, None where there are none."""

    packets: int
    first: int | None
    last: int | None


class MadeOf(Protocol):
    """What rows were made of, by which they are found again (`parsers.cache.origin`)."""

    @property
    def key(self) -> str | None:
        """What they are known by; None where they are not kept."""

    @property
    def names(self) -> list[str]:
        """What messages call it."""

    @property
    def logs(self) -> set[str]:
        """The logs that there are by the names of its files."""

    @property
    def is_unchanged(self) -> bool:
        """Whether it still is what was read."""


@dataclass(frozen=True, slots=True)
class Whole:
    """All that there is was told: the rows may be kept, to be found again by what they were made of."""

    origin: MadeOf


Update: TypeAlias = Batch | Counted | Waiting | Trouble | Progress | Facts | Whole


def begun(updates: "Iterator[Update]") -> "Iterator[Update]":
    """The same updates, of which the first has been read already: what cannot be opened was raised by then."""
    return chain(list(islice(updates, 1)), updates)
