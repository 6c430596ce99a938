"""Connections that are shown early: what the reader does with them stays when all is known."""

from collections.abc import Iterator
from threading import Event

import pytest

from parsers.capture import decoded, early, watching
from parsers.updates import Batch, Update
from tests.tui.driving import app_of, explorer, rest, until
from tui.options import demo


def in_two_parts(gate: Event) -> Iterator[Update]:
    """The first rows of the demonstration, and all others once the gate is open."""
    for update in watching.updates([demo()]):
        yield update
        if isinstance(update, Batch) and not gate.is_set():
            gate.wait(60)


async def test_cursor_filter_and_sort_stay_when_all_rows_take_the_place_of_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watching, "FIRST_BYTES", demo().stat().st_size // 6)
    monkeypatch.setattr(decoded, "INLINE_PACKETS", 0)
    monkeypatch.setattr(early, "_LEAST_SECONDS", 0)
    gate = Event()
    async with app_of(told=in_two_parts(gate)).run_test(size=(150, 40)) as pilot:
        try:
            await until(pilot, lambda: "conn" in explorer(pilot).snapshot.tables)
            screen = explorer(pilot)
            few = len(screen.snapshot.tables["conn"])
            await pilot.press("slash", *"id.orig_p", "space", *"> 0", "enter")
            await until(pilot, lambda: bool(screen.table.view and screen.table.view.filter))
            await pilot.press("right_square_bracket", "j", "j")
            await until(pilot, lambda: bool(screen.table.view and screen.table.view.sort and screen.table.view.cursor))
            before = screen.table.view
            assert before is not None
            assert before.row is not None
            uid = before.table["uid"][before.row]
        finally:
            gate.set()
        await rest(pilot)
        after = screen.table.view
        assert after is not None
        assert after.row is not None
        assert len(after.table) > few
        assert after.table["service"].null_count < len(after.table)
        assert (after.log, after.filter, after.sort) == (before.log, before.filter, before.sort)
        assert after.table["uid"][after.row] == uid
        assert after.rows is not None
        times = after.table["ts"].take(after.rows).to_pylist()
        assert times == sorted(times, reverse=True)
