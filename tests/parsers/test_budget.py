"""The bound of the program's memory."""

import os

import pytest

from parsers import budget


def test_what_was_said_holds_for_this_process_and_those_that_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(budget.VARIABLE, "")
    monkeypatch.delenv("ARROW_DEFAULT_MEMORY_POOL", raising=False)
    budget.keep_to(1 << 30)
    assert budget.memory() == 1 << 30
    assert os.environ["ARROW_DEFAULT_MEMORY_POOL"] == "system"


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
