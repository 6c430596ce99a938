r"""The one way from foreign bytes to text, and from text to a terminal or a log file.

Text in a frame is what the bytes say in UTF-8. A byte that belongs to no valid UTF-8 sequence stands there as
`\xNN`, and a backslash that would begin such an escape is itself written `\x5c`, so that `raw` gives back
exactly the bytes that `text` was given. Control characters stay in the frame as they are; `cell` and `zeek`
write them as `\xNN`, so no terminal and no log file ever sees one.
"""

import re
from typing import Final

_AMBIGUOUS: Final = re.compile(r"\\(?=x[0-9a-f]{2})")
_ESCAPED: Final = re.compile(rb"\\x([0-9a-f]{2})")
_INVALID: Final = re.compile(f"[{chr(0xDC80)}-{chr(0xDCFF)}]")
# Controls, private and special code points; what stands for invalid bytes in decoded text is among the last.
_NO_TEXT: Final = re.compile("[\x00-\x1f\x7f-\x9f\ue000-\uf8ff\ufff0-\uffff]")
# JSON has escapes of its own for some of the controls.
_NO_JSON_TEXT: Final = re.compile(r"(?![\b\f\n\r\t])" + _NO_TEXT.pattern)


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
    # Python decodes file names and arguments so that a byte which is no UTF-8 becomes one of these code points.
    is_byte = _INVALID.match(character)
    encoded = character.encode("utf-8", "surrogateescape" if is_byte else "surrogatepass")
    return "".join(f"\\x{byte:02x}" for byte in encoded)


def _printable(shown: str) -> str:
    return "".join(c if c.isprintable() else _hex(c) for c in shown)


def cell(shown: str) -> str:
    """Text that is safe on a terminal: no control character, no bidirectional override, no line break."""
    return shown if shown.isprintable() else _printable(shown)


def zeek(shown: str, separators: str = "\t") -> str:
    r"""Text as Zeek's ASCII writer puts it into a log: backslashes doubled, separators and controls as `\xNN`.

    Between two backslashes or separators, text with a byte that Zeek takes for no text (a control, a private or special
    code point, invalid UTF-8) loses all that is not ASCII. Source: Zeek, src/Desc.cc (ODesc::AddBytes), src/util.cc
    (escape_utf8).
    """
    if shown.isascii() and shown.isprintable() and "\\" not in shown and not any(c in shown for c in separators):
        return shown
    split = re.compile(b"([" + re.escape(separators.encode()) + rb"\\])")
    return "".join(_zeek_part(part, separators) for part in split.split(raw(shown)))


def json(shown: str) -> str:
    r"""Text as Zeek's JSON writer takes it, before JSON's own escapes: backslashes as they are, controls as `\xNN`.

    Text with a byte that Zeek takes for no text loses all that is not ASCII. Source: Zeek, src/util.cc (escape_utf8).
    """
    part = raw(shown)
    decoded = part.decode("utf-8", "replace")
    if not _NO_JSON_TEXT.search(decoded):
        return decoded
    return "".join(chr(byte) if 0x20 <= byte < 0x7F or byte in b"\b\f\n\r\t" else f"\\x{byte:02x}" for byte in part)


def _zeek_part(part: bytes, separators: str) -> str:
    if part == b"\\":
        return "\\\\"
    shown = part.decode("utf-8", "replace")
    if shown in separators or _NO_TEXT.search(shown):
        return "".join(chr(byte) if _is_plain(byte, separators) else f"\\x{byte:02x}" for byte in part)
    return shown


def _is_plain(byte: int, separators: str) -> bool:
    return 0x20 <= byte < 0x7F and chr(byte) not in separators
