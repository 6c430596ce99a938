"""The proof that a worker may die: `python -m tests.parsers.lake.proof [CAPTURE...]`.

The captures (a large one made for this, where none is given) are written by this machine's processes, then by a
scheduler and two workers on loopback of which one is killed in the middle of its work. Both datasets are compared, file
by file and row by row. The exit status is 0 when they are the same. TMPDIR is where all is written.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.parsers.capture.large import many
from tests.parsers.lake.cluster import cluster
from tests.parsers.lake.rows import files, rows
from tests.processes import PROGRAM, run_as_installed, start

_PACKETS, _HOSTS = 2_000_000, 50_000
_OPTIONS = ("--format", "parquet")


def prove(captures: Sequence[Path], folder: Path) -> bool:
    """Whether a run in which a worker dies writes what a run on this machine alone does; tells of both."""
    local, lake = folder / "local", folder / "lake"
    begun = time.monotonic()
    _tell(f"{len(captures)} captures, {sum(path.stat().st_size for path in captures) >> 20} MB; {PROGRAM}")
    status = start(*captures, "--write", local, *_OPTIONS, "--by-day", stdout=None, stderr=None).wait()
    begun = _tell(f"this machine alone: status {status}", begun)
    with cluster(folder) as found:
        begun = _tell(f"two workers at {found.address}", begun)
        options = ("--write", lake, *_OPTIONS, "--scheduler", found.address)
        run = start(*captures, *options, stdout=None, stderr=None)
        killed = found.kill_one_at_work(lake)
        begun = _tell(f"worker {killed} was killed at work", begun)
        status = run.wait()
        begun = _tell(f"the other one alone: status {status}", begun)
    expected, written = rows(local), rows(lake)
    for log in sorted(expected.keys() | written.keys()):
        same = "same" if expected.get(log) == written.get(log) else "OTHERS"
        sys.stdout.write(f"{log:<20} {len(expected.get(log, [])):>10} rows  {len(written.get(log, [])):>10}  {same}\n")
    is_same = expected == written and files(local) == files(lake)
    _tell(f"{len(files(lake))} files: {'the same rows in the same files' if is_same else 'NOT THE SAME'}", begun)
    return is_same


def _tell(text: str, begun: float | None = None) -> float:
    """A line, and how long it took; the time from which the next one counts."""
    now = time.monotonic()
    sys.stdout.write(text + ("\n" if begun is None else f" ({now - begun:.1f} s)\n"))
    sys.stdout.flush()
    return now


def main(arguments: Sequence[str]) -> int:
    """Prove it with the captures that are named."""
    run_as_installed()
    with tempfile.TemporaryDirectory(prefix="zeektui-proof-") as place:
        folder = Path(place)
        captures = [Path(argument) for argument in arguments]
        if not captures:
            captures = [folder / "large.pcap"]
            captures[0].write_bytes(many(_PACKETS, _HOSTS))
        return 0 if prove(captures, folder) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
