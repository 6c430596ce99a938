"""Where reading one direction of HTTP stands: headers in one go, bodies by their length or as lines.

Source: Zeek, src/analyzer/protocol/tcp/ContentLine.cc, src/analyzer/protocol/http/HTTP.cc.
"""

import re
from typing import Final

from parsers.pieces import holds
from parsers.protocols.analyzer import Data
from parsers.protocols.lines import SINGLE_CR, WITHOUT_END, Lines, Notice, ignore

_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_SINGLE_CR: Final = re.compile(rb"\r(?=[^\r\n])")


class Direction(Lines):
    """One direction's lines; in the parts of a multipart body, which may hold any bytes, they end with CR LF alone."""

    __slots__ = ("_counted", "_expected", "_no_block_before")

    def __init__(self, notice: Notice = ignore) -> None:
        super().__init__(notice)
        self._expected = -1
        self._counted = 0
        self._no_block_before = 0

    def begin(self, data: Data) -> None:
        super().begin(data)
        self._counted = 0
        self._no_block_before = 0

    def expect(self, length: int) -> None:
        """The body is this long; -1 where nothing is known of it.

        Where the segments after this one come to it, a line ends without its end. Zeek counts whole segments only,
        so a body that begins in its header's segment never comes to it.
        """
        self._expected = length
        self._counted = self.segment_end(max(self.place - 1, 0))

    def limit(self) -> int:
        """The place up to which the delivery may be read in one go."""
        if self._expected < 0:
            return len(self.data.data)
        if self.place >= self._counted:
            start, self._counted = self._counted, self.segment_end(self.place)
            if self._expected > 0:
                self._expected -= self._counted - start
        return self._counted

    def header_block(self) -> tuple[list[bytes], int] | None:
        """All lines up to an empty one, and the place after that, when they lie here and are simple; else None.

        Simple lines end with CR LF, and none begins with what makes it more than a line.
        """
        if self._pending or self.place < self._no_block_before:
            return None
        raw = self.data.data
        end = raw.find(b"\r\n\r\n", self.place)
        # A block that is refused is not looked for again at each of its lines.
        self._no_block_before = len(raw) if end < 0 else end + 4
        if end <= self.place or (self._expected >= 0 and end + 4 > self.limit()):
            return None
        block = raw[self.place : end]
        lines = block.split(b"\r\n")
        if not len(lines) - 1 == block.count(b"\n") == block.count(b"\r"):
            return None
        if self._lone >= 0:
            self._check_lone()
        if block[0] in b"\r \t\0" or holds(block, b"\n ") or holds(block, b"\n\t") or holds(block, b"\n\0"):
            return None
        return lines, end + 4

    def body_lines(self, limit: int) -> bytes | None:
        """All complete lines before `limit` as one, CR LF between them; None when not one is complete."""
        raw = self.data.data
        if self._lone >= 0:
            self._check_lone()
        last = max(raw.rfind(b"\n", self.place, limit), raw.rfind(b"\r", self.place, limit))
        if last < 0:
            return self._wait(raw[self.place : limit], limit)
        start, self.place = self.place, last + 1
        text = raw[start : self.place]
        if raw[last] == 0x0D and self.place == len(raw):
            self._after_cr = True
        if text.count(b"\r\n") != text.count(b"\n") or text.count(b"\r") != text.count(b"\n"):
            if single := _SINGLE_CR.search(raw, start, last + 2):
                self._notice(SINGLE_CR, self.data.time_of(single.end()))
            text = _LINE_END.sub(b"\r\n", text)
        text = text[:-2]
        return self._joined(text) if self._pending else text

    def part_lines(self, limit: int) -> bytes | None:
        """All complete lines of a part before the next that may be a boundary, as one; None when there is not one."""
        raw = self.data.data
        if self._pending or raw.startswith(b"--", self.place):
            return None
        end = raw.find(b"\r\n--", self.place, limit)
        if end < 0:
            end = raw.rfind(b"\r\n", self.place, limit)
        if end < 0:
            return None
        text = raw[self.place : end]
        self.place = end + 2
        return text

    def unended(self, limit: int) -> bytes | None:
        """A line that ends without its end because the body does here; None where there is no such thing."""
        if self._expected != 0 or self.place < limit:
            return None
        self._expected = -1
        rest = self.rest()
        if rest is not None:
            self._notice(WITHOUT_END, self.now)
        return rest

    def first_end(self, start: int) -> int:
        """Where the first of the lines that were just read ends, so that Zeek passes it on."""
        end = self.data.data.find(b"\n", start, self.place)
        return self.place - 1 if end < 0 else end
