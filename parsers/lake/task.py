"""What one worker does at a time: a capture, or some of the shards of a large one.

A scheduler unpacks tasks too, and does none: what is heavy is loaded with the first that is done.
"""

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from socket import gethostname
from threading import Lock
from typing import TYPE_CHECKING

from parsers.lake.capture import Capture
from parsers.updates import OpenError, PasswordNeeded, Trouble

if TYPE_CHECKING:
    from parsers.capture.decoded import Decoded


@dataclass(frozen=True, slots=True)
class Task:
    """Analyse a capture and write its rows into the lake; of one in several `parts`, only what a `part` comes to.

    All files that are not finished lie in a folder of their own, `unfinished`, parts of a capture by its `number`.
    With parts and without a part, it is all of them joined; of those that were `lost` it is known why.
    """

    capture: Capture
    number: int
    lake: Path
    unfinished: Path
    checksums: bool = False
    parts: int = 0
    part: int | None = None
    lost: Mapping[int, str] = field(default_factory=dict)
    version: str = field(default_factory=lambda: version("zeektui"))

    def files(self) -> list[Path]:
        """Where the parts are kept."""
        return [self.unfinished / f"{self.number}-{part}.arrow" for part in range(self.parts)]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a task: the files that it wrote into the lake, and what went wrong."""

    files: Sequence[str] = ()
    troubles: Sequence[Trouble] = ()


def work(task: Task) -> Done:
    """Do a task; to do it again does no harm: the same rows come into the same files."""
    try:
        _check(task)
        task.capture.check()
        with tempfile.TemporaryDirectory(prefix=f"{gethostname()}-{os.getpid()}-", dir=task.unfinished) as own:
            return _written(task, Path(own)) if task.part is None else _kept(task, task.part, Path(own))
    except PasswordNeeded:
        return Done(troubles=[Trouble(f"{task.capture.called}: the zip is locked; unpack it first")])
    except OpenError as error:
        return Done(troubles=[Trouble(str(error))])
    except OSError as error:
        what = f"the worker on {gethostname()} cannot write in {task.lake}: {error.strerror or error}"
        return Done(troubles=[Trouble(f"{task.capture.called}: {what}")])


def _check(task: Task) -> None:
    """Raise OpenError on a worker that would do something else, or somewhere else."""
    here = f"{task.capture.called}: the worker on {gethostname()}"
    if (own := version("zeektui")) != task.version:
        raise OpenError(f"{here} has zeektui {own}, here it is {task.version}: install the same on all")
    if not task.unfinished.is_dir():
        raise OpenError(f"{here} does not see {task.lake}; name a folder that every worker sees by the same path")


def _kept(task: Task, part: int, own: Path) -> Done:
    """Analyse one part and keep what it comes to."""
    from parsers.lake import parts

    whole = _decoded_once(task.capture, task.checksums)
    file = own / "part.arrow"
    parts.write(file, whole, parts.numbers(len(whole.shards), part, task.parts))
    file.replace(task.files()[part])
    return Done()


def _written(task: Task, own: Path) -> Done:
    """Write all rows of a capture."""
    from parsers.lake import days, parts
    from parsers.source import LogSet

    logs = LogSet()
    if task.parts:
        whole = _decoded_once(task.capture, task.checksums)
        logs.read(whole.updates(parts.read(task.files(), task.lost, whole.shards)))
    else:
        whole = _decoded(task.capture, task.checksums)
        logs.read(whole.updates(whole.analyses(alone=True)))
    return Done(days.write(task.lake, task.capture.name(), own, logs.tables), logs.troubles)


def _decoded(capture: Capture, checksums: bool) -> "Decoded":
    from parsers.capture.captures import open_captures
    from parsers.capture.pipeline import decoded

    return decoded(open_captures([capture.path], names={capture.path: capture.called}), checksums=checksums)


_one_at_a_time = Lock()
_latest = lru_cache(maxsize=1)(_decoded)


def _decoded_once(capture: Capture, checksums: bool) -> "Decoded":
    """The packets of a capture of which a worker has several parts: decoding them takes less than sending them."""
    with _one_at_a_time:
        return _latest(capture, checksums)


def forget() -> None:
    """Give back the memory that is held for more parts of a capture."""
    _latest.cache_clear()
