"""The help: every key and what it does, and the filter language in a few lines."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

_KEY_WIDTH = 18
FILTERS = (
    ('host contains "evil"', "text within text, whatever its case"),
    ("id.resp_h == 10.0.0.0/8", "an address in a network"),
    ("status_code in {404, 500}", "one of several"),
    ('uri ~ "\\.exe$"', "a regular expression (RE2)"),
    ("duration > 5m and orig_bytes > 1MB", "units; and, or, not, parentheses"),
    ("has service", "a field that is set; service == - one that is not"),
    ("millsmiltinon", "a bare word is looked for in every column"),
)


class KeyHelp(ModalScreen[None]):
    """All keys, those of each place under its name."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "close", "back", id="help.close", tooltip="Close the help"),
        Binding("j", "scroll(1)", "down", show=False, id="help.down", tooltip="Further down"),
        Binding("k", "scroll(-1)", "up", show=False, id="help.up", tooltip="Further up"),
    ]
    DEFAULT_CSS = """
    KeyHelp { align: center middle; background: $background 60%; }
    KeyHelp VerticalScroll { width: 78; max-width: 98%; height: 90%; padding: 0 2; background: $surface;
        border: round $accent; border-title-color: $accent; scrollbar-size: 0 1; }
    """

    def __init__(self, places: Iterable[tuple[str, Iterable[BindingType]]]) -> None:
        super().__init__()
        self._places = list(places)

    def compose(self) -> ComposeResult:
        with VerticalScroll() as box:
            box.border_title = "keys"
            yield Static(self._text())

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def _text(self) -> Content:
        lines: list[Content] = []
        for title, bindings in self._places:
            lines += [Content(""), Content.styled(title, "bold $accent")]
            lines += [_line(self._keys(b), b.tooltip or b.description) for b in bindings if isinstance(b, Binding)]
        lines += [Content(""), Content.styled("the filter", "bold $accent")]
        lines += [
            Content.assemble((f"{example:36}", "$foreground"), (meaning, "$muted")) for example, meaning in FILTERS
        ]
        return Content("\n").join(lines)

    def _keys(self, binding: Binding) -> str:
        if binding.key_display:
            return binding.key_display
        return "  ".join(self.app.get_key_display(Binding(key, "")) for key in binding.key.split(","))

    def action_scroll(self, lines: int) -> None:
        """Some lines further."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_close(self) -> None:
        """Back."""
        self.dismiss()


def _line(keys: str, meaning: str) -> Content:
    return Content.assemble((f"{keys:{_KEY_WIDTH}}", "bold $foreground"), (meaning, "$muted"))
