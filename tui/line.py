"""A line of the screen, in as few changes of style as can be: each of them costs bytes on the way to the terminal."""

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.glyphs import drawn


class Line:
    """Texts in their styles; neighbours of the same style are joined."""

    def __init__(self, base: Style) -> None:
        self.base = base
        self._runs: list[tuple[list[str], Style]] = []

    def add(self, text: str, style: Style | None = None) -> None:
        """Append a text; without a style it takes that of what stands before it."""
        text = drawn(text)
        if self._runs and (style is None or style is self._runs[-1][1] or style == self._runs[-1][1]):
            self._runs[-1][0].append(text)
        else:
            self._runs.append(([text], style or self.base))

    def strip(self, width: int, start: int = 0) -> Strip:
        """So many cells of the line from a cell on, filled with blanks."""
        segments = [Segment("".join(texts), style) for texts, style in self._runs]
        return Strip(segments).crop_extend(start, start + width, self.base)
