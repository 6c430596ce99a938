"""The pictures of README.md, made from the running program: `python screenshots/make.py`, from the project's folder.

Each is an SVG of the terminal as it stands after some keys on the demonstration.
"""

import asyncio
from pathlib import Path

from textual.pilot import Pilot

from parsers.opening import updates
from tui.app import ZeekTui
from tui.options import demo

HERE = Path(__file__).resolve().parent
SIZE = (112, 30)
PICTURES: dict[str, list[str]] = {
    "panel": [],
    "filter": ["4", "slash", *"ip.addr == 192.0.2.66 and service == http", "enter"],
    "details": ["enter", *["pagedown"] * 2],
}


async def settled(pilot: Pilot[None]) -> None:
    """Wait until nothing is worked on any more."""
    for _ in range(3):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


async def take(name: str, keys: list[str]) -> None:
    """One picture."""
    app = ZeekTui(demo().name, updates([demo()]), lambda: None, [demo()])
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
        (HERE / f"{name}.svg").write_text(app.export_screenshot(title="zeektui --demo"))


if __name__ == "__main__":
    for name, keys in PICTURES.items():
        asyncio.run(take(name, keys))
