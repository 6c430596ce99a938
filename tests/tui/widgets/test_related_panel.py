"""The panel: what is drawn of a story, and how little of it again."""

from dataclasses import replace

import pytest
from textual.geometry import Region

from parsers.evidence.links import Related
from parsers.evidence.summary import Part
from tests.tui.driving import app_of, explorer, lines, press, rest
from tui.widgets.related_panel import Story

LONG = Part("GET evil.example/" + "x" * 90)


def story_of(*parts: tuple[Part, ...]) -> Story:
    return Story("FUID · UID", tuple(Related("http", n, some) for n, some in enumerate(parts)), 0)


async def test_a_long_text_gives_way_to_what_else_matters() -> None:
    async with app_of().run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        explorer(pilot).panel.show(story_of(*[(LONG, Part("→ 200"), Part("agent", matters=False))] * 8))
        await pilot.pause()
        assert sum("→ 200" in line for line in lines(pilot)) == 7


async def test_where_there_is_room_nothing_that_matters_is_cut() -> None:
    async with app_of().run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        explorer(pilot).panel.show(story_of((LONG, Part("→ 200"), Part("y" * 300, matters=False))))
        await pilot.pause()
        shown = "".join(line[10:] for line in lines(pilot)[-8:])
        assert "x" * 90 in shown.replace(" ", "")
        assert "→ 200" in shown
        assert "y" * 71 not in shown


async def test_lines_that_stay_the_same_are_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with app_of().run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        panel, painted = explorer(pilot).panel, []
        panel.show(story_of((Part("a"),), (Part("b"),)))
        await pilot.pause()
        monkeypatch.setattr(panel, "refresh", lambda *regions, **_: painted.extend(regions))
        panel.show(story_of((Part("a"),), (Part("c"),)))
        assert painted == [Region(0, 2, panel.size.width, 1)]


async def test_the_cursor_stays_in_sight() -> None:
    async with app_of().run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        panel = explorer(pilot).panel
        panel.show(story_of(*[(Part(f"line {n}"),) for n in range(30)]))
        await press(pilot, "tab", "G")
        assert any("line 29" in line for line in lines(pilot))
        await press(pilot, "k", "g")
        assert any("line 0" in line for line in lines(pilot))


async def test_whoever_reads_it_stays_on_the_line_when_the_story_grows() -> None:
    async with app_of().run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        panel = explorer(pilot).panel
        texts = [(Part(f"line {n}"),) for n in range(30)]
        panel.show(story_of(*texts[5:]))
        await press(pilot, "tab", "G", "k")
        panel.show(story_of(*texts))
        assert panel.current is not None
        assert panel.current.text == "line 28"
        await pilot.pause()
        assert any("line 28" in line for line in lines(pilot))
        panel.show(story_of(*texts[:5]))
        assert panel.cursor == 0
        await press(pilot, "tab")
        panel.show(story_of(*texts))
        panel.show(story_of(*texts))
        assert panel.cursor == 0


async def test_rows_that_were_left_out_lead_to_their_log() -> None:
    async with app_of().run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        explorer(pilot).panel.show(Story("", (Related("dns", None, (Part("and 5 more", matters=False),)),)))
        await press(pilot, "tab", "enter")
        assert explorer(pilot).active == "dns"


async def test_the_last_line_says_where_there_may_be_more() -> None:
    async with app_of().run_test(size=(80, 24)) as pilot:
        await rest(pilot)
        panel = explorer(pilot).panel
        story = story_of(*[(Part(f"line {n}"),) for n in range(30)])
        panel.show(replace(story, waiting=("http", "dns")))
        await press(pilot, "tab", "G")
        assert "still reading http, dns" in lines(pilot)[-2]
        assert "line 29" in lines(pilot)[-3]
        await pilot.click(panel, offset=(3, panel.size.height - 1))
        assert panel.cursor == 29
        panel.show(story)
        await pilot.pause()
        assert not any("still reading" in line for line in lines(pilot))
