"""What all tests share."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pandas as pd  # noqa: F401  a command line run in this process goes without what is not loaded
import pytest

from parsers import pipes
from tests.parsers.capture.large import LARGE_PACKETS, many

# Jobs in the background of a script start with SIGINT ignored, and what they start inherits that: tests that interrupt
# a process would wait for nothing.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No rows are kept between tests; those that are about that say where.
os.environ["XDG_CACHE_HOME"] = os.devnull

# The one place that names where reference captures and benchmarks lie: beside the project, where there are any.
SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference captures; the test is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip(f"no reference captures in {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A capture that keeps several processes at work for a while."""
    path = tmp_path_factory.mktemp("large") / "large.pcap"
    path.write_bytes(many(LARGE_PACKETS))
    return path


@pytest.fixture
def own_pipes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The pipes that a test reads are its own, and gone after it."""
    monkeypatch.setattr(pipes, "_pipes", {})
    yield
    for pipe in pipes._pipes.values():
        pipe.stop()
        for number in pipes.descriptors([pipe.path]):
            os.close(number)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes and long texts have no place in a test's name: they may differ from run to run, and fill the screen."""
    is_long = isinstance(val, bytes) or (isinstance(val, str) and len(val) > 80)
    return argname if is_long else None
