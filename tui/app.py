"""The app: wiring only."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.message import Message
from textual.screen import Screen
from textual.scrollbar import ScrollBar, ScrollBarRender

from parsers.protocols.registry import RECORDS
from parsers.updates import Update
from tui.commands import Commands
from tui.exit_status import status
from tui.glyphs import ASCII, GLYPHS
from tui.reading import Reading
from tui.screens.explorer import Explorer
from tui.screens.key_help import KeyHelp
from tui.screens.row_details import Inspect, RowDetails
from tui.theme import DARK, THEMES, shades
from tui.widgets.field_list import Entry, FieldList
from tui.widgets.filter_line import FilterInput
from tui.widgets.log_table import LogTable
from tui.widgets.related_panel import RelatedPanel

if TYPE_CHECKING:
    import pyarrow as pa
    from textual.timer import Timer

# The screen is told of what has been read so often at first, and later, when each time is a whole screen on the line.
_FIRST_SECONDS, _FIRST_TIMES, _LATER_SECONDS = 0.1, 10, 0.5
# The reading waits so long at most until its first rows stand on the screen.
_PAINT_SECONDS = 0.5


class PlainScrollBar(ScrollBarRender):
    """A scroll bar without half blocks."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8


class ZeekTui(App[None]):
    """Opens the explorer on what a reader tells."""

    TITLE = "zeektui"
    CSS_PATH = "app.tcss"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = App.COMMANDS | {Commands}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "keys", "help", id="help", tooltip="Every key and what it does", key_display="?"),
        Binding("colon,ctrl+p", "command_palette", "commands", id="commands", tooltip="Find an action by its name"),
        Binding("q", "leave", "quit", id="leave", tooltip="Back, then quit"),
    ]

    class Told(Message):
        """More has been read."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, ZeekTui.Told)

    def __init__(
        self,
        title: str,
        updates: Iterator[Update],
        stop: Callable[[], None],
        captures: Sequence[Path] = (),
        password: bytes | None = None,
        *,
        checksums: bool = False,
        whole: Callable[[str], Iterator[Update]] | None = None,
    ) -> None:
        """What a reader tells that `stop` ends; `whole` tells what it leaves of a log until that is looked at."""
        super().__init__()
        self.reading = Reading(updates, whole)
        self._stop_reader = stop
        self._timer: Timer | None = None
        self._shown = 0
        self._has_rows = False
        self._painted = Event()
        self.explorer = Explorer(title, self._inspection(captures, password, checksums=checksums))
        self.animation_level = "none"
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name
        if GLYPHS is ASCII:
            self.add_class("-ascii")
            ScrollBar.renderer = PlainScrollBar

    def _inspection(self, captures: Sequence[Path], password: bytes | None, *, checksums: bool) -> Inspect | None:
        """What looks into a file's bytes; only a capture has them."""
        if not captures:
            return None

        def look(fuid: str, cancelled: Callable[[], bool]) -> list[Entry]:
            # Loaded when somebody looks: they would delay the first screen.
            from parsers.files.inspect import InspectError
            from parsers.inspection import Inspection
            from tui.pe_entries import entries

            try:
                return entries(Inspection(captures, password, self._files, checksums=checksums)(fuid, cancelled))
            except InspectError as error:
                return [Entry("", str(error))]

        return look

    def _files(self) -> "pa.Table | None":
        return self.explorer.snapshot.tables.get("files")

    def get_css_variables(self) -> dict[str, str]:
        variables = super().get_css_variables()
        return shades(variables) | variables

    def get_key_display(self, binding: Binding) -> str:
        shown = super().get_key_display(binding)
        return shown if GLYPHS is not ASCII or shown.isascii() else binding.key.split(",")[0]

    def get_default_screen(self) -> Screen[None]:
        return self.explorer

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:  # noqa: ARG002
        yield SystemCommand("theme", "Other colours", self.action_change_theme)

    # --- reading

    @on(Explorer.Ready)
    def _begin(self) -> None:
        self._read(self.reading.steps())

    @on(Explorer.LookedAt)
    def _look(self, event: Explorer.LookedAt) -> None:
        self._read(self.reading.rest(event.log))

    @work(thread=True, group="reading")
    def _read(self, steps: Iterator[None]) -> None:
        for _ in steps:
            self.post_message(self.Told())
            if self.reading.has_rows and not self._painted.is_set():
                # On a small machine the first rows would compete with the reading of all others.
                self._painted.wait(_PAINT_SECONDS)
                self._painted.set()
        self.call_later(self._finish)
        # What is known of logs is loaded now: whoever first looks at one, or at the list of all, would wait for that.
        for log in [*self.reading.logs.names, *RECORDS]:
            RECORDS.get(log)

    @on(Told)
    def _told(self) -> None:
        if self.reading.has_rows and not self._has_rows:
            # The first rows wait for nothing.
            self._has_rows = True
            self._show_now()
        elif self._timer is None:
            self._shown += 1
            seconds = _FIRST_SECONDS if self._shown <= _FIRST_TIMES else _LATER_SECONDS
            self._timer = self.set_timer(seconds, self._show_snapshot)

    def _show_now(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._show_snapshot()

    def _show_snapshot(self) -> None:
        self._timer = None
        snapshot = self.reading.snapshot()
        if snapshot is None:
            self._told()
        else:
            self.explorer.show(snapshot)
            if self._has_rows:
                self.call_after_refresh(self._painted.set)

    def _finish(self) -> None:
        """All has been read."""
        self._show_now()
        # Whoever wrote into a pipe that has ended may have left words on the screen.
        self.screen.refresh()

    @on(Explorer.StopAsked)
    def stop_reading(self) -> None:
        """Read no more; what is there stays."""
        self.reading.stop()
        self._stop_reader()

    # --- everywhere

    def action_keys(self) -> None:
        """All keys."""
        places = (
            ("everywhere", self.BINDINGS),
            ("explorer", Explorer.BINDINGS),
            ("table", LogTable.BINDINGS),
            ("panel: what belongs to the row", RelatedPanel.BINDINGS),
            ("filter", FilterInput.BINDINGS),
            ("details of a row", [*RowDetails.BINDINGS, *FieldList.BINDINGS]),
        )
        self.push_screen(KeyHelp(places))

    def action_leave(self) -> None:
        """One screen back; from the explorer, quit."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        else:
            self.action_quit_now()

    def action_quit_now(self) -> None:
        """End, with the exit status that the troubles of the reading stand for."""
        self.stop_reading()
        self.exit(return_code=status(self.reading.logs))

    def action_help_quit(self) -> None:
        """Say how to quit, for whoever presses ctrl+c."""
        self.notify("press q to quit", markup=False)
