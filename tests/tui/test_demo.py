"""From the executable to the address that served it, on the demonstration, by at most four keys."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from parsers import query, schema
from parsers.opening import updates
from parsers.source import LogSet
from tests.tui.driving import lines, until
from tests.tui.terminal import Terminal, row_of
from tui.app import ZeekTui
from tui.options import demo

SIZE = (80, 24)
KEYS = ("o", "o", "o")
SERVER, PORT = "198.51.100.77", "8080"


async def test_the_panel_shows_the_server_without_a_key() -> None:
    app = ZeekTui("infection.pcap", updates([demo()]), lambda: None, [demo()])
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: row_of(lines(pilot), "conn", f"{SERVER}:{PORT}") is not None)
        assert row_of(lines(pilot), "pe", "WINDOWS_GUI")
        assert row_of(lines(pilot), "dns", "cdn.parcel-notice.example", SERVER)


async def test_four_keys_lead_to_the_connection_that_served_it() -> None:
    app = ZeekTui("infection.pcap", updates([demo()]), lambda: None, [demo()])
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: row_of(lines(pilot), "conn", f"{SERVER}:{PORT}") is not None)
        await pilot.press(*KEYS)
        await until(pilot, lambda: row_of(lines(pilot), "▸", SERVER, PORT, "tcp") is not None)
        await pilot.press("enter")
        await until(pilot, lambda: row_of(lines(pilot), "id.resp_h", SERVER) is not None)
    assert len(KEYS) + 1 <= 4


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    command = [sys.executable, "-P", "-c", "from tui.cli import main; raise SystemExit(main(['--demo']))"]
    made = Terminal(tmp_path / "tmux", command, SIZE)
    yield made
    made.close()


def test_a_real_terminal_shows_the_answer(terminal: Terminal) -> None:
    terminal.wait_for("conn", f"{SERVER}:{PORT}")
    terminal.press(*KEYS)
    line = terminal.wait_for("▸", SERVER, PORT, "tcp")
    assert line.split()[2:5] == ["10.20.30.101", SERVER, PORT]


def test_the_readme_tells_what_the_demonstration_shows() -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text()
    logs = LogSet()
    logs.read(updates([demo()]))
    (fuid,) = logs.frame("pe")["id"]
    assert fuid in readme
    assert f"{SERVER}:{PORT}" in readme
    asked = next(line.strip().split("`")[1] for line in readme.splitlines() if "id.orig_h == 10.20.30.101 and" in line)
    frame = logs.frame("conn")
    rows = query.rows(query.parse(asked, schema.types(frame)), frame)
    assert list(frame["id.resp_h"].iloc[rows]).count("192.0.2.66") == 10
