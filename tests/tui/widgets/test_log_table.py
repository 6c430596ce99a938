"""The table: movement, columns, what is drawn and how little of it."""

from typing import TYPE_CHECKING

import pytest
from textual.widget import Widget

from parsers.protocols import conn
from tests.frames import START, UID, ends, many, plain, table
from tests.tui.driving import app_of, cursor, explorer, lines, press, rest
from tui.widgets.log_table import LogTable

if TYPE_CHECKING:
    from textual.geometry import Region

ROWS = 2_000
SIZE = (80, 24)


@pytest.mark.parametrize(
    ("keys", "row"),
    [
        (["down", "down", "up"], 1),
        ([*"jjjk"], 2),
        (["G"], ROWS - 1),
        (["G", "g", "g"], 0),
        (["G", "g", "k", "g"], ROWS - 2),
        (["ctrl+end", "ctrl+home"], 0),
        (["up"], 0),
        (["G", "down", "pagedown"], ROWS - 1),
    ],
)
async def test_rows(keys: list[str], row: int) -> None:
    async with app_of({"conn": many(ROWS)}).run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, *keys)
        assert cursor(pilot)[1] == row


async def test_pages_keep_the_cursors_height_on_the_screen() -> None:
    async with app_of({"conn": many(ROWS)}).run_test(size=SIZE) as pilot:
        await rest(pilot)
        shown = explorer(pilot).table
        await press(pilot, "j", "pagedown")
        assert shown.view is not None
        assert (shown.view.cursor, shown.view.top) == (1 + shown.page_rows, shown.page_rows)
        await press(pilot, "ctrl+d", "ctrl+u", "pageup")
        assert (shown.view.cursor, shown.view.top) == (1, 0)


async def test_the_row_under_the_cursor_is_always_seen() -> None:
    async with app_of({"conn": many(ROWS)}).run_test(size=SIZE) as pilot:
        await rest(pilot)
        shown = explorer(pilot).table
        assert shown.view is not None
        for _ in range(3):
            await pilot.press(*["j"] * 12)
            assert shown.view.top <= shown.view.cursor < shown.view.top + shown.page_rows
        for _ in range(3):
            await pilot.press(*["k"] * 12)
            assert shown.view.top <= shown.view.cursor < shown.view.top + shown.page_rows


async def test_the_column_under_the_cursor_is_always_seen() -> None:
    async with app_of({"conn": table("conn", ends(UID, 1, 2) | {"ip_proto": 6})}).run_test(size=SIZE) as pilot:
        await rest(pilot)
        for _ in conn.RECORD.fields:
            await press(pilot, "l")
            name = cursor(pilot)[2]
            header = lines(pilot)[3]
            assert name.removeprefix("id.")[:4] in header
        assert name == conn.RECORD.fields[-1].name
        await press(pilot, "0")
        assert lines(pilot)[3].startswith("  ts")
        await press(pilot, "dollar_sign")
        assert cursor(pilot)[2] == conn.RECORD.fields[-1].name


async def test_columns_are_hidden_widened_and_shown_again() -> None:
    rows = table("http", ends(UID, 1, 2) | {"host": "h" * 120})
    async with app_of({"http": rows}).run_test(size=SIZE) as pilot:
        await rest(pilot)
        shown = explorer(pilot).table
        assert shown.view is not None
        await press(pilot, "p", "l", "minus")
        assert "id.orig_h" not in [column.name for column in shown.view.shown]
        shown.move_to(0, [column.name for column in shown.view.shown].index("host"))
        await press(pilot, "underscore")
        assert any("h" * 60 in line for line in lines(pilot))
        await press(pilot, "underscore", "plus")
        assert not any("h" * 60 in line for line in lines(pilot))
        assert "id.orig_h" in [column.name for column in shown.view.shown]


async def test_the_last_column_stays() -> None:
    async with app_of({"odd": plain({"a": "string"}, ("x",))}).run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, "minus", "minus")
        assert cursor(pilot)[2] == "a"


