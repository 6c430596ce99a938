"""What is done without a screen: the logs listed, or written in one of the formats."""

import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from parsers.cache import origin
from parsers.export.format import Format
from parsers.export.registry import FORMATS
from parsers.opening import captures, updates
from parsers.updates import Batch, OpenError, Update, begun
from tui.exit_status import NOTHING, status
from tui.password import unlocked
from tui.streams import complain, say

if TYPE_CHECKING:
    from parsers.source import LogSet

_SOON = 0.01


def run(
    paths: Sequence[Path],
    password: bytes | None,
    folder: Path | None,
    format: str = "zeek",  # noqa: A002
    *,
    checksums: bool = False,
) -> int:
    """Read what lies at the paths and write its logs into the folder, or list them where there is none.

    The format is one of `parsers.export.registry`. Returns the exit status. Raises OpenError when nothing can be read,
    or when the logs cannot be written.
    """
    begin()
    form = FORMATS[format]

    def read(secret: bytes | None) -> Iterator[Update]:
        return updates(paths, secret, checksums=checksums)

    if folder is None:
        kept = origin.Origin(paths, captures(paths), checksums)
        told, _ = unlocked(paths, password, lambda secret: begun(origin.updates(kept, lambda: read(secret))))
    else:
        # What is written is made anew: nobody should have to wonder how old it is.
        _refuse(folder)
        told, _ = unlocked(paths, password, lambda secret: begun(read(secret)))
        told = _writable(told, folder, form)
    # Loaded late: of a large capture another process is to read while Arrow is loaded.
    from parsers.source import LogSet

    logs = LogSet()
    logs.read(told)
    for trouble in logs.troubles:
        complain(trouble.text)
    if folder is None:
        from parsers.summary import lines

        said = say(lines(logs.tables))
        logs.keep()
        return status(logs) if said else NOTHING
    _write(folder, logs, form)
    return status(logs)


def begin() -> None:
    """Set this process up for work that nobody watches."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    sys.unraisablehook = _end_later


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    """End in order: processes are ended, and what is written only in part is taken away."""
    sys.exit(128 + number)


def _end_later(lost: "sys.UnraisableHookArgs") -> None:
    """A signal that comes while an object is being destroyed ends nothing: it is given once more, when that is over."""
    error = lost.exc_value
    if isinstance(error, SystemExit):
        signal.signal(signal.SIGALRM, lambda *_: sys.exit(error.code))
        signal.setitimer(signal.ITIMER_REAL, _SOON)
    else:
        sys.__unraisablehook__(lost)


def _refuse(folder: Path) -> None:
    """Raise OpenError where the logs cannot be written, before the time is spent to make them."""
    try:
        nearest = next(place for place in (folder, *folder.parents) if place.exists())
    except OSError as error:
        raise _not_written(folder, error) from None
    if not nearest.is_dir():
        raise _not_written(folder, NotADirectoryError(f"{nearest} is no folder"))
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise _not_written(folder, PermissionError(f"no permission to write in {nearest}"))


def _writable(updates: Iterable[Update], folder: Path, form: Format) -> Iterator[Update]:
    """The same updates; OpenError as soon as one is of a log that the folder has already, conn's first of all."""
    from parsers.export.folder import refuse

    seen: set[str] = set()
    for update in updates:
        if isinstance(update, Batch) and update.log not in seen and update.table.num_rows:
            seen.add(update.log)
            try:
                refuse(folder, [update.log], form)
            except OSError as error:
                raise _not_written(folder, error) from None
        yield update


def _write(folder: Path, logs: "LogSet", form: Format) -> None:
    from parsers.export.folder import write

    try:
        # Zeek cuts long cells; logs that it wrote, perhaps with other bounds, stay as they are.
        write(folder, logs.tables, form, whole=logs.facts is None)
    except OSError as error:
        raise _not_written(folder, error) from None


def _not_written(folder: Path, error: OSError) -> OpenError:
    return OpenError(f"{folder}: the logs cannot be written there: {error.strerror or error}; name another folder")
