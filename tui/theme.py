"""The colours: one accent, quiet lines, what matters bright and the rest dim."""

from functools import cache

from rich.color import Color as NamedColour
from rich.color import ColorParseError
from textual.color import Color
from textual.theme import Theme

from parsers.protocols.registry import RECORDS

DARK = Theme(
    name="zeektui",
    primary="#e8b45a",
    secondary="#6ea8d8",
    accent="#e8b45a",
    foreground="#dde3ea",
    background="#10151b",
    surface="#151b23",
    panel="#1b232d",
    warning="#e8b45a",
    error="#ec6a6a",
    success="#7fc08a",
    dark=True,
)
LIGHT = Theme(
    name="zeektui-light",
    primary="#9a5b00",
    secondary="#1f6fb2",
    accent="#9a5b00",
    foreground="#1d242c",
    background="#fbfaf7",
    surface="#f3f1ec",
    panel="#eae7e0",
    warning="#9a5b00",
    error="#b3261e",
    success="#2e7d32",
    dark=False,
)
THEMES = (DARK, LIGHT)
_UNKNOWN = "grey70"
_INK = Color.parse("#1d242c")


def shades(variables: dict[str, str]) -> dict[str, str]:
    """The house's own shades, mixed from a theme's foreground and background so that they fit every theme."""
    background, foreground = Color.parse(variables["background"]), Color.parse(variables["foreground"])
    blue = Color.parse(variables["secondary"])
    return {
        "muted": background.blend(foreground, 0.62).hex,
        "faint": background.blend(foreground, 0.32).hex,
        "quiet": background.blend(foreground, 0.2).hex,
        "lit": background.blend(blue, 0.24).hex,
        "lit-idle": background.blend(blue, 0.11).hex,
    }


@cache
def log_colour(log: str, *, dark: bool = True) -> str:
    """The fixed colour of a log, one for all that nobody knows; on light ground a darker shade of it."""
    record = RECORDS.get(log)
    try:
        named = NamedColour.parse(record.colour if record else _UNKNOWN)
    except ColorParseError:
        named = NamedColour.parse(_UNKNOWN)
    colour = Color.from_rich_color(named)
    return colour.hex if dark else colour.blend(_INK, 0.45).hex
