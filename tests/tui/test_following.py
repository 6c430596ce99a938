"""Logs on the screen while Zeek writes and rotates them."""

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from parsers import following
from tests.frames import ends, table
from tests.parsers.zeek.following.sensor import Writer
from tests.processes import finish, run_program, start, wait_until
from tests.tui.driving import cursor, explorer, lines, until
from tests.tui.terminal import Terminal, row_of
from tests.tui.test_cli import _undone, run  # noqa: F401  fixtures
from tui.app import ZeekTui
from tui.options import demo


def conn(*numbers: int) -> pa.Table:
    """Connections to ports of these numbers."""
    return table("conn", *(ends(f"C{n}", 50000, n, n) | {"proto": "tcp", "local_orig": True} for n in numbers))


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    (tmp_path / "current").mkdir()
    return Writer(tmp_path / "current", "conn")


class Looks:
    """The looks at a folder, one at a time."""

    def __init__(self) -> None:
        self._wanted = threading.Semaphore(0)
        self._is_over = False

    def has_ended(self) -> bool:
        self._wanted.acquire()
        return self._is_over

    def look(self) -> None:
        self._wanted.release()

    def end(self) -> None:
        self._is_over = True
        self._wanted.release()


async def test_rows_are_added_and_what_the_reader_does_stays(tmp_path: Path, writer: Writer) -> None:
    looks = Looks()
    writer.write(conn(1, 2, 3))
    told = following.updates([tmp_path / "current"], looks.has_ended)
    app = ZeekTui("current", told, looks.end)

    async with app.run_test(size=(120, 30)) as pilot:

        def shows(rows: int, of: int) -> bool:
            view = explorer(pilot).table.view
            return view is not None and (len(view), len(view.table)) == (rows, of)

        await until(pilot, lambda: shows(3, 3) and "live" in lines(pilot)[0])
        await pilot.press("j")
        await until(pilot, lambda: cursor(pilot)[1] == 1)
        writer.write(conn(4, 5))
        looks.look()
        await until(pilot, lambda: shows(5, 5))
        assert cursor(pilot)[1] == 1
        writer.rotate()
        writer.write(conn(6))
        looks.look()
        await until(pilot, lambda: shows(6, 6))
        assert cursor(pilot)[1] == 1
        await pilot.press("G")
        assert cursor(pilot)[1] == 5
        await pilot.press("slash", *"id.resp_p > 2", "enter")
        await until(pilot, lambda: shows(4, 6))
        for _ in range(4):
            await pilot.press("l")
        explorer(pilot).action_sort(True)
        await until(pilot, lambda: (view := explorer(pilot).table.view) is not None and view.sort is not None)
        writer.write(conn(7, 1))
        looks.look()
        await until(pilot, lambda: shows(5, 8))
        view = explorer(pilot).table.view
        assert view is not None
        assert (view.row, view.filter, view.sort is not None) == (5, "id.resp_p > 2", True)
        assert "live" in lines(pilot)[0]
        await pilot.press("s")
        await until(pilot, lambda: "no warnings" in lines(pilot)[0])


PROGRAM = [sys.executable, "-P", "-c", "from tui.cli import main; import sys; raise SystemExit(main(sys.argv[1:]))"]


@pytest.fixture
def terminal(tmp_path: Path, writer: Writer) -> Iterator[Terminal]:
    writer.write(conn(9001, 9002))
    command = [*PROGRAM, "--follow", str(tmp_path / "current")]
    made = Terminal(tmp_path / "tmux", ["sh", "-c", '"$@"; echo status $?; exec cat', "sh", *command], (120, 60))
    yield made
    made.close()


def test_on_a_terminal(writer: Writer, terminal: Terminal) -> None:
    terminal.wait_for("current", "live")
    terminal.press("j")
    terminal.wait_for("▸", "9002")
    writer.write(conn(9003))
    terminal.wait_for("9003")
    writer.rotate()
    writer.write(conn(9004))
    terminal.wait_for("9004")
    # Faster than anybody looks: some of them are there only in the archive.
    for number in range(9005, 9008):
        writer.rotate()
        writer.write(conn(number))
    for number in range(9005, 9008):
        terminal.wait_for(str(number))
    terminal.wait_for("7 rows")
    terminal.wait_for("▸", "9002")
    assert not row_of(terminal.lines(), "warning")
    terminal.press("G")
    wait_until(lambda: not row_of(terminal.lines(), "▸", "9002"))
    terminal.press("q")
    terminal.wait_for("status 0")


# --- without a screen


def test_rows_are_printed_as_they_come(tmp_path: Path, writer: Writer) -> None:
    folder = tmp_path / "current"
    with start("--follow", folder, "--print", "conn", "--where", "id.resp_p > 2", "--fields", "id.resp_p") as process:
        assert process.stdout is not None
        writer.write(conn(1, 3))
        assert process.stdout.readline() == "3\n"
        writer.rotate()
        writer.write(conn(2, 4))
        assert process.stdout.readline() == "4\n"
        os.kill(process.pid, 2)
        assert finish(process) == (130, "", "")


def test_a_reader_who_has_seen_enough_ends_it(tmp_path: Path, writer: Writer) -> None:
    writer.write(conn(1, 3))
    with start("--follow", tmp_path / "current", "--print", "conn", "--format", "json") as process:
        assert process.stdout is not None
        assert '"uid":"C1"' in process.stdout.readline()
        # Nothing more is written: that nobody reads is noticed all the same.
        process.stdout.close()
        wait_until(lambda: process.poll() is not None)
        assert process.returncode == 0


def test_the_first_rows_are_enough(tmp_path: Path, writer: Writer) -> None:
    writer.write(conn(1, 3, 5))
    said = run_program("--follow", tmp_path / "current", "--print", "conn", "--head", "2", "--fields", "id.resp_p")
    assert said == (0, "1\n3\n", "")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--write", "logs"), "--follow has no end"),
        (("--print", "conn", "--sort", "ts"), "--sort needs all rows"),
        (("--print", "conn", "--count-by", "uid"), "--count-by needs all rows"),
        (("--print", "conn", "--format", "csv"), "--format json"),
        (("--print", "conn", "--where", "ts > +40s"), "rows that still come have no start"),
        (("--print", "con"), "no log is called con; there are conn"),
        ((), "--print LOG"),
    ],
)
def test_what_needs_an_end_is_refused(
    tmp_path: Path,
    writer: Writer,
    run: Any,  # noqa: F811
    arguments: tuple[str, ...],
    what: str,
) -> None:
    writer.write(conn(1))
    said = run("--follow", tmp_path / "current", *arguments)
    assert (said.status, said.out, len(said.err)) == (2, [], 1)
    assert what in said.err[0]


@pytest.mark.parametrize("path", [demo(), demo().parent, Path("-"), Path("missing/current")])
def test_only_logs_are_followed(run: Any, path: Path) -> None:  # noqa: F811
    said = run("--follow", path)
    assert (said.status, said.out, len(said.err)) == (2, [], 1)
    assert "no such file" in said.err[0] if path.parts[0] == "missing" else "tcpdump -U -w - | zeektui -" in said.err[0]
