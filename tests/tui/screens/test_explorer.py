"""Every action of the explorer, by its keys."""

import threading
from collections.abc import Callable, Iterator

import pyarrow as pa
import pytest

from parsers.cancelling import Cancelled
from parsers.places import Places
from parsers.updates import Batch, Counted, Progress, Trouble, Update, Waiting
from tests.frames import FUID, SERVER, START, UID, ends, many, plain, story, table, updates
from tests.tui.driving import app_of, apply_filter, cursor, explorer, lines, on_top, press, rest, toasts, until
from tui import choosing, selection
from tui.app import ZeekTui
from tui.reading import Reading
from tui.screens.log_list import LogList
from tui.screens.row_details import RowDetails
from tui.screens.troubles import TroubleList
from tui.selection import Choice, Wrong

SIZE = (80, 24)


async def test_the_first_log_of_the_story_is_shown_with_all_that_belongs_to_its_row() -> None:
    async with app_of().run_test(size=SIZE) as pilot:
        await rest(pilot)
        assert cursor(pilot) == ("pe", 0, "ts")
        shown = lines(pilot)
        assert shown[0].startswith(" zeektui  capture.pcap")
        assert "UTC" in shown[0]
        assert any(line.startswith(f"── {FUID} · {UID}") for line in shown)
        for log in ("pe", "files", "http", "conn", "dns"):
            assert any(line[2:10].strip() == log for line in shown), log


async def test_digits_and_names_lead_to_the_logs() -> None:
    async with app_of().run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, "4")
        assert cursor(pilot)[0] == "conn"
        await press(pilot, "9")
        assert cursor(pilot)[0] == explorer(pilot).tabs.tabs[8].log
        await press(pilot, "t", *"x50", "enter")
        assert cursor(pilot)[0] == "x509"
        await press(pilot, "t", "down", "down", "enter")
        assert cursor(pilot)[0] == "http"
        await press(pilot, "t")
        assert isinstance(on_top(pilot), LogList)
        await press(pilot, "escape")
        assert cursor(pilot)[0] == "http"


async def test_logs_without_rows_stand_at_the_end() -> None:
    tables = story()
    tables["http"] = tables["http"].slice(0, 0)
    del tables["dns"]
    async with app_of(tables).run_test(size=SIZE) as pilot:
        await rest(pilot)
        tabs = [tab.log for tab in explorer(pilot).tabs.tabs]
        assert tabs[:5] == ["pe", "files", "conn", "ssl", "x509"]
        assert {"http", "dns"} <= set(tabs[5:])
        await press(pilot, str(tabs.index("http") + 1))
        assert cursor(pilot) == ("http", None, "ts")
        await press(pilot, *"jlkh", "enter", "y", "o", "left_square_bracket", "tab", "enter")


async def test_a_filter_is_checked_while_one_types() -> None:
    async with app_of().run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, "3", "slash", *"status_code == 200")
        await until(pilot, lambda: "1 of 2" in lines(pilot)[2])
        assert len(explorer(pilot).views["http"]) == 2
        await press(pilot, *" and no_such == 1")
        assert explorer(pilot).filter_input.mark.place is not None
        hint = lines(pilot)[-1]
        assert "no_such" in hint
        await press(pilot, "enter")
        assert explorer(pilot).filter_input.has_focus


async def test_a_filter_is_applied_shown_and_kept_with_its_log() -> None:
    async with app_of().run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, "3")
        await apply_filter(pilot, "status_code == 404")
        assert cursor(pilot) == ("http", 1, "ts")
        assert "1 of 2" in lines(pilot)[2]
        assert "1/2" in lines(pilot)[1]
        await press(pilot, "4")
        assert "3 rows" in lines(pilot)[2]
        await press(pilot, "3")
        assert "status_code == 404" in lines(pilot)[2]
        await press(pilot, "slash", "ctrl+u", "enter")
        assert "2 rows" in lines(pilot)[2]
        assert cursor(pilot) == ("http", 1, "ts")


