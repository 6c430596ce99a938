"""What could not be read, one line each."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from parsers import escape
from parsers.updates import Trouble


class TroubleList(ModalScreen[None]):
    """The warnings of a reading."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,exclamation_mark", "close", "back", id="troubles.close", tooltip="Back to the table"),
    ]
    DEFAULT_CSS = """
    TroubleList { align: center middle; background: $background 60%; }
    TroubleList VerticalScroll { width: 90%; max-width: 110; height: auto; max-height: 80%; padding: 1 2;
        background: $surface; border: round $accent; border-title-color: $accent; }
    TroubleList Static { margin-bottom: 1; }
    """

    def __init__(self, troubles: Sequence[Trouble]) -> None:
        super().__init__()
        self._troubles = troubles

    def compose(self) -> ComposeResult:
        with VerticalScroll() as box:
            box.border_title = "warnings"
            if not self._troubles:
                yield Static("Everything was read.")
            for trouble in self._troubles:
                colour = "$muted" if trouble.harmless else "$foreground"
                yield Static(Content.styled(escape.cell(trouble.text), colour))

    def action_close(self) -> None:
        """Back to the table."""
        self.dismiss()
