"""A program on a terminal of its own: what it paints when, and what a key costs."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from tests.benchmarks.measuring import FailedError, environment

KEYS = {
    "down": "\x1b[B",
    "up": "\x1b[A",
    "pagedown": "\x1b[6~",
    "pageup": "\x1b[5~",
    "enter": "\r",
    "escape": "\x1b",
    "ctrl-d": "\x04",
    "ctrl-u": "\x15",
}
# So long nothing comes any more before an answer counts as whole.
_QUIET = 0.35
_PATIENCE = 120.0
# More than any screen full.
_KEPT = 100_000
_ESCAPES = re.compile(rb"\x1b\[[0-9;?<>=]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[=>]")


@dataclass(frozen=True, slots=True)
class Answer:
    """How many bytes came, and the seconds from the question to the first and to the last of them."""

    size: int
    first: float
    seconds: float


class Screen:
    """A command on a pseudo-terminal of this many columns and lines; it is ended when this is left."""

    def __init__(
        self,
        command: Sequence[str | Path],
        columns: int = 160,
        lines: int = 50,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._seen = b""
        self._begun = time.monotonic()
        self._pid, self._terminal = pty.fork()
        if not self._pid:
            # A fork has nothing but the program to become.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
            shown = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
            os.execvpe(command[0], list(map(str, command)), environment() | shown | dict(env or {}))

    def __enter__(self) -> "Screen":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGTERM)
        while self._read(1.0):
            continue
        os.close(self._terminal)
        os.waitpid(self._pid, 0)

    @property
    def pid(self) -> int:
        return self._pid

    def wait_for(self, pattern: bytes) -> float:
        """The seconds from the start until this stood in what was painted."""
        wanted = re.compile(pattern)
        while not wanted.search(_ESCAPES.sub(b"", self._seen)):
            if not self._read(_PATIENCE):
                raise FailedError(f"{pattern!r} was never painted: {_ESCAPES.sub(b'', self._seen)[-500:]!r}")
        return time.monotonic() - self._begun

    def forget(self) -> None:
        """Wait only for what is painted from now on."""
        self._seen = b""

    def settle(self, quiet: float = _QUIET) -> Answer:
        """What comes until nothing comes for so many seconds."""
        start = first = last = time.monotonic()
        size = 0
        while data := self._read(quiet):
            last = time.monotonic()
            first = first if size else last
            size += len(data)
            if last - start > _PATIENCE:
                raise FailedError("the screen never rests")
        return Answer(size, first - start, last - start)

    def press(self, keys: str, quiet: float = _QUIET) -> Answer:
        """A key by its name, or letters, and what comes of them."""
        os.write(self._terminal, KEYS.get(keys, keys).encode())
        return self.settle(quiet)

    def _read(self, patience: float) -> bytes:
        """What comes next; nothing when nothing comes for so long, or when the program has ended."""
        if not select.select([self._terminal], [], [], patience)[0]:
            return b""
        try:
            data = os.read(self._terminal, 1 << 16)
        except OSError:
            # So Linux tells of a terminal that nobody has open any more.
            return b""
        self._seen = (self._seen + data)[-_KEPT:]
        return data
