"""The characters that are drawn with: line art, or ASCII where the locale says that the terminal knows no more."""

import os
from dataclasses import dataclass


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


ASCII = Glyphs("~", ">", "^", "v", ">", "|", "-", "<", ">", "123456789")


def chosen(environment: "os._Environ[str] | dict[str, str]") -> Glyphs:
    """The glyphs for a locale: ASCII when it names another encoding than UTF-8, or the bare C of old."""
    locale = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or "UTF-8"
    return Glyphs() if "utf" in locale.lower() else ASCII


GLYPHS = chosen(os.environ)
