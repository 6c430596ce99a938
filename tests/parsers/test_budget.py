"""The bound of the program's memory."""

import os
import subprocess
import sys

import pytest

from parsers import budget


def test_what_was_said_holds_for_this_process_and_those_that_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(budget.VARIABLE, "")
    monkeypatch.delenv("ARROW_DEFAULT_MEMORY_POOL", raising=False)
    budget.keep_to(1 << 30)
    assert budget.memory() == 1 << 30
    assert os.environ["ARROW_DEFAULT_MEMORY_POOL"] == "system"


def test_arrow_takes_memory_as_everything_else_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARROW_DEFAULT_MEMORY_POOL", raising=False)
    code = """if True:
        from parsers import budget
        budget.choose_allocator()
        import pyarrow
        assert pyarrow.default_memory_pool().backend_name == "system"
    """
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_is_freed_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(budget.VARIABLE, "")
    monkeypatch.setenv("ARROW_DEFAULT_MEMORY_POOL", "system")
    code = """if True:
        from pathlib import Path
        import numpy as np
        from parsers import budget
        budget.keep_to(1 << 30)
        data = lambda: int(Path("/proc/self/statm").read_text().split()[5]) << 12
        before, kept = data(), []
        for megabytes in (30, 20, 25):
            large = np.ones(megabytes << 20, np.uint8)
            kept.append(np.ones(1000 << 7, np.uint8))
            del large
        assert data() - before < 4 << 20
    """
    subprocess.run([sys.executable, "-c", code], check=True)


def test_too_little_to_begin_with_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(budget.VARIABLE, "")
    monkeypatch.setenv("ARROW_DEFAULT_MEMORY_POOL", "system")
    budget.keep_to(1)
    assert budget.memory() == budget.LEAST


def test_without_a_word_it_is_a_part_of_what_the_machine_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(budget.VARIABLE, raising=False)
    assert budget.memory() >= budget.LEAST


@pytest.mark.parametrize("memory", [256 << 20, 1 << 30, 64 << 30])
def test_the_parts_are_no_more_than_the_whole(memory: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(budget.VARIABLE, str(memory))
    parts = [budget.for_rows(), budget.for_work(), budget.for_packets()]
    assert all(part > 0 for part in parts)
    assert sum(parts) < memory
