"""Work for the newest question only."""

import threading
from typing import TYPE_CHECKING

import pytest
from textual.app import App

from parsers.cancelling import Cancelled
from tui import newest
from tui.newest import Newest

if TYPE_CHECKING:
    from collections.abc import Callable


async def test_a_newer_question_takes_the_place_of_those_that_wait() -> None:
    begun, go_on = threading.Event(), threading.Event()
    worked: list[tuple[int, bool]] = []
    told: list[tuple[int, int]] = []

    def compute(question: int, cancelled: Cancelled) -> int:
        begun.set()
        go_on.wait()
        worked.append((question, cancelled()))
        return question * 10

    app: App[None] = App()
    async with app.run_test() as pilot:
        work = Newest(app, compute, lambda question, answer: told.append((question, answer)), "test")
        work.ask(1001)
        while not begun.is_set():
            await pilot.pause()
        work.ask(1002)
        work.ask(1003)
        go_on.set()
        while not told:
            await pilot.pause()
        assert worked == [(1001, True), (1003, False)]
        assert told == [(1003, 10030)]
        assert not work.busy


async def test_what_is_not_wanted_any_more_is_not_told() -> None:
    told: list[int] = []
    go_on = threading.Event()
    app: App[None] = App()
    async with app.run_test() as pilot:
        work: Newest[int, bool] = Newest(
            app, lambda _, __: go_on.wait(), lambda question, _: told.append(question), "x"
        )
        work.ask(1)
        work.ask(None)
        go_on.set()
        while work.busy:
            await pilot.pause()
        assert told == []


async def test_what_is_offered_takes_a_tenth_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    told: list[int] = []
    timers: list[tuple[float, Callable[[], None]]] = []

    def compute(question: int, _: Cancelled) -> int:
        now[0] += 2
        return question

    app: App[None] = App()
    async with app.run_test() as pilot:
        monkeypatch.setattr(newest, "monotonic", lambda: now[0])
        work = Newest(app, compute, lambda question, _: told.append(question), "test")
        monkeypatch.setattr(app, "set_timer", lambda *timer: timers.append(timer))
        work.offer(1)
        while told != [1]:
            await pilot.pause()
        # Two seconds it worked, now it rests for eighteen.
        now[0] += 5
        work.offer(2)
        work.offer(3)
        await pilot.pause()
        assert told == [1]
        seconds, wake = timers.pop()
        assert seconds == 13
        now[0] += 13
        wake()
        while told != [1, 3]:
            await pilot.pause()
        # Whoever asks need not wait, and nothing is left of what was offered before.
        work.offer(4)
        work.ask(5)
        while told != [1, 3, 5]:
            await pilot.pause()
        now[0] += 60
        timers.pop()[1]()
        await pilot.pause()
        assert told == [1, 3, 5]
        assert not work.busy


async def test_what_is_offered_calls_nothing_off() -> None:
    begun, go_on = threading.Event(), threading.Event()
    told: list[int] = []

    def compute(question: int, _: Cancelled) -> int:
        begun.set()
        go_on.wait()
        return question

    app: App[None] = App()
    async with app.run_test() as pilot:
        work = Newest(app, compute, lambda question, _: told.append(question), "test")
        work.ask(1)
        while not begun.is_set():
            await pilot.pause()
        work.offer(2)
        go_on.set()
        while not told:
            await pilot.pause()
        assert told == [1]
