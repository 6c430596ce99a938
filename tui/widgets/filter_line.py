"""The filter line: checked while one types, applied with enter."""

from dataclasses import dataclass
from typing import ClassVar

from rich.highlighter import Highlighter
from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from parsers import escape
from tui.selection import Wrong

_HISTORY = 200
_HINT = (
    ("enter", "bold $foreground"),
    " apply  ",
    ("esc", "bold $foreground"),
    " leave  ",
    ("up", "bold $foreground"),
    " earlier  ",
    "== != < > contains ~ in has  and or not  word: anywhere",
)


class _Place(Highlighter):
    """Marks where a filter is wrong."""

    def __init__(self) -> None:
        self.place: tuple[int, int] | None = None

    def highlight(self, text: Text) -> None:
        if self.place is not None:
            start, end = self.place
            text.stylize("bold underline red", min(start, max(len(text) - 1, 0)), max(end, start + 1))


class FilterInput(Input):
    """The line's text; up and down go through what was applied before."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "apply", id="filter.apply", tooltip="Show the rows that match"),
        Binding("escape", "leave", "leave", id="filter.leave", tooltip="Leave the filter as it was"),
        Binding("up", "history(-1)", "earlier filter", show=False, id="filter.earlier", tooltip="The filter before"),
        Binding("down", "history(1)", "later filter", show=False, id="filter.later", tooltip="The filter after"),
    ]

    @dataclass
    class Left(Message):
        """The reader changes nothing."""

    def __init__(self) -> None:
        self.mark = _Place()
        super().__init__(compact=True, select_on_focus=False, highlighter=self.mark)
        self.cursor_blink = False
        self.history: list[str] = []
        self._place = 0

    def validate_value(self, value: str) -> str:
        """Pasted control characters never reach the terminal."""
        return escape.cell(value)

    def remember(self, text: str) -> None:
        """Keep a filter that was applied."""
        if text and self.history[-1:] != [text]:
            self.history = [*(h for h in self.history if h != text), text][-_HISTORY:]
        self._place = len(self.history)

    def action_history(self, steps: int) -> None:
        """An earlier or a later filter."""
        self._place = max(min(self._place + steps, len(self.history)), 0)
        self.value = self.history[self._place] if self._place < len(self.history) else ""
        self.cursor_position = len(self.value)

    def action_leave(self) -> None:
        """Leave the line."""
        self.post_message(self.Left())


class FilterLine(Horizontal):
    """The filter of the log that is shown, and how many rows it leaves."""

    DEFAULT_CSS = """
    FilterLine { height: 1; background: $surface; padding: 0 1; }
    FilterLine #prompt { width: 2; color: $muted; }
    FilterLine FilterInput { width: 1fr; background: $surface; color: $foreground; }
    FilterLine #count { width: auto; color: $muted; padding: 0 0 0 2; }
    FilterLine:focus-within { background: $panel; }
    FilterLine:focus-within FilterInput { background: $panel; }
    FilterLine:focus-within #prompt { color: $accent; text-style: bold; }
    """

    @dataclass
    class Typed(Message):
        """The text has changed; nothing is applied yet."""

        text: str

    @dataclass
    class Applied(Message):
        """The reader wants to see the rows that match."""

        text: str

    @dataclass
    class Noted(Message):
        """What there is to say of the text that is being typed; None when nothing is typed any more."""

        note: Content | None

    def compose(self) -> ComposeResult:
        yield Static("/", id="prompt")
        yield FilterInput()
        yield Static("", id="count")

    def on_mount(self) -> None:
        self.input.placeholder = 'filter:  id.orig_h == 10.0.0.0/8 and host contains "evil"'

    @property
    def input(self) -> FilterInput:
        """Where one types."""
        return self.query_one(FilterInput)

    def show(self, text: str, shown: int, rows: int) -> None:
        """Show the filter of a log and how many of its rows it leaves."""
        with self.prevent(Input.Changed):
            self.input.value = text
        self.tell(None)
        number = f"{shown:,} of {rows:,}" if text else f"{rows:,} row{'' if rows == 1 else 's'}"
        self.query_one("#count", Static).update(Content.styled(number, "$accent" if text else "$muted"))

    def count(self, matching: int | None, rows: int) -> None:
        """How many rows the text that stands there would leave; None while they are counted."""
        number = "…" if matching is None else f"{matching:,}"
        self.query_one("#count", Static).update(Content.styled(f"{number} of {rows:,}", "$accent"))

    def tell(self, error: Wrong | None) -> None:
        """Show what is wrong with the text, and where; None when nothing is."""
        self.input.mark.place = (error.start, error.end) if error else None
        self.input.refresh()
        if error:
            self.query_one("#count", Static).update("")
        if self.input.has_focus:
            note = Content.styled(escape.cell(error.message), "$error") if error else Content.assemble(*_HINT)
            self.post_message(self.Noted(note))

    def on_descendant_focus(self) -> None:
        self.tell(None)

    def on_descendant_blur(self) -> None:
        self.post_message(self.Noted(None))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Applied(event.value.strip()))

    @on(events.Click)
    def _clicked(self) -> None:
        self.input.focus()