async def test_escape_leaves_the_filter_as_it_was() -> None:
    async with app_of().run_test(size=SIZE) as pilot:
        await rest(pilot)
        await apply_filter(pilot, "has machine")
        await press(pilot, "slash", *" x", "escape")
        assert "has machine " in lines(pilot)[2]
        assert explorer(pilot).table.has_focus
        await press(pilot, "escape", "escape")
        assert pilot.app.is_running


async def test_the_filters_of_before_come_back() -> None:
    async with app_of().run_test(size=SIZE) as pilot:
        await rest(pilot)
        await apply_filter(pilot, "has id")
        await apply_filter(pilot, "has os")
        await press(pilot, "slash")
        line = explorer(pilot).filter_input
        await press(pilot, "up")
        assert line.value == "has os"
        await press(pilot, "up", "up")
        assert line.value == "has id"
        await press(pilot, "down", "down")
        assert line.value == ""


async def test_pasted_control_characters_do_not_reach_the_terminal() -> None:
    async with app_of().run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, "slash")
        explorer(pilot).filter_input.insert_text_at_cursor("a\x1b]0;x\x07b")
        await rest(pilot)
        assert "\x1b" not in explorer(pilot).filter_input.value
        assert all(line.isprintable() for line in lines(pilot))


async def test_sorting_keeps_the_readers_row_and_is_undone_by_the_same_key() -> None:
    async with app_of({"conn": many(50)}).run_test(size=SIZE) as pilot:
        await rest(pilot)
        table_shown = explorer(pilot).table
        await press(pilot, "j", "j", "end", "right_square_bracket")
        assert cursor(pilot)[1] == 2
        assert table_shown.view is not None
        assert table_shown.view.at(0) != 0
        assert "▼" in "".join(lines(pilot))
        await press(pilot, "right_square_bracket")
        assert cursor(pilot)[1] == 2
        assert table_shown.view.rows is None
        await press(pilot, "left_square_bracket")
        assert "▲" in "".join(lines(pilot))


async def test_from_the_panel_to_a_row_and_back() -> None:
    async with app_of().run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, "tab", "G", "k", "enter")
        assert cursor(pilot)[:2] == ("conn", 1)
        assert explorer(pilot).table.has_focus
        await press(pilot, "tab", "home", "j", "enter")
        assert cursor(pilot)[:2] == ("files", 0)
        await press(pilot, "backspace")
        assert cursor(pilot)[:2] == ("conn", 1)
        await press(pilot, "backspace", "backspace")
        assert cursor(pilot)[:2] == ("pe", 0)


async def test_a_filter_that_hides_the_row_is_cleared_and_that_is_said() -> None:
    async with app_of().run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, "4")
        await apply_filter(pilot, "service == ssl")
        await press(pilot, "1", "tab", "G", "k", "enter")
        assert cursor(pilot)[:2] == ("conn", 1)
        assert explorer(pilot).views["conn"].filter == ""
        assert any("cleared" in text for text in toasts(pilot))


async def test_the_rows_of_a_connection_one_after_the_other() -> None:
    async with app_of().run_test(size=SIZE) as pilot:
        await rest(pilot)
        seen = []
        for _ in range(6):
            await press(pilot, "o")
            seen.append(cursor(pilot)[:2])
        assert seen == [("files", 0), ("files", 1), ("http", 0), ("http", 1), ("conn", 1), ("pe", 0)]
        await press(pilot, "O")
        assert cursor(pilot)[:2] == ("conn", 1)


async def test_a_row_that_is_alone_says_so() -> None:
    async with app_of({"conn": table("conn", ends(UID, 1, 2))}).run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, "o")
        assert any("no other row" in text for text in toasts(pilot))


