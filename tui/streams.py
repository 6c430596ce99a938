"""The standard streams: one line of complaint, lines of output, whatever becomes of the other end."""

import io
import os
import re
import select
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from parsers import escape

# The terminal of whoever started the process.
_TERMINAL = "/dev/tty"
# What stands between the characters that move to the next column or line.
_CELLS = re.compile(r"[^\t\r\n]+")


def open_missing() -> None:
    """A standard stream that is closed would lend its number to the next file that is opened, and be written into."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = Path(os.devnull).open(mode)  # noqa: SIM115  it stays open to the end
            os.set_inheritable(stream.fileno(), True)
            setattr(sys, name, stream)


def is_terminal(*, piped: bool = False) -> bool:
    """Whether there is somebody in front; a screen without a keyboard could not even be left.

    With something `piped` into standard input the keyboard is that of the terminal that the process belongs to.
    """
    return sys.stdout.isatty() and (sys.stdin.isatty() or (piped and _has_keyboard()))


def take_keyboard() -> None:
    """Make the keyboard standard input, whatever that was before."""
    if not sys.stdin.isatty():
        number = os.open(_TERMINAL, os.O_RDWR)
        os.dup2(number, sys.stdin.fileno())
        os.close(number)


def _has_keyboard() -> bool:
    """Whether the process has a terminal, which a service or a job of cron has not."""
    try:
        os.close(os.open(_TERMINAL, os.O_RDWR))
    except OSError:
        return False
    return True


def complain(text: str) -> None:
    """One line on standard error."""
    try:
        print(f"zeektui: {escape.cell(text)}", file=sys.stderr)  # noqa: T201
    except OSError:
        # Nobody is left to be told; the exit status still says it.
        _give_up(sys.stderr)


def say(lines: Iterable[str]) -> bool:
    """Print, and tell whether that went well; it did where whoever read the other end of a pipe has seen enough."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    return _sent(lambda: sys.stdout.writelines(f"{line}\n" for line in lines))


def pour(write: Callable[[BinaryIO], None]) -> bool:
    """Let bytes be written, whole lines at a time, and tell whether that went well, as `say` does."""
    out = sys.stdout.buffer
    return _sent(lambda: write(cast(BinaryIO, _Screen(out)) if sys.stdout.isatty() else out))


class _Screen(io.RawIOBase):
    """A terminal: what would move its cursor, or turn the order of its characters, goes to it as escapes."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, data: bytes | memoryview) -> int:  # type: ignore[override]
        """Lines of UTF-8, whole ones."""
        shown = str(data, "utf-8", "backslashreplace")
        self._out.write(_CELLS.sub(lambda cells: escape.cell(cells[0]), shown).encode())
        return len(data)

    def flush(self) -> None:
        self._out.flush()


def is_read_for(seconds: float) -> bool:
    """Wait so long, or until whoever reads standard output by a pipe has seen enough; whether nobody has."""
    poll = select.poll()
    # That the other end is closed is told unasked.
    poll.register(sys.stdout.fileno(), 0)
    return not poll.poll(1000 * seconds)


def _sent(send: Callable[[], None]) -> bool:
    try:
        send()
        sys.stdout.flush()
    except OSError as error:
        _give_up(sys.stdout)
        if isinstance(error, BrokenPipeError):
            return True
        complain(f"standard output: it cannot be written: {error.strerror}; send it elsewhere")
        return False
    return True


def _give_up(stream: TextIO) -> None:
    """What is left in the stream's buffer goes nowhere, or the interpreter would complain once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
