"""Captures written as a dataset by log and by day, by this machine's processes or by a cluster."""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from parsers import pipes
from parsers.capture.workers import share_out
from parsers.lake import cluster
from parsers.lake.writing import write
from parsers.opening import captures
from parsers.updates import OpenError
from tui.batch import begin
from tui.exit_status import status_of
from tui.streams import complain


def run(paths: Sequence[Path], lake: Path, scheduler: str | None, *, checksums: bool = False) -> int:
    """Write the logs of each capture into the lake; the exit status. Raises OpenError when nothing can be."""
    begin()
    found = captures(paths)
    if not found:
        raise OpenError(f"{paths[0]}: these are logs, and --by-day writes captures: give captures")
    if piped := pipes.among(found):
        raise OpenError(f"{piped[0].name}: what comes through a pipe is gone after that: write it to a file first")
    with nullcontext(share_out) if scheduler is None else cluster.joined(scheduler) as crew:
        done = write(found, lake, crew, checksums=checksums)
    for trouble in done.troubles:
        complain(trouble.text)
    return status_of(done.troubles, bool(done.files))
