"""The lines above and below: title, tabs, keys."""

from tests.frames import START, plain, story
from tests.tui.driving import app_of, explorer, lines, press, rest
from tui.reading import Snapshot
from tui.widgets.log_tabs import LogTabs
from tui.widgets.title_line import facts_of


async def test_what_does_not_fit_into_the_title_is_left_out_the_least_first() -> None:
    shown = {}
    for width in (60, 80, 120):
        async with app_of().run_test(size=(width, 24)) as pilot:
            await rest(pilot)
            shown[width] = lines(pilot)[0]
    assert all("2020-10-12 21:02:17 → 21:14:02 UTC" in line for line in shown.values())
    assert "packets" not in shown[60]
    assert "1,546 packets" in shown[80]
    assert "7 logs · no warnings" in shown[120]


def test_one_is_not_many() -> None:
    snapshot = Snapshot({"odd": plain({"ts": "time"}, (START,))}, complete=True)
    texts = [text for _, text, _ in facts_of(snapshot)]
    assert texts == ["2020-10-12 21:02:18 → 21:02:18 UTC", "1 log", "no warnings"]


def test_several_days_are_said() -> None:
    rows = plain({"ts": "time"}, (START,), (START + 86_400 * 10**9,))
    texts = [text for _, text, _ in facts_of(Snapshot({"odd": rows}, complete=True))]
    assert "2020-10-12 21:02:18 → 2020-10-13 21:02:18 UTC" in texts


async def test_the_active_tab_is_always_seen() -> None:
    many_logs = story() | {f"log_number_{n}": plain({"a": "string"}, ("x",)) for n in range(20)}
    async with app_of(many_logs).run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        assert lines(pilot)[1].endswith("▸")
        for log in explorer(pilot).snapshot.rows:
            explorer(pilot).go_to_log(log)
            await pilot.pause()
            assert f"{log} " in lines(pilot)[1]
        assert lines(pilot)[1].startswith("◂")


async def test_a_click_on_a_tab_shows_its_log() -> None:
    async with app_of().run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        await pilot.click(LogTabs, offset=(lines(pilot)[1].index("conn"), 0))
        await rest(pilot)
        assert explorer(pilot).active == "conn"


async def test_the_keys_are_those_of_the_place() -> None:
    async with app_of().run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        for text in ("details", "/ filter", "o same uid", "? help", ": commands", "q quit"):
            assert text in lines(pilot)[-1]
        await press(pilot, "tab")
        assert "go to this row" in lines(pilot)[-1]
        await press(pilot, "slash")
        assert "apply" in lines(pilot)[-1]
        assert "quit" not in lines(pilot)[-1]


async def test_a_click_on_a_key_presses_it() -> None:
    async with app_of().run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        await pilot.click("KeyLine", offset=(lines(pilot)[-1].index("/ filter"), 0))
        await rest(pilot)
        assert explorer(pilot).filter_input.has_focus
