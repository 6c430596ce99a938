"""Mail in chunks of bytes instead of lines (RFC 3030): what a BDAT command says, and the lines in its chunks.

Source: Zeek, src/analyzer/protocol/smtp/BDAT.cc.
"""

import re
from collections.abc import Callable
from typing import Final

from parsers.limits import BDAT_LINE_BYTES

_UINT64_MAX: Final = (1 << 64) - 1
_LONGEST_ARGUMENT: Final = 25
_SIZE: Final = re.compile(rb"[0-9]+")


class BdatError(Exception):
    """A BDAT command that says nothing useful; the text is Zeek's word for it."""


def chunk_of(argument: bytes) -> tuple[int, bool]:
    """The size of the chunk that follows, and whether it is the last one."""
    if not 0 < len(argument) <= _LONGEST_ARGUMENT:
        raise BdatError("BDAT argument bad length")
    number = _SIZE.match(argument)
    if number is None:
        raise BdatError("BDAT not followed by a valid chunk-size")
    rest = argument[number.end() :]
    if rest[:1] not in {b"", b" ", b"\0"}:
        raise BdatError("BDAT chunk-size not valid")
    size = int(number[0])
    if size > _UINT64_MAX:
        raise BdatError("BDAT chunk-size too large")
    if rest and rest.upper() != b" LAST":
        raise BdatError("BDAT chunk-size followed by junk")
    return size, bool(rest)


class Chunks:
    """The chunks of one mail, made into lines.

    `give` gets each line, and whether it had an end that is left out of it; `weird` is told what is weird.
    """

    def __init__(self, give: Callable[[bytes, bool], None], weird: Callable[[str, str], None]) -> None:
        self._give = give
        self._weird = weird
        self._held = b""
        self.remaining = 0
        self.is_last = False

    @property
    def is_done(self) -> bool:
        """Whether all of the last chunk has come."""
        return self.is_last and not self.remaining

    def begin(self, size: int, *, is_last: bool) -> None:
        """The next chunk."""
        self.remaining = size
        self.is_last = is_last

    def take(self, data: bytes) -> None:
        """Bytes of the chunk, no more than remain."""
        if self._held.endswith(b"\r") and not data.startswith(b"\n"):
            self._weird("smtp_bdat_line_cr_only", "")
            self._flush()
        self._held = self._lines(self._held + data, max(len(self._held) - 1, 0))
        self.remaining -= len(data)
        if self.is_done:
            self._flush()

    def finish(self) -> None:
        """No chunk will follow."""
        if self._held:
            self._weird("smtp_bdat_undelivered_at_done", "")
            self._flush()

    def _flush(self) -> None:
        held, self._held = self._held, b""
        if held:
            self._give(held, False)

    def _lines(self, text: bytes, searched: int) -> bytes:
        """Give the lines in a text of which a part was searched before; what is left of it."""
        start = 0
        while True:
            newline = text.find(b"\n", searched)
            ends = newline >= 0
            has_cr = ends and newline > searched and text[newline - 1] == 0x0D
            stop = newline - has_cr if ends else len(text)
            while stop - start > BDAT_LINE_BYTES:
                self._weird("smtp_bdat_line_too_long", str(len(text)))
                self._give(text[start : start + BDAT_LINE_BYTES], False)
                start += BDAT_LINE_BYTES
            if not ends:
                return text[start:]
            if has_cr:
                self._give(text[start:stop], True)
            else:
                self._weird("smtp_bdat_line_lf_only", "")
                self._give(text[start : newline + 1], False)
            start = searched = newline + 1
