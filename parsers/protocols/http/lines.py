"""One direction's bytes as lines, or plainly as they are where a message says how many.

Source: Zeek, src/analyzer/protocol/tcp/ContentLine.cc.
"""

import re
from bisect import bisect_right

from parsers.limits import LINE_BYTES
from parsers.protocols.analyzer import Data

_LINE_END = re.compile(rb"\r\n|\r|\n")


class Direction:
    """Where reading one direction stands.

    plain      how many of the next bytes are no lines
    crlf_only  lines end with CR LF alone: in the parts of a multipart body, which may hold any bytes
    stopped    nothing more is read
    place      the place in the delivery that is being read
    """

    __slots__ = (
        "_after_cr",
        "_counted",
        "_expected",
        "_newline",
        "_no_block_before",
        "_pending",
        "_size",
        "crlf_only",
        "data",
        "place",
        "plain",
        "stopped",
    )

    def __init__(self) -> None:
        self.data = Data(True, b"", [], [])
        self.place = 0
        self.plain = 0
        self.crlf_only = False
        self.stopped = False
        self._pending: list[bytes] = []
        self._size = 0
        self._after_cr = False
        self._expected = -1
        self._counted = 0
        self._no_block_before = 0
        # Where the next LF of the delivery is; it is not searched for at each line that ends with CR.
        self._newline = -1

    def begin(self, data: Data) -> None:
        """Read this delivery next."""
        self.data = data
        self.place = 0
        self._counted = 0
        self._no_block_before = 0
        self._newline = -1
        if self._after_cr and data.data:
            self._after_cr = False
            if data.data[0] == 0x0A:
                self.place = 1

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

    def line(self, limit: int) -> bytes | None:
        """The next line, without its end; None when it has none before `limit`."""
        raw = self.data.data
        start = self.place
        end = self._crlf(raw, start, limit) if self.crlf_only else self._any_end(raw, start, limit)
        if end < 0:
            return self._wait(raw[start:limit], limit)
        line = raw[start:end]
        if self._pending:
            line = self._joined(line)
        return line

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
        if block[0] in b"\r \t\0" or b"\n " in block or b"\n\t" in block or b"\n\0" in block:
            return None
        return lines, end + 4

    def body_lines(self, limit: int) -> bytes | None:
        """All complete lines before `limit` as one, CR LF between them; None when not one is complete."""
        raw = self.data.data
        last = max(raw.rfind(b"\n", self.place, limit), raw.rfind(b"\r", self.place, limit))
        if last < 0:
            return self._wait(raw[self.place : limit], limit)
        text = raw[self.place : last + 1]
        self.place = last + 1
        if raw[last] == 0x0D and self.place == len(raw):
            self._after_cr = True
        if text.count(b"\r\n") != text.count(b"\n") or text.count(b"\r") != text.count(b"\n"):
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
        if self._expected == 0 and self.place >= limit:
            self._expected = -1
            return self.rest()
        return None

    def rest(self) -> bytes | None:
        """What came of a line whose end never will; None when nothing did."""
        return self._joined(b"") if self._pending else None

    def first_end(self, start: int) -> int:
        """Where the first of the lines that were just read ends, so that Zeek passes it on."""
        end = self.data.data.find(b"\n", start, self.place)
        return self.place - 1 if end < 0 else end

    def segment_end(self, place: int) -> int:
        """Where the segment of the byte at `place` ends."""
        ends = self.data.ends
        return ends[min(bisect_right(ends, place), len(ends) - 1)] if ends else 0

    def _any_end(self, raw: bytes, start: int, limit: int) -> int:
        """The place of the next CR, LF or CR LF; reading goes on after it."""
        if self._newline < start:
            self._newline = raw.find(b"\n", start)
            if self._newline < 0:
                self._newline = len(raw)
        newline = self._newline if self._newline < limit else -1
        end = raw.find(b"\r", start, limit if newline < 0 else newline)
        if end < 0:
            self.place = newline + 1
            return newline
        self.place = end + 1
        if self.place == len(raw):
            self._after_cr = True
        elif raw[self.place] == 0x0A:
            self.place += 1
        return end

    def _crlf(self, raw: bytes, start: int, limit: int) -> int:
        if self._pending and raw[start] == 0x0A and self._pending[-1].endswith(b"\r"):
            self._pending[-1] = self._pending[-1][:-1]
            self.place = start + 1
            return start
        end = raw.find(b"\r\n", start, limit)
        self.place = end + 2
        return end

    def _wait(self, piece: bytes, limit: int) -> bytes | None:
        """Keep the beginning of a line; one that is far too long ends here."""
        self.place = limit
        if piece:
            self._pending.append(piece)
            self._size += len(piece)
        return self._joined(b"") if self._size >= LINE_BYTES else None

    def _joined(self, line: bytes) -> bytes:
        self._pending.append(line)
        whole = b"".join(self._pending)
        self._pending.clear()
        self._size = 0
        return whole
