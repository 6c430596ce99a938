"""The tabs: each log with its rows, in its colour; logs without rows stand dimmed at the end."""

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from parsers import escape
from tui.cells import cut
from tui.theme import log_colour

_LONGEST = 24


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
    LogTabs { height: 1; padding: 0 1; background: $background; }
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

    def _label(self, tab: Tab) -> Content:
        name = cut(escape.cell(tab.log), _LONGEST)
        rows = f"{tab.rows:,}" if tab.shown is None else f"{tab.shown:,}/{tab.rows:,}"
        if tab.log == self.active:
            colour = log_colour(tab.log)
            return Content.assemble(
                (f" {name} ", f"bold $background on {colour}"), (f" {rows} ", f"{colour} on $panel")
            )
        if not tab.rows:
            return Content.styled(f" {name} {rows} ", "$faint")
        return Content.assemble((f" {name}", log_colour(tab.log)), (f" {rows} ", "$muted"))

    def render(self) -> Content:
        line, self._ends, start, end = Content(""), [], 0, 0
        for tab in self.tabs:
            label = self._label(tab)
            if tab.log == self.active:
                start, end = line.cell_length, line.cell_length + label.cell_length
            line = Content.assemble(line, label, " ")
            self._ends.append((line.cell_length, tab.log))
        hidden = max(min(end + 8, line.cell_length) - self.size.width, 0)
        hidden = min(hidden, start)
        self._ends = [(place - hidden, log) for place, log in self._ends]
        return line[hidden:] if hidden else line

    def on_click(self, event: events.Click) -> None:
        x = event.x - self.gutter.left
        for end, log in self._ends:
            if x < end:
                self.post_message(self.Picked(log))
                return
