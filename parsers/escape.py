r"""The one way from foreign bytes to text, and from text to a terminal or a log file.

Text in a frame is what the bytes say in UTF-8. A byte that belongs to no valid UTF-8 sequence stands there as
`\xNN`, and a backslash that would begin such an escape is itself written `\x5c`, so that `raw` gives back
exactly the bytes that `text` was given. Control characters stay in the frame as they are; `cell` and `zeek`
write them as `\xNN`, so no terminal and no log file ever sees one.
"""

import re

_AMBIGUOUS = re.compile(r"\\(?=x[0-9a-f]{2})")
_ESCAPED = re.compile(rb"\\x([0-9a-f]{2})")
_INVALID = re.compile("[\udc80-\udcff]")
_LONE_BACKSLASH = re.compile(r"\\(?!x(?:5c|[89a-f][0-9a-f]))")


def text(raw_bytes: bytes) -> str:
    """Bytes as text; never fails."""
    try:
        decoded = raw_bytes.decode("utf-8")
    except UnicodeDecodeError:
        decoded = raw_bytes.decode("utf-8", "surrogateescape")
        decoded = _AMBIGUOUS.sub(r"\\x5c", decoded)
        return _INVALID.sub(lambda m: f"\\x{ord(m[0]) - 0xDC00:02x}", decoded)
    return _AMBIGUOUS.sub(r"\\x5c", decoded) if "\\" in decoded else decoded


def raw(shown: str) -> bytes:
    """The bytes that `text` was given."""
    return _ESCAPED.sub(lambda m: bytes([int(m[1], 16)]), shown.encode("utf-8"))


def _hex(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8"))


def _printable(shown: str) -> str:
    return "".join(c if c.isprintable() else _hex(c) for c in shown)


def cell(shown: str) -> str:
    """Text that is safe on a terminal: no control character, no bidirectional override, no line break."""
    return shown if shown.isprintable() else _printable(shown)


def zeek(shown: str) -> str:
    r"""Text as Zeek's ASCII writer puts it into a log: backslashes doubled, controls as `\xNN`.

    Source: Zeek, src/Desc.cc (ODesc::AddBytesRaw and FirstEscapeLoc). The separators are the writer's affair.
    """
    if shown.isascii() and "\\" not in shown and shown.isprintable():
        return shown
    doubled = _LONE_BACKSLASH.sub(r"\\\\", shown).replace("\\x5c", "\\\\")
    return "".join(c if c >= " " and not "\x7f" <= c <= "\x9f" else _hex(c) for c in doubled)
