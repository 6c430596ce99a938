"""The proof in small: inputs that are larger than a memory of next to nothing."""

from pathlib import Path

import pytest

from parsers import budget
from tests.benchmarks.memory import proofs
from tests.benchmarks.memory.capture import Capture
from tests.benchmarks.memory.limited import run
from tests.benchmarks.memory.logs import Logs
from tests.benchmarks.memory.proofs import MB, Limits

# The interpreter, its libraries and the stacks of their threads are most of it.
_LIMITS = Limits(process=900 * MB)


@pytest.fixture(autouse=True)
def _little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Less than may be asked for: one megabyte for all rows, packets and work."""
    monkeypatch.setenv(budget.VARIABLE, str(8 * MB))
    monkeypatch.setenv("ARROW_DEFAULT_MEMORY_POOL", "system")
    for name, place in proofs.places(tmp_path).items():
        monkeypatch.setenv(name, place)


def test_logs_that_do_not_fit_into_memory(tmp_path: Path) -> None:
    logs = Logs(30_000)
    assert logs.write(tmp_path / "logs") > 4 * MB
    for proved in proofs.of_logs(logs, tmp_path / "logs", _LIMITS):
        assert proved.is_right, proved.what


def test_a_capture_that_does_not_fit_into_memory(tmp_path: Path) -> None:
    capture = Capture(600)
    path = tmp_path / "large.pcap"
    assert capture.write(path) > 16 * MB
    for proved in proofs.of_capture(capture, path, _LIMITS):
        assert proved.is_right, proved.what


def test_a_limit_holds_for_the_command_and_is_watched() -> None:
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_DATA)[0])"
    done = run(900 * MB, ["/bin/sh", "-c", f"exec python3 -c '{code}'"])
    assert done.output.strip() == str(900 * MB).encode()
