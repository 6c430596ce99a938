"""What the exit status says."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parsers.source import LogSet
    from parsers.updates import Trouble

# Everything was read; something could not be read, although the rest was; nothing could be read, or wrong use; Ctrl-C.
DONE, PARTLY, NOTHING, INTERRUPTED = 0, 1, 2, 130


def status(logs: "LogSet") -> int:
    """The exit status that the troubles of a reading stand for."""
    return status_of(logs.troubles, any(len(table) for table in logs.tables.values()))


def status_of(troubles: "Iterable[Trouble]", readable: bool) -> int:
    """The same where it is known whether there were rows at all."""
    if all(trouble.harmless for trouble in troubles):
        return DONE
    return PARTLY if readable else NOTHING