async def test_the_panel_is_hidden_and_shown() -> None:
    async with app_of().run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, "p")
        assert not explorer(pilot).panel.display
        await press(pilot, "tab")
        assert explorer(pilot).table.has_focus
        await press(pilot, "j", "p")
        assert explorer(pilot).panel.story.lines


@pytest.mark.parametrize(("width", "beside"), [(159, False), (160, True)])
async def test_the_panel_stands_beside_a_wide_table(width: int, *, beside: bool) -> None:
    async with app_of().run_test(size=(width, 40)) as pilot:
        await rest(pilot)
        assert (explorer(pilot).panel.region.x > 0) is beside


async def test_copying_says_what_was_copied() -> None:
    async with app_of().run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, "4", "j", "l", "l", "y")
        assert pilot.app.clipboard == SERVER
        assert toasts(pilot)[-1] == f"copied id.resp_h: {SERVER}"
        await press(pilot, "tab", "home", "y")
        assert pilot.app.clipboard.startswith("I386  WINDOWS_GUI")


async def test_copies_are_escaped_and_bounded() -> None:
    hostile = "\x1b]52;c;eA==\x07" + "[red]" * 30_000
    rows = table("http", ends(UID, 1, 2) | {"host": hostile})
    async with app_of({"http": rows}).run_test(size=SIZE) as pilot:
        await rest(pilot)
        view = explorer(pilot).table.view
        assert view is not None
        view.column = [column.name for column in view.shown].index("host")
        await press(pilot, "y")
        assert pilot.app.clipboard.startswith("\\x1b]52;c;eA==\\x07[red]")
        assert len(pilot.app.clipboard) == 50_000
        assert "only its first 50,000" in toasts(pilot)[-1]


async def test_details_and_back() -> None:
    async with app_of().run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, "enter")
        assert isinstance(on_top(pilot), RowDetails)
        await press(pilot, "q")
        assert on_top(pilot) is explorer(pilot)


async def test_warnings_are_counted_and_listed() -> None:
    told = [Trouble("a.pcap: byte 96: [red]cut[/red]\x1b: the rest is missing"), *updates()]
    async with app_of(told=iter(told)).run_test(size=(120, 36)) as pilot:
        await rest(pilot)
        assert "1 warning" in lines(pilot)[0]
        await press(pilot, "exclamation_mark")
        assert isinstance(on_top(pilot), TroubleList)
        assert any("[red]cut[/red]\\x1b" in line for line in lines(pilot))
        await press(pilot, "escape")
        assert on_top(pilot) is explorer(pilot)


class Reader:
    """A reader that tells one thing after the other, when it is let."""

    def __init__(self, *told: Update) -> None:
        self._told = told
        self._steps = threading.Semaphore(0)

    def __iter__(self) -> Iterator[Update]:
        for update in self._told:
            self._steps.acquire()
            yield update
        self._steps.acquire()

    def step(self) -> None:
        self._steps.release()


async def test_the_readers_place_stays_while_rows_arrive() -> None:
    rows = [ends(f"C{n}", n, 80, n) | {"service": "http"} for n in range(60)]
    reader = Reader(
        Batch("conn", table("conn", *rows[30:])), Batch("conn", table("conn", *rows[:30])), Batch("pe", story()["pe"])
    )
    app = app_of(told=iter(reader))
    async with app.run_test(size=SIZE) as pilot:
        reader.step()
        while not explorer(pilot).views:
            await pilot.pause()
        assert "reading" in lines(pilot)[0]
        await pilot.press("slash", *"id.orig_p < 50", "enter")
        while len(explorer(pilot).views["conn"]) != 20:
            await pilot.pause()
        await pilot.press("l", "right_square_bracket", *"jjj")
        while explorer(pilot).views["conn"].sort is None:
            await pilot.pause()
        view = explorer(pilot).views["conn"]
        assert view.row is not None
        uid = view.table.column("uid")[view.row].as_py()
        for _ in range(3):
            reader.step()
        await rest(pilot)
        view = explorer(pilot).views["conn"]
        assert (len(view.table), len(view), cursor(pilot)[0]) == (60, 50, "conn")
        assert view.row is not None
        assert view.table.column("uid")[view.row].as_py() == uid
        assert (view.filter, view.sort) == ("id.orig_p < 50", view.sort)


