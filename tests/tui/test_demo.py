"""From the executable to the address that served it, on the demonstration, by at most four keys."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from parsers import query, schema
from parsers.opening import updates
from parsers.source import LogSet
from tests.tui.driving import lines, until
from tui.app import ZeekTui
from tui.options import demo

SIZE = (80, 24)
KEYS = ("o", "o", "o")
SERVER, PORT = "198.51.100.77", "8080"


def row_of(lines: list[str], *texts: str) -> str | None:
    return next((line for line in lines if all(text in line for text in texts)), None)


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


class Terminal:
    """A real terminal: a program in tmux."""

    def __init__(self, socket: Path, command: list[str], size: tuple[int, int]) -> None:
        self._tmux = ["tmux", "-S", str(socket), "-f", "/dev/null"]
        width, height = map(str, size)
        self._run("new-session", "-d", "-x", width, "-y", height, *command)

    def _run(self, *arguments: str) -> str:
        done = subprocess.run([*self._tmux, *arguments], capture_output=True, text=True, check=True)
        return done.stdout

    def press(self, *keys: str) -> None:
        self._run("send-keys", *keys)

    def lines(self) -> list[str]:
        return self._run("capture-pane", "-p").splitlines()

    def wait_for(self, *texts: str) -> str:
        """The first line that holds all the texts, once there is one."""
        deadline = time.monotonic() + 30
        while (line := row_of(self.lines(), *texts)) is None:
            assert time.monotonic() < deadline, "\n".join(self.lines())
        return line

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
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
