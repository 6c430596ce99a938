"""The tabs: each log with its rows, in its colour; logs without rows stand dimmed at the end."""

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from parsers import escape
from tui.cells import cut
from tui.glyphs import GLYPHS
from tui.theme import log_colour

_LONGEST = 24
_AHEAD = 8


@dataclass(frozen=True, slots=True)
class Tab:
    """A log, how many rows it has, how many of them its filter shows (None without a filter)."""

    log: str
    rows: int
    shown: int | None = None


class LogTabs(Widget):
    """One line of tabs, moved so that the active one is always seen."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    LogTabs { height: 1; background: $background; }
    """

    tabs: reactive[tuple[Tab, ...]] = reactive(())
    active: reactive[str] = reactive("")

    @dataclass
    class Picked(Message):
        """The reader wants to see a log."""

        log: str

    def __init__(self) -> None:
        super().__init__()
        self._ends: list[tuple[int, str]] = []

    def _label(self, number: int, tab: Tab) -> Content:
        key = GLYPHS.digits[number - 1] if number <= len(GLYPHS.digits) else ""
        name = cut(escape.cell(tab.log), _LONGEST)
        rows = f"{tab.rows:,}" if tab.shown is None else f"{tab.shown:,}/{tab.rows:,}"
        if tab.log == self.active:
            colour = log_colour(tab.log, dark=self.app.current_theme.dark)
            return Content.assemble(
                (f" {key}{name} ", f"bold $background on {colour}"), (f" {rows} ", f"{colour} on $panel")
            )
        if not tab.rows:
            return Content.styled(f" {key}{name} {rows} ", "$faint")
        return Content.assemble(
            (f" {key}", "$muted"),
            (name, log_colour(tab.log, dark=self.app.current_theme.dark)),
            (f" {rows} ", "$muted"),
        )

    def render(self) -> Content:
        line, self._ends, start, end = Content(""), [], 0, 0
        for number, tab in enumerate(self.tabs, 1):
            label = self._label(number, tab)
            if tab.log == self.active:
                start, end = line.cell_length, line.cell_length + label.cell_length
            line += label
            self._ends.append((line.cell_length, tab.log))
        width = self.size.width
        hidden = min(max(min(end + _AHEAD, line.cell_length) - width, 0), start)
        self._ends = [(place - hidden, log) for place, log in self._ends]
        shown = line[hidden : hidden + width]
        if hidden:
            shown = Content.assemble((GLYPHS.before, "$accent"), shown[1:])
        if line.cell_length > hidden + width:
            shown = Content.assemble(shown[: width - 1], (GLYPHS.after, "$accent"))
        return shown

    def on_click(self, event: events.Click) -> None:
        for end, log in self._ends:
            if event.x < end:
                self.post_message(self.Picked(log))
                return
