"""The explorer: tabs, the filter, the table of a log and what belongs to the row under the cursor."""

from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.getters import query_one
from textual.message import Message
from textual.reactive import var
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from parsers import escape
from parsers.cancelling import Cancelled
from parsers.evidence.captures import captures_of
from parsers.evidence.sketches import Sketches
from parsers.protocols.registry import RECORDS
from tui.clipboard import copy
from tui.newest import Newest
from tui.places import Place, next_place, story_of
from tui.reading import Snapshot
from tui.screens.log_list import LogList
from tui.screens.row_details import Inspect, RowDetails
from tui.screens.troubles import TroubleList
from tui.selection import Choice, Wrong, matching, wrong
from tui.view import View, same_row, stays
from tui.views import CONTEXT, Views
from tui.widgets.filter_line import FilterInput, FilterLine
from tui.widgets.key_line import KeyLine
from tui.widgets.log_table import LogTable
from tui.widgets.log_tabs import LogTabs, Tab
from tui.widgets.related_panel import RelatedPanel, Story
from tui.widgets.title_line import TitleLine

# Keys of a text that is pasted follow each other faster than this.
_TYPING_SECONDS = 0.03


class Explorer(Screen[None]):
    """The screen that one works in."""

    DEFAULT_CSS = """
    Explorer {
        background: $background;
        #body { height: 1fr; }
        #table { width: 1fr; height: 1fr; }
        &.-below #body { layout: vertical; }
        &.-below #related { height: 40%; max-height: 14; min-height: 5; }
        &.-beside #body { layout: horizontal; }
        &.-beside #related { width: 42%; height: 1fr; border-left: solid $quiet; }
    }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-below"), (160, "-beside")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before all others: what is typed behind it in one burst, as over a slow line, is text already.
        Binding(
            "slash",
            "filter",
            "filter",
            id="filter",
            tooltip="Show only the rows that match an expression",
            priority=True,
        ),
        Binding("tab", "swap", "panel", id="swap", tooltip="Between the table and what belongs to the row"),
        Binding("backspace", "back", "back", id="back", tooltip="Back to the row that one came from"),
        Binding("o", "step(1)", "same uid", id="next", tooltip="The next row of the same connection, in any log"),
        Binding("O", "step(-1)", "same uid, back", show=False, id="previous", tooltip="The row of it before this one"),
        Binding("left_square_bracket", "sort(False)", "sort", id="sort", tooltip="Smallest first; again: as it was"),
        Binding(
            "right_square_bracket",
            "sort(True)",
            "sort down",
            show=False,
            id="sortdown",
            tooltip="Largest first; again: as it was",
        ),
        Binding("y", "copy", "copy", id="copy", tooltip="Copy the value under the cursor"),
        Binding("s", "stop", "stop reading", id="stop", tooltip="Read no more and keep what is there"),
        Binding("t", "logs", "logs", id="logs", tooltip="Find a log by its name"),
        Binding("p", "panel", "panel on/off", show=False, id="panel", tooltip="Show or hide what belongs to the row"),
        Binding(
            "exclamation_mark", "troubles", "warnings", show=False, id="troubles", tooltip="What could not be read"
        ),
        *(
            Binding(str(n), f"tab({n})", f"log {n}", show=False, id=f"log{n}", tooltip=f"The log of tab {n}")
            for n in range(1, 10)
        ),
    ]

    class Ready(Message):
        """The screen can be given what is read."""

    class StopAsked(Message):
        """The reader wants no more to be read."""

    @dataclass
    class LookedAt(Message):
        """A log is looked at of which perhaps not all rows are read."""

        log: str

    # Not as the base has it: there the whole screen is painted again when another widget gets the keys.
    focused: var[Widget | None] = var(None)

    table = query_one("#table", LogTable)
    panel = query_one("#related", RelatedPanel)
    tabs = query_one(LogTabs)
    filter_line = query_one(FilterLine)
    filter_input = query_one(FilterInput)
    key_line = query_one(KeyLine)
    title_line = query_one(TitleLine)

    def __init__(self, title: str, inspect: Inspect | None) -> None:
        super().__init__()
        self.snapshot = Snapshot()
        self._views = Views(self, self._show_view)
        self.active = ""
        self._touched = False
        self._title = title
        self._inspect = inspect
        self._came_from: list[Place] = []
        # A row that is gone to once it has been read, if its reader has not left the row then that the log opened with.
        self._going: tuple[Place, int | None] | None = None
        self._looked_at: set[str] = set()
        self._typing = Timer(self, 0)
        self._counting = Newest(self, _count, self._counted, "count")
        self._relating = Newest(self, partial(story_of, Sketches()), self._tell_story, "relate")
        self._stepping = Newest(self, next_place, self._step, "step")

    def compose(self) -> ComposeResult:
        yield TitleLine(self._title)
        yield LogTabs()
        yield FilterLine()
        with Container(id="body"):
            yield LogTable(id="table")
            yield RelatedPanel(id="related")
        yield KeyLine()

    def on_mount(self) -> None:
        self.table.focus()
        self.post_message(self.Ready())

    def on_key(self) -> None:
        self._touched = True

    def on_click(self) -> None:
        self._touched = True

    # --- what is read

    def show(self, snapshot: Snapshot) -> None:
        """Show what has been read; the reader's tab, row, filter and sort stay."""
        if snapshot.complete:
            snapshot = snapshot.with_empty(RECORDS)
        before, self.snapshot = self.snapshot, snapshot
        self._views.snapshot = snapshot
        self.title_line.snapshot = snapshot
        if not self._touched:
            # The story begins at the first log of the tabs, whichever log was read first.
            self._views.begin_again()
            self.active = next((log for log in self._logs() if snapshot.rows[log]), "")
        if self.active:
            self._renew(self.active)
            if before.unfinished != snapshot.unfinished or any(
                before.known.get(log) is not table for log, table in snapshot.known.items()
            ):
                self._ask_for_story(hurry=snapshot.complete)
            self._look()
        if self._going is not None:
            place, row = self._going
            if self.views[place.log].row == row:
                self.go_to(place)
            else:
                self._going = None
        self._show_tabs()
        self.refresh_bindings()

    def _look(self) -> None:
        """Have the log read whole that is looked at; before the first rows of all logs have come, that is not sure."""
        unread = self.active in self.snapshot.counted or self.active in self.snapshot.waiting
        if unread and self.active not in self._looked_at:
            self._looked_at.add(self.active)
            self.post_message(self.LookedAt(self.active))

    def _show_tabs(self) -> None:
        rows = self.snapshot.rows
        views = self.views
        tabs = [
            Tab(log, rows[log], len(views[log]) if log in views and views[log].filter else None) for log in self._logs()
        ]
        self.tabs.tabs = tuple(tabs)
        self.tabs.active = self.active

    def _logs(self) -> list[str]:
        """The logs in the order of their tabs: those without rows come last."""
        rows = self.snapshot.rows
        return sorted(rows, key=lambda log: not rows[log])

    @property
    def views(self) -> dict[str, View]:
        """The logs that were shown, as they were left."""
        return self._views.of

    def _renew(self, log: str) -> None:
        """Show a log where it is the active one, and bring its view up to the newest table."""
        view = self.views.get(log)
        if view is not None and self.table.view is not view:
            self._show_view(view)
        self._views.renew(log)

    def _show_view(self, view: View) -> None:
        if view.log == self.active:
            before = self.table.view
            self.table.show(view)
            self._show_filter()
            if before is not None and before.table is not view.table:
                self._ask_for_story(hurry=self.snapshot.complete)
        self._show_tabs()

    def _show_filter(self) -> None:
        view = self.views.get(self.active)
        if view is not None and not self.filter_input.has_focus:
            self.filter_line.show(view.filter, len(view), len(view.table))

    # --- tabs

    def go_to_log(self, log: str) -> None:
        """Show a log where its reader left it."""
        self.active = log
        self._going = None
        self._renew(log)
        self._look()
        self._show_tabs()
        self.table.focus()

    @on(LogTabs.Picked)
    def _picked(self, event: LogTabs.Picked) -> None:
        self.go_to_log(event.log)

    def action_tab(self, number: int) -> None:
        """The log of a tab."""
        logs = self._logs()
        if number <= len(logs):
            self.go_to_log(logs[number - 1])

    def action_logs(self) -> None:
        """The list of all logs."""
        rows = self.snapshot.rows
        self.app.push_screen(LogList({log: rows[log] for log in self._logs()}), self._log_found)

    def _log_found(self, log: str | None) -> None:
        if log is not None:
            self.go_to_log(log)

    # --- the filter and the order

    def action_filter(self) -> None:
        """Type a filter."""
        self.set_focus(self.filter_input)
        self.filter_input.action_end()

    @on(FilterLine.Typed)
    def _typed(self, event: FilterLine.Typed) -> None:
        table = self.snapshot.table(self.active)
        text = event.text.strip()
        self._typing.stop()
        error = wrong(text, table) if text else None
        self.filter_line.tell(error)
        if error is not None:
            self._counting.ask(None)
        else:
            # The first letters of a name are a word that is looked for everywhere: too dear to count at each key of a
            # pasted text.
            self._typing = self.set_timer(_TYPING_SECONDS, lambda: self._count(Choice(self.active, table, text)))

    @on(FilterLine.Noted)
    def _noted(self, event: FilterLine.Noted) -> None:
        self.key_line.note = event.note

    def _count(self, choice: Choice) -> None:
        if self.filter_input.has_focus:
            self._counting.ask(choice)

    def _counted(self, choice: Choice, matching_rows: int) -> None:
        if self.filter_input.has_focus and choice.log == self.active:
            self.filter_line.count(matching_rows, len(choice.table))

    @on(FilterLine.Applied)
    def _applied(self, event: FilterLine.Applied) -> None:
        view = self.views[self.active]
        self._typing.stop()
        self._counting.ask(None)
        error = wrong(event.text, view.table) if event.text else None
        if error is not None:
            self.filter_line.tell(error)
            return
        self.filter_input.remember(event.text)
        self.table.focus()
        self._views.choose(Choice(view.log, self.snapshot.table(view.log), event.text, view.sort))

    @on(FilterInput.Left)
    def _left(self) -> None:
        self.table.focus()

    @on(FilterInput.Blurred)
    def _blurred(self) -> None:
        self._show_filter()

    def action_sort(self, descending: bool) -> None:
        """The rows in the order of the column under the cursor."""
        self.table.sort(descending)

    @on(LogTable.SortAsked)
    def _sort_asked(self, event: LogTable.SortAsked) -> None:
        view = self.views[self.active]
        self._views.choose(Choice(view.log, self.snapshot.table(view.log), view.filter, event.sort))

    # --- what belongs to the row

    @on(LogTable.CursorMoved)
    def _cursor_moved(self) -> None:
        self._ask_for_story()

    def _ask_for_story(self, *, hurry: bool = True) -> None:
        view = self.table.view
        if view is not None and view.row is not None:
            table = self.snapshot.table(view.log)
            if view.table is not table and not stays(view.table, view.row, table):
                # It is asked for again once the view is of the newer table.
                return
        place = self._place() if self.panel.display else None
        if place is None:
            self.panel.show(Story())
        if hurry or place is None:
            # A thread at work would keep the row itself from being painted.
            self.call_after_refresh(self._relating.ask, place)
        else:
            self._relating.offer(place)

    def _place(self, step: int = 0) -> Place | None:
        """The row under the table's cursor."""
        view = self.table.view
        row = view.row if view is not None else None
        if view is None or row is None:
            return None
        if view.table is not self.snapshot.table(view.log):
            row = same_row(view.table, row, self.snapshot.table(view.log))
        return None if row is None else Place(self.snapshot, view.log, row, step)

    def _tell_story(self, _place: Place, story: Story) -> None:
        self.panel.show(story)

    @on(RelatedPanel.Chosen)
    def _related_chosen(self, event: RelatedPanel.Chosen) -> None:
        place = self._place()
        related = event.related
        if place is None:
            return
        self._came_from.append(place)
        if related.row is not None:
            self.go_to(Place(place.snapshot, related.log, related.row))
        else:
            self.go_to_log(related.log)
        self.refresh_bindings()

    def go_to(self, place: Place) -> None:
        """Put the cursor on a row in its own tab; a filter that hides it there is cleared."""
        log, row = place.log, place.row
        table = self.snapshot.table(log)
        if row >= len(table):
            # It was counted and is read now.
            if self.active != log:
                self.go_to_log(log)
            self._going = place, self.views[log].row
            return
        if place.snapshot.table(log) is not table and row < len(place.snapshot.table(log)):
            found = same_row(place.snapshot.table(log), row, table)
            if found is None:
                self.notify(f"the row is no longer in {escape.cell(log)}", markup=False)
                return
            row = found
        self.go_to_log(log)
        view = self.views[log]
        if view.table is table and view.place(row) is not None:
            view.hold(row, CONTEXT)
            self._views.put(view)
            return
        hides = bool(view.filter) and view.table is table
        if hides:
            self.notify(f"the filter of {escape.cell(log)} hid the row: cleared", markup=False)
        self._views.choose(Choice(log, table, "" if hides else view.filter, view.sort, row))

    def action_back(self) -> None:
        """The row that one came from."""
        if self._came_from:
            self.go_to(self._came_from.pop())
            self.refresh_bindings()

    def action_step(self, step: int) -> None:
        """Another row of the same connection; steps that come before the last one is found add up."""
        waiting = self._stepping.waiting
        self._stepping.ask(replace(waiting, step=waiting.step + step) if waiting else self._place(step))

    def _step(self, _place: Place, target: Place | None) -> None:
        if target is None:
            self.notify("no other row belongs to this connection", markup=False)
        else:
            self.go_to(target)

    def action_panel(self) -> None:
        """Show or hide the panel."""
        self.panel.display = not self.panel.display
        if not self.panel.display:
            self.table.focus()
        self._ask_for_story()

    def action_swap(self) -> None:
        """From the table to the panel and back."""
        to_panel = self.panel.display and self.table.has_focus
        (self.panel if to_panel else self.table).focus()

    # --- the rest

    @on(LogTable.Opened)
    def _opened(self, event: LogTable.Opened) -> None:
        row = event.view.row
        if row is not None:
            log = event.view.log
            captures = captures_of(self.snapshot.tables | {log: event.view.table}, log, row) if log != "conn" else []
            self.app.push_screen(RowDetails(event.view, row, self._inspect, captures))

    def action_copy(self) -> None:
        """Copy the cell, or the panel's line."""
        if self.panel.has_focus and self.panel.current is not None:
            copy(self.app, self.panel.current.log, self.panel.current.text)
        elif (view := self.table.view) is not None and view.row is not None and view.current is not None:
            copy(self.app, view.current.name, view.current.full(view.row))

    def action_troubles(self) -> None:
        """What could not be read."""
        self.app.push_screen(TroubleList(self.snapshot.troubles))

    def action_stop(self) -> None:
        """Read no more."""
        self.post_message(self.StopAsked())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        match action:
            case "stop":
                return not self.snapshot.complete or self.snapshot.progress is not None
            case "back":
                return bool(self._came_from)
            case "filter":
                return bool(self.active) and self.focused is not self.filter_input
            case "step" | "copy":
                return bool(self.active)
        return True


def _count(choice: Choice, cancelled: Cancelled) -> int:
    rows = matching(choice, cancelled)
    return len(choice.table) if rows is None or isinstance(rows, Wrong) else len(rows)
