"""What holds on every screen: help, palette, leaving, colours; and that every action can be found."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from textual.binding import Binding
from textual.command import CommandPalette
from textual.widgets import Input, OptionList

from parsers.updates import OpenError, Trouble, Update
from tests.frames import updates
from tests.tui.driving import app_of, cursor, explorer, lines, on_top, press, rest
from tui.app import ZeekTui
from tui.screens.explorer import Explorer
from tui.screens.key_help import KeyHelp
from tui.screens.log_list import LogList
from tui.screens.row_details import RowDetails
from tui.screens.troubles import TroubleList
from tui.theme import THEMES, log_colour
from tui.widgets.field_list import FieldList
from tui.widgets.filter_line import FilterInput
from tui.widgets.log_table import LogTable
from tui.widgets.related_panel import RelatedPanel

PLACES = (ZeekTui, Explorer, LogTable, RelatedPanel, FilterInput, RowDetails, FieldList, KeyHelp, LogList, TroubleList)
SIZE = (80, 24)


def bindings() -> list[Binding]:
    return [binding for place in PLACES for binding in place.BINDINGS if isinstance(binding, Binding)]


def test_every_key_has_a_name_and_says_what_it_does() -> None:
    ids = [binding.id for binding in bindings()]
    assert all(ids)
    assert len(set(ids)) == len(ids)
    assert all(binding.tooltip and binding.description for binding in bindings())


async def test_the_help_tells_every_key() -> None:
    async with app_of().run_test(size=(90, 400)) as pilot:
        await rest(pilot)
        await press(pilot, "question_mark")
        shown = "\n".join(lines(pilot))
        for place in PLACES[:7]:
            for binding in place.BINDINGS:
                assert isinstance(binding, Binding)
                assert binding.tooltip in shown
        await press(pilot, "j", "k", "question_mark")
        assert on_top(pilot) is explorer(pilot)


async def test_the_palette_finds_every_action_and_every_log() -> None:
    async with app_of().run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, "colon")
        palette = on_top(pilot)
        assert isinstance(palette, CommandPalette)
        palette.query_one(Input).value = "log conn"
        await rest(pilot)
        while not palette.query_one(OptionList).option_count:
            await pilot.pause()
        await press(pilot, "enter", "enter")
        assert cursor(pilot)[0] == "conn"


async def test_the_palette_has_its_usual_key_too() -> None:
    async with app_of().run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, "ctrl+p")
        assert isinstance(on_top(pilot), CommandPalette)
        await press(pilot, "escape")
        assert on_top(pilot) is explorer(pilot)


async def test_escape_never_quits_and_q_goes_back_then_quits() -> None:
    async with app_of().run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, "escape", "escape", "enter", "question_mark", "q")
        assert isinstance(on_top(pilot), RowDetails)
        await press(pilot, "q")
        assert on_top(pilot) is explorer(pilot)
        assert pilot.app.is_running
        await press(pilot, "q")
    assert pilot.app.return_code == 0


async def test_what_could_not_be_read_decides_the_exit_status() -> None:
    async with app_of(told=iter([Trouble("a.log: line 3: cut")])).run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, "q")
    assert pilot.app.return_code == 2


async def test_an_error_of_the_reader_is_a_warning_and_not_the_end() -> None:
    def told() -> Iterator[Update]:
        yield from updates()
        raise OpenError("capture.pcap: the disk is gone")

    async with app_of(told=told()).run_test(size=(120, 24)) as pilot:
        await rest(pilot)
        assert "1 warning" in lines(pilot)[0]
        assert cursor(pilot)[0] == "pe"


async def test_ctrl_c_says_how_to_quit() -> None:
    async with app_of().run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, "ctrl+c")
        assert pilot.app.is_running


@pytest.mark.parametrize("theme", [*(theme.name for theme in THEMES), "textual-light", "nord", "ansi-dark"])
async def test_every_theme_can_be_read(theme: str) -> None:
    async with app_of().run_test(size=SIZE) as pilot:
        await rest(pilot)
        pilot.app.theme = theme
        await rest(pilot)
        assert any("WINDOWS_GUI" in line for line in lines(pilot))


async def test_without_colours_the_cursor_is_still_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with app_of().run_test(size=SIZE) as pilot:
        await rest(pilot)
        assert sum(line.startswith("▸") for line in lines(pilot)) == 2


def test_a_log_has_its_colour_and_an_unknown_one_that_of_all() -> None:
    assert log_colour("http") != log_colour("conn")
    assert log_colour("nobody") == log_colour("nothing")


ASCII_PROGRAM = """
import asyncio
from tests.tui.driving import app_of, lines, press, rest

async def run():
    async with app_of().run_test(size=(100, 30)) as pilot:
        await rest(pilot)
        for keys in (["3"], ["tab"], ["slash"], ["escape", "enter"], ["question_mark"], ["q", "q", "t"]):
            await press(pilot, *keys)
            print(*lines(pilot), sep="\\n")

asyncio.run(run())
"""


def test_a_terminal_that_knows_only_ascii_gets_only_ascii() -> None:
    environment = os.environ | {"LC_ALL": "C", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", ASCII_PROGRAM]
    shown = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True, encoding="utf-8"
    ).stdout
    assert "GET evil.example/a/b/c/Xehmigm.exe  > 200" in shown
    assert "enter details" in shown
    assert [line for line in shown.splitlines() if not line.isascii()] == []
