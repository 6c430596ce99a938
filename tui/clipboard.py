"""To the clipboard of the terminal, through OSC 52; a toast says what was copied."""

from textual.app import App

from parsers import escape, limits
from tui.cells import cut

_SHOWN = 40


def copy(app: App[object], name: str, text: str) -> None:
    """Copy a value, control characters escaped; more than terminals take is cut, and the toast says so."""
    safe = "\n".join(escape.cell(line) for line in text.split("\n"))
    kept = safe[: limits.COPIED_CHARACTERS]
    app.copy_to_clipboard(kept)
    first = kept.split("\n", 1)[0]
    said = f"copied {escape.cell(name)}: {cut(first, _SHOWN)}"
    if len(kept) < len(safe):
        said = f"{said}\nonly its first {len(kept):,} of {len(safe):,} characters"
    app.notify(said, markup=False)
