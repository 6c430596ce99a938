"""Work for the newest question only."""

import threading

from textual.app import App

from parsers.cancelling import Cancelled
from tui.newest import Newest


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
        newest = Newest(app, compute, lambda question, answer: told.append((question, answer)), "test")
        newest.ask(1001)
        while not begun.is_set():
            await pilot.pause()
        newest.ask(1002)
        newest.ask(1003)
        go_on.set()
        while not told:
            await pilot.pause()
        assert worked == [(1001, True), (1003, False)]
        assert told == [(1003, 10030)]
        assert not newest.busy


async def test_what_is_not_wanted_any_more_is_not_told() -> None:
    told: list[int] = []
    go_on = threading.Event()
    app: App[None] = App()
    async with app.run_test() as pilot:
        newest: Newest[int, bool] = Newest(
            app, lambda _, __: go_on.wait(), lambda question, _: told.append(question), "x"
        )
        newest.ask(1)
        newest.ask(None)
        go_on.set()
        while newest.busy:
            await pilot.pause()
        assert told == []