async def test_a_filter_that_is_worked_on_is_not_lost_to_rows_that_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [ends(f"C{n}", n, 80, n) for n in range(60)]
    reader = Reader(Batch("conn", table("conn", *rows[:30])), Batch("conn", table("conn", *rows[30:])))
    go_on = threading.Event()
    matching = selection.matching

    def matching_later(choice: Choice, cancelled: Cancelled) -> Places | Wrong | None:
        if "2" in choice.filter:
            go_on.wait()
        return matching(choice, cancelled)

    monkeypatch.setattr(choosing, "matching", matching_later)
    async with app_of(told=iter(reader)).run_test(size=SIZE) as pilot:
        screen = explorer(pilot)
        reader.step()
        await until(pilot, lambda: bool(screen.views))
        await pilot.press("slash", *"id.orig_p < 10", "enter")
        await until(pilot, lambda: len(screen.views["conn"]) == 10)
        await pilot.press("slash", "ctrl+u", *"id.orig_p > 20", "enter")
        reader.step()
        await until(pilot, lambda: len(screen.snapshot.tables["conn"]) == 60)
        go_on.set()
        for _ in range(2):
            reader.step()
        await until(pilot, lambda: len(screen.views["conn"].table) == 60)
        assert (screen.views["conn"].filter, len(screen.views["conn"])) == ("id.orig_p > 20", 39)


async def test_stopping_keeps_what_there_is() -> None:
    reader = Reader(Progress("packets", 1, 4), Batch("conn", story()["conn"]), Batch("pe", story()["pe"]))
    app = app_of(told=iter(reader))
    async with app.run_test(size=SIZE) as pilot:
        reader.step()
        reader.step()
        while not explorer(pilot).views:
            await pilot.pause()
        assert "reading packets 25 %" in lines(pilot)[0]
        await pilot.press("s")
        reader.step()
        await rest(pilot)
        assert explorer(pilot).snapshot.complete
        assert cursor(pilot)[0] == "conn"
        assert not any("stop reading" in line for line in lines(pilot))


async def test_nothing_to_show_is_no_reason_to_fall() -> None:
    async with app_of(told=iter(())).run_test(size=SIZE) as pilot:
        await rest(pilot)
        await press(pilot, "1", *"jlkhoOyp[]-_+", "slash", "escape", "enter", "tab", "t", "escape", "exclamation_mark")
        await press(pilot, "escape", "escape", "q")
    assert pilot.app.return_code == 0


async def test_hostile_names_and_identifiers_stay_text_on_every_screen() -> None:
    bad = "\x1b]0;x\x07\u202e[red]b[/red]"
    columns = {"ts": "time", "uid": "string", "fuid": "string", bad: "string"}
    tables = {bad: plain(columns, (START, bad, bad, bad)), "conn": plain(columns, (START, bad, bad, bad))}
    async with app_of(tables).run_test(size=SIZE) as pilot:
        await rest(pilot)
        for keys in (
            ["1"],
            ["2", "end"],
            ["enter"],
            ["y", "q", "tab", "G", "enter"],
            ["slash", "x", "equals_sign"],
            ["escape", "t"],
            ["escape", "colon"],
            ["l", "o", "g"],
            ["escape", "slash", *"ts < 5", "enter"],
            ["backspace"],
        ):
            await press(pilot, *keys)
            assert [line for line in lines(pilot) if not line.isprintable()] == []
            assert all(text.replace("\n", "").isprintable() for text in toasts(pilot))


