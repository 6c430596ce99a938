"""How tests run the app: on logs built by hand, until it rests."""

import time
from collections.abc import Callable, Iterator

import pyarrow as pa
from textual.pilot import Pilot
from textual.screen import Screen

from parsers.updates import Update
from tests.frames import updates
from tui.app import ZeekTui
from tui.screens.explorer import Explorer


def app_of(tables: dict[str, pa.Table] | None = None, told: Iterator[Update] | None = None) -> ZeekTui:
    """The app on some logs; without any, on the story."""
    return ZeekTui("capture.pcap", told or updates(tables), lambda: None)


async def rest(pilot: Pilot[None]) -> None:
    """Let the app work until it has nothing left to do."""
    await pilot.pause()
    while any(not worker.is_finished for worker in pilot.app.workers):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Let the app work until something holds that comes by a clock of its own."""
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "\n".join(lines(pilot))
        await pilot.pause()


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys and let the app work."""
    await pilot.press(*keys)
    await rest(pilot)


async def apply_filter(pilot: Pilot[None], text: str) -> None:
    """Put a filter into the line and apply it."""
    await press(pilot, "slash")
    explorer(pilot).filter_input.value = text
    await press(pilot, "enter")


def explorer(pilot: Pilot[None]) -> Explorer:
    """The screen that one works in, whatever lies on top of it."""
    app = pilot.app
    assert isinstance(app, ZeekTui)
    return app.explorer


def on_top(pilot: Pilot[None]) -> Screen[object]:
    """The screen that has the keys."""
    return pilot.app.screen


def lines(pilot: Pilot[None]) -> list[str]:
    """What stands on the screen, line by line."""
    width, height = pilot.app.size
    strips = pilot.app.screen._compositor.render_strips()
    return [strip.text[:width].rstrip() for strip in strips[:height]]


def cursor(pilot: Pilot[None]) -> tuple[str, int | None, str]:
    """The log that is shown, its row under the cursor, and the column."""
    view = explorer(pilot).table.view
    assert view is not None
    return view.log, view.row, view.current.name if view.current else ""


def toasts(pilot: Pilot[None]) -> list[str]:
    """What was said in toasts."""
    return [notification.message for notification in pilot.app._notifications]
