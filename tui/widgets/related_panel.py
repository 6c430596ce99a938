"""The panel: the rows of all logs that belong to the row under the table's cursor."""

from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple, TypeAlias

from rich.cells import chop_cells
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from parsers import escape
from parsers.evidence.links import Related
from tui import cells
from tui.glyphs import GLYPHS
from tui.line import Line
from tui.theme import log_colour

_HEADER = 1
_LABEL = 8
_GAP = 2
_SHORTEST = 24


@dataclass(frozen=True)
class Story:
    """The related rows of one row: its identifiers for the title, the lines, which of them is the row itself.

    In the logs that are still `waiting` there may be more.
    """

    title: str = ""
    lines: tuple[Related, ...] = ()
    own: int | None = None
    waiting: tuple[str, ...] = ()


# A text, and whether it matters.
Piece: TypeAlias = tuple[str, bool]


class _Told(NamedTuple):
    """A line on the screen: which of the story's rows it tells of, whether it is that row's first, its texts."""

    row: int
    first: bool
    pieces: list[Piece]


class RelatedPanel(Widget, can_focus=True):
    """One line a row, only those lines repainted that changed."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False, id="panel.up", tooltip="The line above"),
        Binding("down,j", "move(1)", "down", show=False, id="panel.down", tooltip="The line below"),
        Binding("g,home", "edge(0)", "first line", show=False, id="panel.first", tooltip="The first line"),
        Binding("G,end", "edge(-1)", "last line", show=False, id="panel.last", tooltip="The last line"),
        Binding("enter", "choose", "go to this row", id="panel.choose", tooltip="Show this row in its own log"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "related-panel--rule",
        "related-panel--title",
        "related-panel--muted",
        "related-panel--row",
    }
    DEFAULT_CSS = """
    RelatedPanel {
        background: $background;
        color: $foreground;
        & > .related-panel--rule { color: $quiet; }
        & > .related-panel--title { color: $muted; }
        &:focus > .related-panel--rule { color: $accent; }
        &:focus > .related-panel--title { color: $accent; }
        & > .related-panel--muted { color: $muted; }
        & > .related-panel--row { background: $lit; }
    }
    """

    @dataclass
    class Chosen(Message):
        """The reader wants to see a line's row in its own log."""

        related: Related

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.story = Story()
        self.cursor = 0
        self._lines: list[_Told] = []
        self._top = 0

    def show(self, story: Story) -> None:
        """Show another story; lines that look the same are left as they are.

        Whoever is reading the panel is left on the line that says the same as before.
        """
        before = self._pictures()
        read = self.current if self.has_focus else None
        places = [n for n, line in enumerate(story.lines) if read is not None and replace(line, row=read.row) == read]
        self.story = story
        self.cursor = places[0] if places else story.own or 0
        self._top = self._top if places else 0
        self._lay_out()
        if places:
            self._bring_into_view()
        for y, (old, new) in enumerate(zip(before, self._pictures(), strict=True)):
            if old != new:
                self.refresh(Region(0, y, self.size.width, 1))

    def _pictures(self) -> list[list[Segment]]:
        return [list(self.render_line(y)) for y in range(self.size.height)]

    def _lay_out(self) -> None:
        """One line a row; several where there is room for all of what matters."""
        room = max(self.size.width - _LABEL - 2, 1)
        wrapped = [_Told(n, *line) for n, related in enumerate(self.story.lines) for line in _wrapped(related, room)]
        fits = len(wrapped) + _HEADER + bool(self.story.waiting) <= self.size.height
        single = [_Told(n, True, _squeezed(_pieces(related), room)) for n, related in enumerate(self.story.lines)]
        self._lines = wrapped if fits else single

    def on_resize(self) -> None:
        self._lay_out()

    @property
    def current(self) -> Related | None:
        """The row under the cursor."""
        return self.story.lines[self.cursor] if self.cursor < len(self.story.lines) else None

    # --- drawing

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"related-panel--{name}")

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y < _HEADER:
            return self._rule(width)
        if self._tells_of_waiting(y):
            return self._waiting(width)
        number = self._top + y - _HEADER
        if number >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        return self._line(number, width)

    def _tells_of_waiting(self, y: int) -> bool:
        return bool(self.story.waiting) and y == self.size.height - 1

    def _waiting(self, width: int) -> Strip:
        """That there may be more rows than are shown, and where."""
        line = Line(self.rich_style)
        text = f"still reading {escape.cell(', '.join(self.story.waiting))}"
        line.add(f"  {cells.cut(text, max(width - 2, 0))}", self._style("title"))
        return line.strip(width)

    def _rule(self, width: int) -> Strip:
        line = Line(self._style("rule"))
        title = cells.cut(self.story.title, width - 6)
        if title:
            line.add(f"{GLYPHS.line * 2} ")
            line.add(title, self._style("title"))
            line.add(" ", line.base)
        line.add(GLYPHS.line * width, line.base)
        return line.strip(width)

    def _line(self, number: int, width: int) -> Strip:
        line = self._lines[number]
        related, own = self.story.lines[line.row], line.row == self.story.own
        lit = self.has_focus and line.row == self.cursor
        base = self.rich_style + self._style("row") if lit else self.rich_style
        ground = base.bgcolor
        dim = Style(color=self._style("muted").color, bgcolor=ground)
        label = Style(
            color=Color.parse(log_colour(related.log, dark=self.app.current_theme.dark)).rich_color,
            bgcolor=ground,
            bold=own,
        )
        marked = line.first and (lit or (own and not self.has_focus))
        again = not line.first or (line.row > 0 and self.story.lines[line.row - 1].log == related.log)
        name = "" if again else escape.cell(related.log)
        drawn = Line(base)
        drawn.add(
            f"{GLYPHS.cursor if marked else ' '} {cells.fit(name, _LABEL - 1)} ", label if name or marked else base
        )
        room = width - _LABEL - 2
        for place, (text, matters) in enumerate(line.pieces):
            gap = " " * _GAP if place else ""
            shown = cells.cut(text, max(room - len(gap), 0))
            drawn.add(gap)
            drawn.add(shown, base if matters else dim)
            room -= len(gap) + cells.width_of(shown)
        return drawn.strip(width)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    # --- moving

    def _put(self, row: int) -> None:
        self.cursor = max(min(row, len(self.story.lines) - 1), 0)
        self._bring_into_view()
        self.refresh()

    def _bring_into_view(self) -> None:
        line = next((n for n, line in enumerate(self._lines) if line.row == self.cursor), 0)
        rows = max(self.size.height - _HEADER - bool(self.story.waiting), 1)
        self._top = min(max(self._top, line - rows + 1), line)

    def action_move(self, lines: int) -> None:
        """Some lines further."""
        self._put(self.cursor + lines)

    def action_edge(self, line: int) -> None:
        """The first or the last line."""
        self._put(line if line >= 0 else len(self.story.lines) - 1)

    def action_choose(self) -> None:
        """Go to the row of the line under the cursor."""
        if self.current is not None:
            self.post_message(self.Chosen(self.current))

    def on_mouse_scroll_down(self) -> None:
        self.action_move(1)

    def on_mouse_scroll_up(self) -> None:
        self.action_move(-1)

    def on_click(self, event: events.Click) -> None:
        number = self._top + event.y - _HEADER
        if event.y >= _HEADER and number < len(self._lines) and not self._tells_of_waiting(event.y):
            self._put(self._lines[number].row)
            if event.chain == 2:
                self.action_choose()