async def test_a_log_that_nobody_knows_is_shown_with_all_its_columns() -> None:
    odd = plain({"ts": "time", "x\x1b": "string"}, (START, "[b]y"))
    async with app_of({"odd\x1blog": odd}).run_test(size=SIZE) as pilot:
        await rest(pilot)
        assert any("[b]y" in line for line in lines(pilot))
        assert all(line.isprintable() for line in lines(pilot))
        await press(pilot, "enter")
        assert all(line.isprintable() for line in lines(pilot))


def lazily(tables: dict[str, pa.Table], first: int, asked: list[str], gate: threading.Event) -> ZeekTui:
    """The app on logs of which only the first rows are read, and the rest of one once it is looked at."""

    def again(rows: pa.Table) -> Callable[[], pa.Table]:
        return lambda: rows

    def told() -> Iterator[Update]:
        for log, rows in tables.items():
            yield Batch(log, rows.slice(0, first))
        yield Waiting(tuple(tables))
        assert gate.wait(30)
        for log, rows in tables.items():
            yield Counted(log, rows.select(["ts", "uid"]), again(rows))
        yield Waiting(())

    def whole(log: str) -> Iterator[Update]:
        asked.append(log)
        yield Batch(log, tables[log].slice(first))

    return ZeekTui("logs", told(), gate.set, whole=whole)


async def test_a_log_is_read_whole_once_it_is_looked_at() -> None:
    rows = [ends(f"C{number}", 1000 + number, 80, number) for number in range(50)]
    tables = {log: table(log, *rows) for log in ("http", "conn")}
    asked: list[str] = []
    gate = threading.Event()
    async with lazily(tables, 5, asked, gate).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "still reading http, conn" in lines(pilot)[-2])
        await until(pilot, lambda: asked == ["http"])
        gate.set()
        await rest(pilot)
        tabs = explorer(pilot).tabs.tabs
        assert [(tab.log, tab.rows) for tab in tabs[:2]] == [("http", 50), ("conn", 50)]
        assert not any("still reading" in line for line in lines(pilot))
        assert (len(explorer(pilot).snapshot.table("http")), len(explorer(pilot).snapshot.table("conn"))) == (50, 5)
        await press(pilot, "G")
        assert any(line[2:10].strip() == "conn" and "1049" in line for line in lines(pilot))
        await press(pilot, "tab", "down", "enter")
        await until(pilot, lambda: cursor(pilot)[:2] == ("conn", 49))
        assert asked == ["http", "conn"]
        await press(pilot, "backspace")
        assert cursor(pilot)[:2] == ("http", 49)
        await press(pilot, "o")
        assert cursor(pilot)[:2] == ("conn", 49)
        assert asked == ["http", "conn"]


async def test_whoever_moves_on_is_not_taken_to_a_row_that_comes_late() -> None:
    rows = [ends(f"C{number}", 1000 + number, 80, number) for number in range(50)]
    tables = {log: table(log, *rows) for log in ("http", "conn")}
    gate, let_rest = threading.Event(), threading.Event()
    gate.set()
    app = lazily(tables, 5, [], gate)

    def slowly(log: str) -> Iterator[Update]:
        assert log != "conn" or let_rest.wait(30)
        yield Batch(log, tables[log].slice(5))

    app.reading = Reading(app.reading._updates, slowly)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: len(explorer(pilot).snapshot.tables.get("http", [])) == 50)
        await until(pilot, lambda: explorer(pilot).snapshot.rows["conn"] == 50)
        await pilot.press("G")
        await until(pilot, lambda: any(line[2:10].strip() == "conn" and "1049" in line for line in lines(pilot)))
        await pilot.press("tab")
        await pilot.press("down")
        await pilot.press("enter")
        await until(pilot, lambda: cursor(pilot)[:2] == ("conn", 0))
        await pilot.press("j")
        await until(pilot, lambda: cursor(pilot)[:2] == ("conn", 1))
        let_rest.set()
        await rest(pilot)
        assert len(explorer(pilot).snapshot.tables["conn"]) == 50
        assert cursor(pilot)[:2] == ("conn", 1)
