"""The table: any number of rows of one log, of which only the visible cells are ever formatted."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from parsers import escape
from parsers.evidence.values import EMPTY, UNSET
from tui import cells
from tui.columns import GAP, Column, fitted
from tui.glyphs import GLYPHS
from tui.line import Line
from tui.view import Sort, View

_GUTTER = 2
_HEADER = 1


class LogTable(ScrollView, can_focus=True):
    """One view of a log; the cursor is a cell, its row is lit, and moving it repaints two lines."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False, id="table.up", tooltip="The row above"),
        Binding("down,j", "move(1)", "down", show=False, id="table.down", tooltip="The row below"),
        Binding("left,h", "column(-1)", "left", show=False, id="table.left", tooltip="The column to the left"),
        Binding("right,l", "column(1)", "right", show=False, id="table.right", tooltip="The column to the right"),
        Binding("pageup", "page(-1)", "page up", show=False, id="table.pageup", tooltip="One screen up"),
        Binding("pagedown", "page(1)", "page down", show=False, id="table.pagedown", tooltip="One screen down"),
        Binding("ctrl+u", "page(-0.5)", "half up", show=False, id="table.halfup", tooltip="Half a screen up"),
        Binding("ctrl+d", "page(0.5)", "half down", show=False, id="table.halfdown", tooltip="Half a screen down"),
        Binding("g", "first", "first row", show=False, id="table.first", key_display="gg", tooltip="The first row"),
        Binding("ctrl+home", "row(0)", "first row", show=False, id="table.top", tooltip="The first row"),
        Binding("G,ctrl+end", "row(-1)", "last row", show=False, id="table.last", tooltip="The last row"),
        Binding("enter", "open", "details", id="table.open", tooltip="Every field of the row, and what it means"),
        Binding(
            "minus", "hide", "hide column", show=False, id="table.hide", tooltip="Hide the column under the cursor"
        ),
        Binding("plus", "unhide", "all columns", show=False, id="table.unhide", tooltip="Show hidden columns again"),
        Binding("underscore", "widen", "widen column", show=False, id="table.widen", tooltip="The column's full width"),
        Binding("0,home", "edge(0)", "first column", show=False, id="table.home", tooltip="The first column"),
        Binding("dollar_sign,end", "edge(-1)", "last column", show=False, id="table.end", tooltip="The last column"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "log-table--header",
        "log-table--header-current",
        "log-table--muted",
        "log-table--faint",
        "log-table--row",
        "log-table--cursor",
        "log-table--mark",
    }
    DEFAULT_CSS = """
    LogTable {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size: 0 1;
        background: $background;
        color: $foreground;
        & > .log-table--header { color: $muted; text-style: bold; }
        & > .log-table--header-current { color: $accent; text-style: bold; }
        & > .log-table--muted { color: $muted; }
        & > .log-table--faint { color: $faint; }
        & > .log-table--mark { color: $accent; }
        & > .log-table--row { background: $lit-idle; }
        &:focus > .log-table--row { background: $lit; }
        & > .log-table--cursor { background: $lit-idle; }
        &:focus > .log-table--cursor { background: $accent; color: $background; text-style: bold; }
    }
    """

    @dataclass
    class CursorMoved(Message):
        """The cursor stands on another row."""

        view: View

    @dataclass
    class Opened(Message):
        """The reader wants to see all of the row under the cursor."""

        view: View

    @dataclass
    class SortAsked(Message):
        """The reader wants the rows in the order of a column; None: as they come."""

        sort: Sort | None

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.view: View | None = None
        self._painted: dict[tuple[str, bool], Style] = {}
        self._starts: list[int] = []
        self._shown: list[Column] = []
        # What stands on the screen, line by line.
        self._drawn: dict[int, Strip] = {}
        self._told: tuple[str, int | None] | None = None
        self._g_pressed = False

    @property
    def _room(self) -> int:
        """The cells of a line, without the scroll bar's."""
        return self.scrollable_content_region.width

    # --- what is shown

    def show(self, view: View) -> None:
        """Show a view, at the place where it was left; lines that look the same are left as they are."""
        self.view = view
        self._lay_out()
        self._scroll_there()
        self.refresh()
        self._tell()

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> "LogTable":
        """Paint again; where nobody says what, that is done to the lines that look different now."""
        if not regions and repaint and self._drawn and not layout and not recompose:
            lines = range(self.size.height)
            regions = tuple(Region(0, y, self._room, 1) for y in lines if self._drawn.get(y) != self._line(y))
            repaint = bool(regions)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def _tell(self) -> None:
        """Say where the cursor stands, where that is another row."""
        view = self.view
        if view is not None and self._told != (view.log, view.row):
            self._told = view.log, view.row
            self.post_message(self.CursorMoved(view))

    def _lay_out(self) -> None:
        """Settle widths for the size at hand."""
        view = self.view
        if view is None:
            return
        view.columns = fitted(view.columns, self._room - _GUTTER)
        self._shown = view.shown
        self._starts = [0, *accumulate(column.width + GAP for column in self._shown)]
        size = Size(self._room, len(view) + _HEADER)
        if min(size.height, self.virtual_size.height) > self.size.height and size.width == self.virtual_size.width:
            # Only the scroll bar changes: with a layout of the screen every line would be painted again.
            self.set_reactive(LogTable.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = size.height
        else:
            self.virtual_size = size

    def on_resize(self) -> None:
        self._lay_out()
        self._scroll_there()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._painted.clear()

    @property
    def page_rows(self) -> int:
        """The rows that fit on the screen."""
        return max(self.size.height - _HEADER, 1)

    # --- drawing

    def _style(self, name: str, lit: bool) -> Style:
        style = self._painted.get((name, lit))
        if style is None:
            style = self.get_component_rich_style(f"log-table--{name}") if name else self.rich_style
            if lit and name != "cursor":
                row = self.get_component_styles("log-table--row").background
                style += Style(bgcolor=(self.background_colors[1] + row).rich_color)
            self._painted[name, lit] = style
        return style

    def render_line(self, y: int) -> Strip:
        self._drawn[y] = line = self._line(y)
        return line

    def _line(self, y: int) -> Strip:
        view, width = self.view, self._room
        place = self.scroll_offset.y + y - _HEADER
        if view is not None and not len(view) and y == _HEADER + 1:
            return self._empty_line(view, width)
        if view is None or (y >= _HEADER and place >= len(view)):
            return Strip.blank(width, self._style("", False))
        if y < _HEADER:
            return self._header_line(view, width)
        return self._row_line(view, place, width)

    def _empty_line(self, view: View, width: int) -> Strip:
        line = Line(self._style("muted", False))
        said = "no row matches the filter" if view.filter else "no rows"
        meaning = f"; one would be: {view.record.meaning}" if view.record is not None and not view.filter else ""
        line.add(cells.fit(f"  {said}{meaning}", width))
        return line.strip(width)

    def _header_line(self, view: View, width: int) -> Strip:
        line = Line(self._style("header", False))
        for number in self._visible(view, width):
            column = self._shown[number]
            by_this = view.sort is not None and view.sort.column == column.name
            title = _title(column, view.sort if by_this else None)
            bright = by_this or number == view.column
            line.add(self._cell(number, title, width), self._style("header-current" if bright else "header", False))
            line.add(" " * GAP)
        return self._cropped(line, view, width, " " * _GUTTER)

    def _row_line(self, view: View, place: int, width: int) -> Strip:
        row, lit = view.at(place), place == view.cursor
        line = Line(self._style("", lit))
        for number in self._visible(view, width):
            column = self._shown[number]
            text = column.text(row)
            if lit and number == view.column:
                name = "cursor"
            elif text in (UNSET, EMPTY):
                # Of sixteen colours the lit row's ground and the faintest text are one.
                name = "muted" if lit else "faint"
            else:
                matters = (column.first or view.record is None) and column.type != "time"
                name = "" if matters else "muted"
            line.add(self._cell(number, text, width), self._style(name, lit))
            line.add(" " * GAP, self._style("", lit) if name == "cursor" else None)
        return self._cropped(line, view, width, (GLYPHS.cursor if lit else " ").ljust(_GUTTER), lit)

    def _cell(self, number: int, text: str, width: int) -> str:
        """A cell as wide as its column; where the line's end cuts the column, the text is cut and says so."""
        column, start = self._shown[number], self._starts[number]
        left = self.view.left if self.view is not None else 0
        hidden = min(max(left - start, 0), column.width)
        room = max(min(column.width, left + width - _GUTTER - start) - hidden, 0)
        shown = cells.fit(text, room, right=column.right, tail=column.tail)
        return " " * hidden + shown + " " * (column.width - hidden - room)

    def _visible(self, view: View, width: int) -> range:
        first = max(bisect_right(self._starts, view.left) - 1, 0)
        last = bisect_right(self._starts, view.left + width - _GUTTER - 1)
        return range(first, min(last, len(self._shown)))

    def _cropped(self, line: Line, view: View, width: int, gutter: str, lit: bool = False) -> Strip:
        visible = self._visible(view, width)
        offset = view.left - self._starts[visible.start] if self._starts else 0
        body = line.strip(width - _GUTTER, offset)
        return Strip([Segment(gutter, self._style("mark", lit)), *body], width)

    # --- moving

    def _scroll_there(self) -> None:
        """Bring the cursor's row and column onto the screen; a step over the edge brings some rows more."""
        view = self.view
        if view is None:
            return
        rows = self.page_rows
        ahead = 0 if rows < 8 else rows // 4
        if view.cursor < view.top:
            view.top = max(view.cursor - ahead, 0) if view.top - view.cursor == 1 else view.cursor
        elif view.cursor >= view.top + rows:
            over = ahead if view.cursor == view.top + rows else 0
            view.top = view.cursor - rows + 1 + over
        view.top = max(min(view.top, len(view) - rows), 0)
        left, right = self._starts[view.column : view.column + 2] if view.column < len(self._shown) else (0, 0)
        if right - GAP > view.left + self._room - _GUTTER:
            view.left = right - GAP - self._room + _GUTTER
        view.left = min(view.left, left)
        self.scroll_to(y=view.top, animate=False)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if self.view is not None:
            self.view.top = round(new_value)

    def move_to(self, place: int, column: int | None = None) -> None:
        """Put the cursor on the row at a place of the view, and on a column."""
        view = self.view
        if view is None:
            return
        before = view.cursor, view.column, view.left
        view.cursor = max(min(place, len(view) - 1), 0)
        view.column = max(min(view.column if column is None else column, len(self._shown) - 1), 0)
        self._scroll_there()
        if view.left != before[2]:
            self.refresh(self.size.region)
        elif (view.cursor, view.column) != before[:2]:
            self._repaint(before[0])
            self._repaint(view.cursor)
            if view.column != before[1]:
                self.refresh(Region(0, 0, self._room, _HEADER))
        self._tell()

    def _repaint(self, place: int) -> None:
        y = place - self.scroll_offset.y + _HEADER
        if _HEADER <= y < self.size.height:
            self.refresh(Region(0, y, self._room, 1))

    def action_move(self, rows: int) -> None:
        """Some rows further."""
        if self.view is not None:
            self.move_to(self.view.cursor + rows)

    def action_column(self, columns: int) -> None:
        """Some columns further."""
        if self.view is not None:
            self.move_to(self.view.cursor, self.view.column + columns)

    def action_page(self, pages: float) -> None:
        """Some screens further; the cursor keeps its height on the screen."""
        view = self.view
        if view is not None:
            rows = int(self.page_rows * pages)
            view.top = max(min(view.top + rows, len(view) - self.page_rows), 0)
            self.move_to(view.cursor + rows)

    def action_row(self, place: int) -> None:
        """The row at a place; -1 is the last one."""
        if self.view is not None:
            self.move_to(place if place >= 0 else len(self.view) - 1)

    def action_edge(self, column: int) -> None:
        """The first or the last column."""
        if self.view is not None:
            self.move_to(self.view.cursor, column if column >= 0 else len(self._shown) - 1)

    def action_first(self) -> None:
        """The first row, on the second `g`."""
        if self._g_pressed:
            self.move_to(0)
        self._g_pressed = not self._g_pressed

    def on_key(self, event: events.Key) -> None:
        if event.key != "g":
            self._g_pressed = False

    # --- columns

    def action_open(self) -> None:
        """All of the row under the cursor."""
        if self.view is not None and self.view.row is not None:
            self.post_message(self.Opened(self.view))

    def sort(self, descending: bool) -> None:
        """The rows in the order of the column under the cursor; the same again undoes it."""
        if self.view is not None and self.view.current is not None:
            asked = Sort(self.view.current.name, descending)
            self.post_message(self.SortAsked(None if asked == self.view.sort else asked))

    def action_hide(self) -> None:
        """Leave the column under the cursor out; the last one stays."""
        if self.view is not None and self.view.current is not None and len(self._shown) > 1:
            self._exchange(replace(self.view.current, hidden=True))

    def action_widen(self) -> None:
        """The column under the cursor as wide as its content, or as it was."""
        if self.view is not None and self.view.current is not None:
            self._exchange(replace(self.view.current, wide=not self.view.current.wide))

    def action_unhide(self) -> None:
        """All columns."""
        if self.view is not None:
            self.view.columns = tuple(replace(column, hidden=False) for column in self.view.columns)
            self._columns_changed(self.view)

    def _exchange(self, changed: Column) -> None:
        view = self.view
        if view is not None:
            view.columns = tuple(changed if column.name == changed.name else column for column in view.columns)
            self._columns_changed(view)

    def _columns_changed(self, view: View) -> None:
        self._lay_out()
        view.column = min(view.column, len(self._shown) - 1)
        self._scroll_there()
        self.refresh(self.size.region)

    # --- the mouse

    def on_click(self, event: events.Click) -> None:
        view = self.view
        if view is None:
            return
        number = bisect_right(self._starts, event.x - _GUTTER + view.left) - 1
        number = max(min(number, len(self._shown) - 1), 0)
        if event.y < _HEADER:
            name = self._shown[number].name
            again = view.sort is not None and view.sort.column == name and not view.sort.descending
            self.post_message(self.SortAsked(Sort(name, descending=again)))
            return
        place = self.scroll_offset.y + event.y - _HEADER
        if place < len(view):
            self.move_to(place, number)
            if event.chain == 2:
                self.post_message(self.Opened(view))


def _title(column: Column, sort: Sort | None) -> str:
    """The name of a column in its width: without `id.` where it is narrow, and a mark where it is sorted by."""
    mark = "" if sort is None else GLYPHS.descending if sort.descending else GLYPHS.ascending
    room = column.width - len(mark)
    name = escape.cell(column.name)
    if len(name) > room:
        name = name.removeprefix("id.")
    return cells.fit(cells.cut(name, room) + mark, column.width, right=column.right)
