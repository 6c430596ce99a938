"""A list of named values, each in full: wrapped, escaped, with what it means."""

import textwrap
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import ClassVar

from rich.cells import chop_cells
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from parsers import escape
from parsers.evidence.values import EMPTY, UNSET
from tui import cells
from tui.glyphs import GLYPHS
from tui.line import Line

_WIDE = 110
_LONGEST_NAME = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """A name and its value, which may have several lines; `note` says what it means, `copy` what is copied.

    An entry without a value is a heading.
    """

    name: str
    value: str | None = None
    note: str = ""
    copy: str = ""


@dataclass(frozen=True, slots=True)
class _Block:
    """An entry as lines of three columns."""

    values: list[str]
    notes: list[str]
    beside: bool

    @property
    def height(self) -> int:
        return max(len(self.values), len(self.notes)) if self.beside else len(self.values) + len(self.notes)


class FieldList(ScrollView, can_focus=True):
    """Entries below each other; the cursor stands on one of them."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False, id="fields.up", tooltip="The field above"),
        Binding("down,j", "move(1)", "down", show=False, id="fields.down", tooltip="The field below"),
        Binding("pageup,ctrl+u", "page(-1)", "page up", show=False, id="fields.pageup", tooltip="One screen up"),
        Binding("pagedown,ctrl+d", "page(1)", "page down", show=False, id="fields.pagedown", tooltip="One screen down"),
        Binding("g,home", "edge(0)", "first field", show=False, id="fields.first", tooltip="The first field"),
        Binding("G,end", "edge(-1)", "last field", show=False, id="fields.last", tooltip="The last field"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "field-list--name",
        "field-list--note",
        "field-list--faint",
        "field-list--heading",
        "field-list--lit",
    }
    DEFAULT_CSS = """
    FieldList {
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size: 0 1;
        background: $background;
        color: $foreground;
        & > .field-list--name { color: $secondary; }
        & > .field-list--note { color: $muted; }
        & > .field-list--faint { color: $faint; }
        & > .field-list--heading { color: $accent; text-style: bold; }
        & > .field-list--lit { background: $lit; }
    }
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        super().__init__()
        self.entries = [_safe(entry) for entry in entries]
        self.cursor = 0
        self._blocks: list[_Block] = []
        self._starts = [0]

    def show(self, entries: Sequence[Entry]) -> None:
        """Show other entries; the cursor stays on its name where that is still there."""
        name = self.current.name if self.current else ""
        self.entries = [_safe(entry) for entry in entries]
        names = [entry.name for entry in self.entries]
        self.cursor = names.index(name) if name in names else 0
        self._lay_out()

    @property
    def current(self) -> Entry | None:
        """The entry under the cursor."""
        return self.entries[self.cursor] if self.cursor < len(self.entries) else None

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        self._name_width = min(
            max((cells.width_of(e.name) for e in self.entries if e.value is not None), default=8), _LONGEST_NAME
        )
        room = max(width - self._name_width - 5, 10)
        beside = width >= _WIDE
        longest = max(
            (cells.width_of(line) for entry in self.entries for line in (entry.value or "").split("\n")), default=0
        )
        self._value_width = min(max(longest, 20), room * 5 // 9) if beside else room
        self._blocks = [self._block(entry, beside, room) for entry in self.entries]
        self._starts = [0, *accumulate(block.height for block in self._blocks)]
        self.virtual_size = Size(width, self._starts[-1])
        self.refresh()

    def _block(self, entry: Entry, beside: bool, room: int) -> _Block:
        if entry.value is None:
            return _Block(["", entry.name], [], beside=False)
        lines = [
            piece
            for line in entry.value.split("\n")
            for piece in (chop_cells(line, self._value_width) if line else [""])
        ]
        notes = textwrap.wrap(entry.note, room - self._value_width - 2 if beside else room)
        return _Block(lines, notes, beside)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        place = self.scroll_offset.y + y
        number = bisect_right(self._starts, place) - 1
        if number >= len(self._blocks):
            return Strip.blank(width, self.rich_style)
        entry, block, line = self.entries[number], self._blocks[number], place - self._starts[number]
        lit = self.has_focus and number == self.cursor
        if entry.value is None:
            return Strip([Segment(f" {block.values[line]}", self._style("heading", lit=False))]).adjust_cell_length(
                width
            )
        value = block.values[line] if line < len(block.values) else ""
        note_line = line if block.beside else line - len(block.values)
        note = block.notes[note_line] if 0 <= note_line < len(block.notes) else ""
        mark = GLYPHS.cursor if lit and not line else " "
        drawn = Line(self._style("", lit))
        name = entry.name if not line else ""
        drawn.add(f"{mark} {cells.fit(name, self._name_width)}  ", self._style("name", lit))
        if block.beside or line < len(block.values):
            dim = entry.value in (UNSET, EMPTY)
            drawn.add(cells.fit(value, self._value_width), self._style("faint" if dim else "", lit))
        drawn.add(f"{'  ' if block.beside else ''}{note}", self._style("note", lit))
        return drawn.strip(width)

    def _style(self, name: str, lit: bool) -> Style:
        style = self.get_component_rich_style(f"field-list--{name}") if name else self.rich_style
        return style + Style(bgcolor=self.get_component_rich_style("field-list--lit").bgcolor) if lit else style

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    # --- moving

    def _put(self, number: int) -> None:
        step = 1 if number >= self.cursor else -1
        number = max(min(number, len(self.entries) - 1), 0)
        while 0 < number < len(self.entries) - 1 and self.entries[number].value is None:
            number += step
        self.cursor = number
        top, end, rows = self._starts[number], self._starts[number + 1], self.size.height
        self.scroll_to(y=min(max(self.scroll_offset.y, end - rows), top), animate=False)
        self.refresh()

    def action_move(self, entries: int) -> None:
        """Some entries further; within one that is longer than the screen, some lines."""
        if not self.entries:
            return
        top, end = self._starts[self.cursor], self._starts[self.cursor + 1]
        seen = self.scroll_offset.y
        if entries > 0 and end > seen + self.size.height:
            self.scroll_to(y=min(seen + self.size.height // 2, end - self.size.height), animate=False)
        elif entries < 0 and top < seen:
            self.scroll_to(y=max(seen - self.size.height // 2, top), animate=False)
        else:
            self._put(self.cursor + entries)

    def action_page(self, pages: int) -> None:
        """A screen further."""
        seen, end = self.scroll_offset.y, max(self._starts[-1] - self.size.height, 0)
        top = max(min(seen + pages * self.size.height, end), 0)
        if top == seen:
            self._put(0 if pages < 0 else len(self.entries) - 1)
        else:
            self.scroll_to(y=top, animate=False)
            self._put(bisect_left(self._starts, top))

    def action_edge(self, entry: int) -> None:
        """The first or the last entry."""
        self._put(entry if entry >= 0 else len(self.entries) - 1)

    def on_click(self, event: events.Click) -> None:
        number = bisect_right(self._starts, self.scroll_offset.y + event.y) - 1
        if number < len(self.entries):
            self._put(number)


def _safe(entry: Entry) -> Entry:
    """The entry without control characters."""
    value = entry.value
    shown = None if value is None else "\n".join(escape.cell(line) for line in value.split("\n"))
    return replace(entry, name=escape.cell(entry.name), value=shown, note=escape.cell(entry.note))
