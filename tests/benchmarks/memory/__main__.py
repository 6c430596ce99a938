"""The proof that the input may be larger than the memory: `python -m tests.benchmarks.memory [SIZE_MB]`.

A folder of Zeek's logs and a capture, of so many MB each, are made in TMPDIR, one after the other; the program reads,
filters, sorts and correlates them while each of its processes may take no more memory of its own than `ulimit -d` says.
The exit status is 0 when every answer is right.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.benchmarks.memory import proofs
from tests.benchmarks.memory.capture import Capture
from tests.benchmarks.memory.logs import Logs
from tests.benchmarks.memory.proofs import MB, Limits, Proved
from tests.processes import run_as_installed

_SIZE = 3000
# What a row of conn takes with those of http and dns, and an exchange of packets.
_CONN_BYTES, _EXCHANGE_BYTES = 152, 33_500
# Most of what a process may take before any row is there is never used: stacks of threads, what libraries reserve.
_LIMITS = Limits(process=1000 * MB, memory=400 * MB)


def main(arguments: Sequence[str]) -> int:
    """Prove it with inputs of the size that is named."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.memory", description="Prove that the input may be larger than the memory."
    )
    parser.add_argument("size", nargs="?", type=int, default=_SIZE, metavar="SIZE_MB", help="usually %(default)s")
    size = parser.parse_args(arguments).size * MB
    run_as_installed()
    with tempfile.TemporaryDirectory(prefix="zeektui-memory-") as place:
        folder = Path(place)
        os.environ.update(proofs.places(folder))
        logs = Logs(size // _CONN_BYTES)
        _tell(f"logs: {logs.write(folder / 'logs') // MB} MB, {logs.conns} connections; {_LIMITS}")
        right = _told(proofs.of_logs(logs, folder / "logs", _LIMITS))
    with tempfile.TemporaryDirectory(prefix="zeektui-memory-") as place:
        folder = Path(place)
        os.environ.update(proofs.places(folder))
        capture = Capture(size // _EXCHANGE_BYTES)
        path = folder / "large.pcap"
        _tell(f"capture: {capture.write(path) // MB} MB, {capture.packets} packets; {_LIMITS}")
        right = _told(proofs.of_capture(capture, path, _LIMITS)) and right
    return 0 if right else 1


def _told(proved: Iterable[Proved]) -> bool:
    """Tell of each as it is there; whether all were right."""
    right = True
    for each in proved:
        peak = each.peak
        said = "right" if each.is_right else "WRONG"
        memory = f"{peak.own:6.0f} MB own, {peak.single:4.0f} MB the largest process, {peak.shared:4.0f} MB shared"
        _tell(f"  {each.what:<24} {said}  {each.seconds:7.1f} s  {memory}")
        right = right and each.is_right
    return right


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
