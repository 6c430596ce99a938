"""A capture that comes through a pipe, on a real terminal: what the reader does stays while rows appear."""

import os
import shutil
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parsers.capture.build import START, ethernet, ipv4, udp
from tests.processes import children, is_alive, wait_until
from tests.tui.terminal import Terminal, row_of
from tui.options import demo

PROGRAM = f"{sys.executable} -P -c 'from tui.cli import main; raise SystemExit(main([\"-\"]))'"
HEADER = demo().read_bytes()[:24]
SIZE = (120, 80)


def packet(port: int, seconds: int = 0) -> bytes:
    """A record of a capture: a datagram to a port."""
    frame = ethernet(ipv4(udp(b"x", dport=port)))
    return struct.pack("<IIII", START + seconds, 0, len(frame), len(frame)) + frame


class Live:
    """The program behind a pipe that a test writes into."""

    def __init__(self, folder: Path) -> None:
        fifo = folder / "fifo"
        os.mkfifo(fifo)
        # The shell outlives a Ctrl-C, and what it has started does not.
        shell = f"trap : INT; cat {fifo} | {PROGRAM}; echo status $?; exec cat"
        self.terminal = Terminal(folder / "tmux", ["sh", "-c", shell], SIZE)
        self.pipe = fifo.open("wb", buffering=0)

    def more(self, *packets: bytes) -> None:
        self.pipe.write(b"".join(packets))

    def processes(self, pid: int | None = None) -> list[int]:
        """All that the shell has started, and what they have."""
        found = children(self.terminal.pid if pid is None else pid)
        return [*found, *(each for child in found for each in self.processes(child))]

    def writer_is_gone(self) -> bool:
        try:
            self.more(packet(1))
        except BrokenPipeError:
            return True
        return False

    def close(self) -> None:
        self.pipe.close()
        self.terminal.close()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    made = Live(tmp_path)
    yield made
    made.close()


def test_what_the_reader_does_stays_while_rows_appear(live: Live) -> None:
    terminal = live.terminal
    live.more(HEADER, *(packet(9000 + n, n) for n in range(3)))
    terminal.wait_for("standard input", "live", "3 packets")
    terminal.wait_for("▸", "9000", "udp")
    terminal.press("j", "j")
    terminal.wait_for("▸", "9002", "udp")
    # One that stands before the reader's row, and one behind it.
    live.more(packet(9100, -5), packet(9101, 5))
    terminal.wait_for("live", "5 packets")
    terminal.wait_for("9100")
    lines = terminal.lines()
    assert row_of(lines, "9100")
    assert row_of(lines, "▸", "9002")
    terminal.press("/")
    terminal.wait_for("enter apply")
    terminal.press(*"id.resp_p > 9001", "Enter")
    terminal.wait_for("3 of 5")
    live.more(packet(9102, 6), packet(8000, 7))
    terminal.wait_for("4 of 7")
    terminal.wait_for("▸", "9002")
    terminal.press("Enter")
    terminal.wait_for("id.resp_p", "9002")
    live.more(packet(9103, 8))
    live.pipe.close()
    terminal.press("Escape")
    terminal.wait_for("8 packets", "no warnings")
    terminal.wait_for("5 of 8")
    terminal.wait_for("▸", "9002")


def test_quitting_ends_everything(live: Live) -> None:
    live.more(HEADER, packet(9000))
    live.terminal.wait_for("live", "1 packet")
    processes = live.processes()
    assert len(processes) >= 4
    live.terminal.press("q")
    wait_until(live.writer_is_gone)
    live.terminal.wait_for("status 0")
    wait_until(lambda: not any(map(is_alive, processes)))


def test_what_ends_in_the_middle_of_a_packet_is_one_warning(live: Live) -> None:
    live.more(HEADER, packet(9000), packet(9001)[:-1])
    live.terminal.wait_for("live", "1 packet")
    assert not row_of(live.terminal.lines(), "warning")
    live.pipe.close()
    live.terminal.wait_for("1 packet", "1 warning")
    live.terminal.press("!")
    live.terminal.wait_for("standard input: the capture is cut off in packet 2")


def test_reading_can_be_stopped(live: Live) -> None:
    live.more(HEADER, packet(9000))
    live.terminal.wait_for("live", "1 packet")
    live.terminal.press("s")
    live.terminal.wait_for("1 packet", "no warnings")
    wait_until(live.writer_is_gone)


def test_before_anything_comes_the_terminal_is_left_to_others(live: Live) -> None:
    assert not row_of(live.terminal.lines(), "zeektui")
    wait_until(lambda: len(live.processes()) >= 3)
    live.terminal.press("C-c")
    live.terminal.wait_for("status 130")
    assert not live.processes()


def test_the_look_inside_a_file_of_a_pipe(live: Live) -> None:
    live.more(demo().read_bytes())
    live.terminal.wait_for("F7Qkzl3PAmjYgY5kad", "WINDOWS_GUI")
    live.terminal.press("Enter")
    live.terminal.wait_for("KERNEL32.dll", "ExitProcess")


def test_what_tcpdump_sees(tmp_path: Path) -> None:
    if shutil.which("tcpdump") is None or os.geteuid():
        pytest.skip("tcpdump has to be there, and root to start it")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.bind(("127.0.0.1", 0))
        port = here.getsockname()[1]

        def sent() -> int:
            return here.sendto(b"hello", ("127.0.0.1", port))

        command = f"tcpdump -i lo -U -w - udp port {port} 2>/dev/null | {PROGRAM}; echo status $?; exec cat"
        terminal = Terminal(tmp_path / "tmux", ["sh", "-c", command], SIZE)
        try:
            wait_until(lambda: sent() and row_of(terminal.lines(), "▸", str(port), "udp"))
            processes = children(terminal.pid)
            terminal.press("q")
            wait_until(lambda: sent() and not any(map(is_alive, processes)))
            terminal.wait_for("status 0")
        finally:
            terminal.close()
