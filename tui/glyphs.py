"""The characters that are drawn with: line art, or ASCII where the locale says that the terminal knows no more."""

import os
from dataclasses import astuple, dataclass

from rich.cells import cell_len


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of characters, each of them one terminal cell wide."""

    ellipsis: str = "…"
    cursor: str = "▸"
    ascending: str = "▲"
    descending: str = "▼"
    arrow: str = "→"
    dot: str = "·"
    line: str = "─"
    before: str = "◂"
    after: str = "▸"
    digits: str = "¹²³⁴⁵⁶⁷⁸⁹"


_LINES = Glyphs()
ASCII = Glyphs("~", ">", "^", "v", ">", "|", "-", "<", ">", "123456789")


def chosen(environment: "os._Environ[str] | dict[str, str]") -> Glyphs:
    """The glyphs for a locale: ASCII when it names another encoding than UTF-8, or the bare C of old."""
    locale = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or "UTF-8"
    return _LINES if "utf" in locale.lower() else ASCII


GLYPHS = chosen(os.environ)
_KNOWN = {line: plain for line, plain in zip(astuple(_LINES), astuple(ASCII), strict=True) if len(line) == 1}


def drawn(text: str) -> str:
    """The text in characters that the terminal knows, each as wide as it was."""
    if GLYPHS is not ASCII or text.isascii():
        return text
    return "".join(c if c.isascii() else _KNOWN.get(c, "?" * cell_len(c)) for c in text)
