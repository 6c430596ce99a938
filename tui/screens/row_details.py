"""One row with every field in full, what each means, and of a PE file what is inside it."""

from collections.abc import Callable, Sequence
from typing import ClassVar, TypeAlias

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Static

from parsers import escape, schema
from parsers.cancelling import Cancelled
from parsers.evidence import values
from tui.clipboard import copy
from tui.columns import Column
from tui.newest import Newest
from tui.theme import log_colour
from tui.view import View
from tui.widgets.field_list import Entry, FieldList
from tui.widgets.key_line import KeyLine

# From a file's identifier to what is inside it, looked for in a thread that asks whether it is still wanted.
Inspect: TypeAlias = Callable[[str, Cancelled], list[Entry]]
_ORIGIN = "The capture in which its connection begins."


class RowDetails(Screen[None]):
    """Every field of a row."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "back", id="details.close", tooltip="Back to the table"),
        Binding("y", "copy", "copy", id="details.copy", tooltip="Copy the value under the cursor"),
        Binding("u", "unset", "unset fields", id="details.unset", tooltip="Show or hide the fields that are not set"),
    ]
    DEFAULT_CSS = """
    RowDetails { background: $background; }
    RowDetails #heading { height: 1; padding: 0 1; background: $panel; }
    RowDetails FieldList { height: 1fr; }
    """

    fields = query_one(FieldList)

    def __init__(self, view: View, row: int, inspect: Inspect | None, captures: Sequence[str] = ()) -> None:
        super().__init__()
        self._log, self._row = view.log, row
        self._unset = True
        self._inspect = inspect
        self._origin = [Entry("capture", "\n".join(map(escape.cell, captures)), _ORIGIN)] * bool(captures)
        self._columns = sorted(view.columns, key=lambda column: view.table.column_names.index(column.name))
        self._report: list[Entry] = []
        self._inspecting = Newest(self, self._look_inside, self._tell, "inspect")

    def compose(self) -> ComposeResult:
        yield Static(id="heading")
        yield FieldList(self._entries())
        yield KeyLine()

    def on_mount(self) -> None:
        name = f" {escape.cell(self._log)} "
        meaning = f"  row {self._row + 1:,}"
        heading = Content.assemble(
            (name, f"bold $background on {log_colour(self._log, dark=self.app.current_theme.dark)}"),
            (meaning, "$muted"),
        )
        self.query_one("#heading", Static).update(heading)
        self.fields.focus()
        fuid = self._fuid()
        if fuid is not None:
            self._report = [Entry("what is inside"), Entry("", "looking …")]
            self._inspecting.ask(fuid)
            self._show()

    def _fuid(self) -> str | None:
        """The identifier of the PE file that the row tells of."""
        if self._log != "pe":
            return None
        column = next((column for column in self._columns if column.name == "id"), None)
        return None if column is None else values.value_of(column.cells, self._row)

    def _look_inside(self, fuid: str, cancelled: Cancelled) -> list[Entry]:
        if self._inspect is None:
            return [Entry("", "The file's bytes are not in a folder of logs: open the capture to look inside.")]
        return self._inspect(fuid, cancelled)

    def _tell(self, _fuid: str, entries: list[Entry]) -> None:
        self._report = [Entry("what is inside"), *entries]
        self._show()

    def _entries(self) -> list[Entry]:
        entries = [field_entry(column, self._row) for column in self._columns]
        return [
            *(entry for entry in entries if self._unset or entry.value != values.UNSET),
            *self._origin,
            *self._report,
        ]

    def _show(self) -> None:
        self.fields.show(self._entries())

    def action_unset(self) -> None:
        """Show or hide the fields that are not set."""
        self._unset = not self._unset
        self._show()

    def action_copy(self) -> None:
        """Copy the value under the cursor."""
        entry = self.fields.current
        if entry is not None and entry.value is not None:
            copy(self.app, entry.name, entry.copy or entry.value)

    def action_close(self) -> None:
        """Back to the table."""
        self._inspecting.ask(None)
        self.dismiss()


def field_entry(column: Column, row: int) -> Entry:
    """A field in full: times with their epoch, the members of a set or vector below each other."""
    scalar = column.cells[row]
    text = column.full(row)
    shown = text
    if scalar.is_valid and column.type == "time":
        shown = f"{text} UTC\n{values.interval_text(schema.nanoseconds(scalar))}"
    elif scalar.is_valid and column.type == "interval":
        shown = f"{text} s   {values.span_text(schema.nanoseconds(scalar))}"
    elif scalar.is_valid and schema.element_type(column.type) and len(scalar.values):
        one = values.writer(schema.element_type(column.type) or "string")
        shown = "\n".join(one(member) for member in scalar.values)
    note = f"{column.type} · {column.meaning}" if column.meaning else column.type
    return Entry(escape.cell(column.name), shown, note, text)
