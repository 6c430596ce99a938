"""Captures written as a dataset by log and by day, each on its own, by whatever crew."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from parsers import limits, packing
from parsers.capture.workers import Crew, Lost
from parsers.lake.capture import Capture
from parsers.lake.task import Done, Task, work
from parsers.updates import OpenError, Trouble
from parsers.zeek.rotation import rotated

_FIRST_BYTES = 256


def write(paths: Sequence[Path], lake: Path, crew: Crew, *, checksums: bool = False) -> Done:
    """Write the rows of each capture into files of its own, in the place of those that it has there already.

    Raises OpenError where none can be read, or the lake cannot be written.
    """
    captures, troubles = _captures(paths)
    lake = lake.absolute()
    _refuse(lake)
    try:
        lake.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".writing-", dir=lake) as unfinished:
            tasks = [
                Task(capture, number, lake, Path(unfinished), checksums, _parts(capture))
                for number, capture in enumerate(captures)
            ]
            done = _done(tasks, crew)
            files = [file for each in done for file in each.files]
            _remove_others(lake, files)
    except OSError as error:
        why = f"the logs cannot be written there: {error.strerror or error}; name another folder"
        raise OpenError(f"{lake}: {why}") from None
    return Done(files, [*troubles, *(trouble for each in done for trouble in each.troubles)])


def _captures(paths: Sequence[Path]) -> tuple[list[Capture], list[Trouble]]:
    captures, troubles = [], []
    for path in paths:
        try:
            captures.append(Capture.at(path))
        except OpenError as error:
            troubles.append(Trouble(str(error)))
    if not captures:
        raise OpenError(troubles[0].text)
    return captures, troubles


def _refuse(lake: Path) -> None:
    """Raise OpenError where logs lie that are no part of a dataset: opened, their rows would be among the others."""
    for path in lake.iterdir() if lake.is_dir() else ():
        if rotated(path.name).kind and path.is_file():
            raise OpenError(f"{lake}: {path.name} is there already; name another folder")


def _parts(capture: Capture) -> int:
    """In how many parts a capture is analysed; 0 where it is one task."""
    with capture.path.open("rb") as file:
        # What is packed would be unpacked for each part.
        is_plain = packing.recognise(file.read(_FIRST_BYTES)) is None
    return capture.size // limits.LAKE_PART_BYTES if is_plain and capture.size >= 2 * limits.LAKE_PART_BYTES else 0


def _done(tasks: Sequence[Task], crew: Crew) -> list[Done]:
    """What became of each capture: first small ones and the parts of large ones are done, then the parts are joined."""
    first = [part for task in tasks for part in _split(task)]
    done: dict[int, Done] = {}
    lost: dict[int, dict[int, str]] = {}
    for task, result in crew(work, first):
        if task.part is None:
            done[task.number] = _told(task, result)
        elif troubles := _told(task, result).troubles:
            lost.setdefault(task.number, {})[task.part] = troubles[0].text.removeprefix(f"{task.capture.called}: ")
    joining = [replace(task, lost=lost.get(task.number, {})) for task in tasks if task.parts]
    for task, result in crew(work, joining):
        done[task.number] = _told(task, result)
    return [done[task.number] for task in tasks]


def _split(task: Task) -> list[Task]:
    return [replace(task, part=part) for part in range(task.parts)] or [task]


def _told(task: Task, result: Done | Lost) -> Done:
    if isinstance(result, Lost):
        return Done(troubles=[Trouble(f"{task.capture.called}: {result.why}")])
    return result


def _remove_others(lake: Path, files: Iterable[str]) -> None:
    """Remove what an earlier run wrote of the same captures and this one did not: their rows are no more."""
    written = set(files)
    names = {Path(file).name for file in written}
    for path in lake.glob("*/day=*/*.parquet"):
        if path.name in names and str(path.relative_to(lake)) not in written:
            path.unlink()