def _pieces(related: Related) -> list[Piece]:
    """The texts of a row, and whether they matter."""
    pieces = [(part.text, part.matters) for part in related.parts]
    return [*pieces, (related.how, False)] if related.how else pieces


def _squeezed(pieces: list[Piece], room: int) -> list[Piece]:
    """The texts with the longest that matters cut so far that the others that matter are seen too."""
    over = sum(cells.width_of(text) + _GAP for text, matters in pieces if matters) - _GAP - room
    if over <= 0:
        return pieces
    longest = max((text for text, matters in pieces if matters), key=cells.width_of)
    short = cells.cut(longest, max(cells.width_of(longest) - over, _SHORTEST))
    return [(short if text == longest else text, matters) for text, matters in pieces]


def _wrapped(related: Related, room: int) -> list[tuple[bool, list[Piece]]]:
    """The same texts on as many lines as they take; one that matters and is longer than a line is cut into lines."""
    lines: list[list[Piece]] = [[]]
    used = 0
    for text, matters in _pieces(related):
        wide = cells.width_of(text)
        if used and used + _GAP + wide > room:
            lines.append([])
            used = 0
        chopped = chop_cells(text, room) if wide > room and matters else [cells.cut(text, room)]
        lines[-1].append((chopped[0], matters))
        lines.extend([(piece, matters)] for piece in chopped[1:])
        used = cells.width_of(chopped[-1]) + (used + _GAP if used and len(chopped) == 1 else 0)
    return [(not n, pieces) for n, pieces in enumerate(lines)]
