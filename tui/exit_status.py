"""What the exit status says."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parsers.source import LogSet

# Everything was read; something could not be read, although the rest was; nothing could be read, or wrong use; Ctrl-C.
DONE, PARTLY, NOTHING, INTERRUPTED = 0, 1, 2, 130


def status(logs: "LogSet") -> int:
    """The exit status that the troubles of a reading stand for."""
    if all(trouble.harmless for trouble in logs.troubles):
        return DONE
    return PARTLY if any(len(table) for table in logs.tables.values()) else NOTHING
