"""The list of all logs, found by a few letters of the name."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.fuzzy import Matcher
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from parsers import escape
from parsers.protocols.registry import RECORDS
from tui.cells import cut
from tui.theme import log_colour

_MEANING = 37


class LogList(ModalScreen[str | None]):
    """Pick a log; the answer is its name, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "leave", id="logs.close", tooltip="Stay with the log that is shown"),
        Binding("down", "move(1)", "down", show=False, id="logs.down", tooltip="The next log"),
        Binding("up", "move(-1)", "up", show=False, id="logs.up", tooltip="The log before"),
    ]
    DEFAULT_CSS = """
    LogList { align: center top; background: $background 60%; }
    LogList Vertical { width: 72; max-width: 95%; height: auto; max-height: 80%; margin-top: 3; background: $surface;
        border: round $accent; }
    LogList Input { padding: 0 1; background: $surface; }
    LogList OptionList { height: auto; max-height: 20; border: none; background: $surface; padding: 0;
        text-wrap: nowrap; text-overflow: clip; }
    LogList OptionList:focus { border: none; }
    """

    def __init__(self, logs: dict[str, int]) -> None:
        super().__init__()
        self._logs = logs

    def compose(self) -> ComposeResult:
        with Vertical():
            search = Input(placeholder="name of a log", compact=True)
            search.cursor_blink = False
            yield search
            yield OptionList(*self._options(""))

    def _options(self, text: str) -> list[Option]:
        matcher = Matcher(text)
        scores = {log: matcher.match(log) if text else 1.0 for log in self._logs}
        found = [log for log in self._logs if scores[log] > 0]
        return [Option(self._label(log), id=log) for log in sorted(found, key=lambda log: -scores[log])]

    def _label(self, log: str) -> Content:
        rows = self._logs[log]
        meaning = cut(RECORDS[log].meaning, _MEANING) if log in RECORDS else ""
        name = (f"{escape.cell(log):16}", log_colour(log, dark=self.app.current_theme.dark) if rows else "$faint")
        return Content.assemble(name, (f"{rows:>12,}  ", "$muted"), (meaning, "$muted"))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(self._options(event.value.strip()))
        options.highlighted = 0 if options.option_count else None

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.query_one(OptionList).action_select()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def action_move(self, lines: int) -> None:
        """The log above or below."""
        options = self.query_one(OptionList)
        if options.option_count:
            options.highlighted = ((options.highlighted or 0) + lines) % options.option_count

    def action_close(self) -> None:
        """Stay."""
        self.dismiss(None)
