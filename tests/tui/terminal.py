"""A real terminal, by way of tmux."""

import shutil
import subprocess
import time
from pathlib import Path

import pytest


def row_of(lines: list[str], *texts: str) -> str | None:
    return next((line for line in lines if all(text in line for text in texts)), None)


class Terminal:
    """A real terminal: a program in tmux."""

    def __init__(self, socket: Path, command: list[str], size: tuple[int, int]) -> None:
        if shutil.which("tmux") is None:
            pytest.skip("tmux is not installed")
        self._tmux = ["tmux", "-S", str(socket), "-f", "/dev/null"]
        width, height = map(str, size)
        # What this process believes of its own terminal is not so of that one.
        self._run("new-session", "-d", "-x", width, "-y", height, "env", "-u", "COLUMNS", "-u", "LINES", *command)

    def _run(self, *arguments: str) -> str:
        done = subprocess.run([*self._tmux, *arguments], capture_output=True, text=True, check=True)
        return done.stdout

    @property
    def pid(self) -> int:
        """The program's process."""
        return int(self._run("list-panes", "-F", "#{pane_pid}"))

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
