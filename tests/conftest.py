"""What all tests share."""

from pathlib import Path

import pandas as pd  # noqa: F401  loaded before a command line that is run in this process would go without it
import pytest

# The one place that names where reference captures and benchmarks lie: beside the project, where there are any.
SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference captures; the test is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip(f"no reference captures in {SHARED}")
    return SHARED