async def test_a_click_puts_the_cursor_and_the_header_sorts() -> None:
    async with app_of({"conn": many(5)}).run_test(size=SIZE) as pilot:
        await rest(pilot)
        await pilot.click(LogTable, offset=(20, 4))
        assert cursor(pilot) == ("conn", 3, "id.orig_h")
        await pilot.click(LogTable, offset=(4, 0))
        await rest(pilot)
        assert explorer(pilot).views["conn"].sort is not None
        await pilot.click(LogTable, offset=(20, 9))
        await pilot.click(LogTable, offset=(4, 2), times=2)
        await rest(pilot)
        assert "row" in lines(pilot)[0]


async def test_moving_the_cursor_repaints_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    async with app_of({"conn": many(ROWS)}).run_test(size=SIZE) as pilot:
        await rest(pilot)
        shown = explorer(pilot).table
        painted: list[Region] = []
        monkeypatch.setattr(shown, "refresh", lambda *regions, **_: painted.extend(regions))
        await pilot.press("j")
        assert [(region.y, region.height) for region in painted] == [(1, 1), (2, 1)]


async def test_rows_that_come_below_the_screen_repaint_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    async with app_of({"conn": many(ROWS)}).run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, "j", "j")
        shown = explorer(pilot).table
        view = shown.view
        assert view is not None
        painted: list[Region] = []
        monkeypatch.setattr(Widget, "refresh", lambda _, *regions, **__: painted.extend(regions))
        shown.show(view.renewed(many(ROWS + 500), None, explorer(pilot).snapshot.day))
        assert painted == []
        assert shown.vertical_scrollbar.window_virtual_size == ROWS + 501
        await press(pilot, "G")
        assert cursor(pilot)[1] == ROWS + 499


async def test_who_gets_the_keys_changes_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    async with app_of({"conn": many(ROWS)}).run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, "j", "j")
        shown = explorer(pilot).table
        drawn: list[int] = []
        line = LogTable.render_line
        monkeypatch.setattr(LogTable, "render_line", lambda table, y: drawn.append(y) or line(table, y))  # type: ignore[func-returns-value]
        for key in ("slash", "escape"):
            await press(pilot, key)
            assert drawn
            assert set(drawn) == {3}
            drawn.clear()
        assert shown.has_focus


async def test_rows_that_come_onto_the_screen_are_painted() -> None:
    async with app_of({"conn": many(3)}).run_test(size=SIZE) as pilot:
        await rest(pilot)
        shown = explorer(pilot).table
        assert shown.view is not None
        shown.show(shown.view.renewed(many(500), None))
        await pilot.pause()
        assert shown.show_vertical_scrollbar
        assert all(lines(pilot)[shown.region.y : shown.region.bottom])


async def test_only_visible_cells_are_formatted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with app_of({"conn": many(ROWS)}).run_test(size=SIZE) as pilot:
        await rest(pilot)
        shown = explorer(pilot).table
        assert shown.view is not None
        asked: list[int] = []
        monkeypatch.setattr(shown.view, "at", lambda place: asked.append(place) or place)  # type: ignore[func-returns-value]
        shown.refresh()
        await pilot.pause()
        assert asked
        assert max(asked) <= shown.page_rows


async def test_a_line_changes_its_style_seldom() -> None:
    async with app_of({"conn": many(ROWS)}).run_test(size=(160, 50)) as pilot:
        await rest(pilot)
        shown = explorer(pilot).table
        for y in range(1, 20):
            assert len(list(shown.render_line(y))) <= 8


@pytest.mark.parametrize(
    "hostile", ["\x1b]0;x\x07", "\x9b2J", "\u202egpj.exe", "[bold red]x[/]", "x" * 100_000, "日本" * 999]
)
async def test_hostile_cells_stay_in_their_place(hostile: str) -> None:
    rows = plain({"ts": "time", "a": "string", "b": "count"}, (START, hostile, 7))
    async with app_of({"odd": rows}).run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, "l", "underscore", "l", "h")
        assert all(line.isprintable() for line in lines(pilot))
        strip = explorer(pilot).table.render_line(1)
        assert strip.cell_length == explorer(pilot).table.size.width


async def test_many_rows_open_at_once() -> None:
    async with app_of({"conn": many(1_000_000)}).run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, "G")
        assert cursor(pilot)[1] == 999_999
        assert "1,000,000 rows" in lines(pilot)[2]
