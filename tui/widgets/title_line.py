"""The first line: what is open, how much of it, from when to when, and whether something went wrong."""

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from parsers import escape
from parsers.evidence.values import time_text
from parsers.updates import LIVE
from tui.cells import cut
from tui.glyphs import GLYPHS
from tui.reading import Snapshot


class TitleLine(Widget):
    """One line about the whole; what does not fit is left out, the least important first."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    TitleLine { height: 1; padding: 0 1; background: $panel; color: $foreground; }
    """

    snapshot: reactive[Snapshot] = reactive(Snapshot())

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = escape.cell(title)

    def render(self) -> Content:
        parts = facts_of(self.snapshot)
        room = self.size.width - len("zeektui  ")
        while len(parts) > 1 and sum(len(text) + 3 for _, text, _ in parts) + min(len(self._title), 24) > room:
            parts.remove(min(parts, key=lambda part: part[0]))
        right = Content(f" {GLYPHS.dot} ").join([Content.styled(text, style) for _, text, style in parts])
        title = cut(self._title, max(room - right.cell_length - 3, 8))
        left = Content.assemble(("zeektui", "bold $accent"), "  ", (title, "bold"))
        blank = max(self.size.width - left.cell_length - right.cell_length, 1)
        return Content.assemble(left, " " * blank, right)

    async def on_click(self) -> None:
        await self.screen.run_action("troubles")


def facts_of(snapshot: Snapshot) -> list[tuple[int, str, str]]:
    """What is known, from left to right: how important it is, its text, its style."""
    parts: list[tuple[int, str, str]] = []
    progress = snapshot.progress
    is_live = not snapshot.complete and progress is not None and progress.stage == LIVE
    if not snapshot.complete or progress is not None:
        done = f" {100 * progress.done // progress.total} %" if progress and progress.total else ""
        reading = LIVE if is_live else f"reading {progress.stage if progress else ''}".rstrip()
        parts.append((9, reading + done, "$accent"))
    if snapshot.facts is not None:
        parts.append((6 if is_live else 3, _number(snapshot.facts.packets, "packet"), "$muted"))
    span = snapshot.span
    if span is not None:
        first, last = (time_text(time, 0) for time in span)
        last = last[11:] if last[:10] == first[:10] else last
        parts.append((5, f"{first} {GLYPHS.arrow} {last} UTC", "$muted"))
    logs = sum(rows > 0 for rows in snapshot.rows.values())
    parts.append((2, _number(logs, "log"), "$muted"))
    troubles = len(snapshot.troubles)
    if troubles:
        parts.append((8, _number(troubles, "warning"), "bold $error"))
    elif snapshot.complete:
        parts.append((1, "no warnings", "$muted"))
    return parts


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
