"""All of a row, and what is inside its file."""

import threading
from collections.abc import Callable

import pyarrow as pa

from parsers import escape
from parsers.protocols.registry import RECORDS
from parsers.schema import arrow_field
from tests.frames import FUID, START, UID, ends, story, table
from tests.tui.driving import app_of, explorer, lines, on_top, press, rest
from tui.columns import columns
from tui.screens.row_details import RowDetails, field_entry
from tui.view import View
from tui.widgets.field_list import Entry


async def test_every_field_in_zeeks_order_with_its_meaning() -> None:
    async with app_of().run_test(size=(120, 60)) as pilot:
        await rest(pilot)
        await press(pilot, "4", "enter")
        details = on_top(pilot)
        assert isinstance(details, RowDetails)
        entries = details.fields.entries
        assert [entry.name for entry in entries] == RECORDS["conn"].names
        assert all(entry.note for entry in entries)
        shown = "\n".join(lines(pilot))
        assert "2020-10-12 21:02:17.000000 UTC" in shown
        assert "1602536537.000000" in shown


async def test_of_several_captures_the_one_is_named_that_a_row_comes_from() -> None:
    tables = story()
    conn = tables["conn"]
    names = [f"{row}\x1b.pcap" for row in range(len(conn))]
    tables["conn"] = conn.append_column(arrow_field("capture", "string"), pa.array(names))
    download = escape.cell(names[conn["uid"].to_pylist().index(UID)])
    expected = {"pe": download, "http": download, "conn": escape.cell(names[0])}
    async with app_of(tables).run_test(size=(120, 60)) as pilot:
        await rest(pilot)
        for log, named in expected.items():
            explorer(pilot).go_to_log(log)
            await press(pilot, "enter")
            details = on_top(pilot)
            assert isinstance(details, RowDetails)
            (entry,) = [entry for entry in details.fields.entries if entry.name == "capture"]
            assert entry.value == named
            assert entry.note.endswith("connection begins.") or entry.note.endswith("first packet lies in.")
            await press(pilot, "escape")


async def test_fields_that_are_not_set_are_hidden_and_shown() -> None:
    async with app_of().run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        await press(pilot, "4", "enter")
        details = on_top(pilot)
        assert isinstance(details, RowDetails)
        everything = len(details.fields.entries)
        await press(pilot, "u")
        assert len(details.fields.entries) < everything
        assert all(entry.value != "-" for entry in details.fields.entries)
        await press(pilot, "u")
        assert len(details.fields.entries) == everything


async def test_the_value_under_the_cursor_is_copied_as_it_is() -> None:
    async with app_of().run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        await press(pilot, "enter", "j", "y")
        assert pilot.app.clipboard == FUID
        await press(pilot, "g", "y")
        assert pilot.app.clipboard == "2020-10-12 21:02:19.000000"


async def test_a_long_value_is_wrapped_and_scrolled_through() -> None:
    rows = table("http", ends(UID, 1, 2) | {"user_agent": "".join(f"<{n:05}>" for n in range(700))})
    async with app_of({"http": rows}).run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        await press(pilot, "enter", "u")
        seen = set()
        for _ in range(30):
            seen |= {word for line in lines(pilot) for word in line.replace(">", "> ").split() if word.startswith("<")}
            await pilot.press("j")
        await press(pilot, "G")
        assert {"<00000>", "<00350>", "<00690>"} <= seen
        await press(pilot, "pageup", "pagedown", "g", "k")


def test_members_stand_below_each_other() -> None:
    rows = table("dns", ends(UID, 1, 53) | {"answers": ["a.example", "b\x1b", ""], "rtt": 29_000_000})
    made = {column.name: column for column in columns(rows, RECORDS["dns"])}
    assert field_entry(made["answers"], 0).value == "a.example\nb\\x1b\n(empty)"
    assert field_entry(made["answers"], 0).copy == "a.example, b\\x1b, (empty)"
    assert field_entry(made["rtt"], 0).value == "0.029000 s   29 ms"


async def opened(pilot_app: object, inspect: Callable[[str, Callable[[], bool]], list[Entry]] | None) -> RowDetails:
    view = View.of("pe", story()["pe"], RECORDS["pe"])
    return RowDetails(view, 0, inspect)


async def test_what_is_inside_a_program_is_told_when_it_is_known() -> None:
    looked = threading.Event()
    asked = []

    def inspect(fuid: str, _cancelled: Callable[[], bool]) -> list[Entry]:
        asked.append(fuid)
        looked.wait()
        return [Entry("imphash", "f34d5f2d4577\x1b", "what it imports"), Entry("sections"), Entry(".text", "6.1")]

    async with app_of().run_test(size=(80, 60)) as pilot:
        await rest(pilot)
        pilot.app.push_screen(await opened(pilot.app, inspect))
        await pilot.pause()
        assert any("looking" in line for line in lines(pilot))
        looked.set()
        await rest(pilot)
        assert asked == [FUID]
        shown = "\n".join(lines(pilot))
        assert "f34d5f2d4577\\x1b" in shown
        assert "sections" in shown
        assert "looking" not in shown


async def test_closing_calls_the_look_off() -> None:
    ended = threading.Event()

    def inspect(_fuid: str, cancelled: Callable[[], bool]) -> list[Entry]:
        while not cancelled():
            ended.wait(0.01)
        ended.set()
        return []

    async with app_of().run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        pilot.app.push_screen(await opened(pilot.app, inspect))
        await pilot.pause()
        await pilot.press("escape")
        await rest(pilot)
        assert ended.is_set()
        assert on_top(pilot) is explorer(pilot)


async def test_a_folder_of_logs_says_that_the_bytes_are_not_there() -> None:
    async with app_of().run_test(size=(80, 60)) as pilot:
        await rest(pilot)
        await press(pilot, "enter")
        assert any("The file's bytes are not in a folder of logs" in line for line in lines(pilot))


async def test_on_an_ordinary_row_nothing_is_looked_for() -> None:
    rows = table("conn", ends(UID, 1, 2) | {"ts": START})
    async with app_of({"conn": rows}).run_test(size=(80, 60)) as pilot:
        await rest(pilot)
        await press(pilot, "enter")
        assert not any("what is inside" in line for line in lines(pilot))
