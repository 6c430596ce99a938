"""Lines of a network virtual terminal (RFC 854): LF ends them, a CR before it is left out, and so are its commands.

Source: Zeek, src/analyzer/protocol/login/NVT.cc.
"""

import re
from typing import Final

from parsers.limits import LINE_BYTES
from parsers.pieces import holds
from parsers.protocols.analyzer import Context, Data

_COMMAND: Final = re.compile(rb"\xff(?:\xfa.*?\xff[^\xff]|[\xfb-\xfe].|(\xff)|.)", re.DOTALL)
_LONE_CR: Final = re.compile(rb"\r(?=[^\n])")


class TerminalLines:
    """One direction's lines.

    place  the place in the delivery up to which it was read
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._data = Data(True, b"", [], [])
        self.place = 0
        self._held: list[bytes] = []
        self._size = 0
        self._drops_nul = True

    @property
    def now(self) -> int:
        """When the byte before `place` came."""
        return self._data.time_of(max(self.place - 1, 0))

    def begin(self, data: Data) -> None:
        """Read this delivery next."""
        self._data = data
        self.place = 0

    def next_line(self) -> bytes | None:
        """The next line, without its end; None when the delivery has no other."""
        raw = self._data.data
        start = self.place
        end = raw.find(b"\n", start)
        room = start + LINE_BYTES - self._size
        if room <= end or (end < 0 and room < len(raw)):
            return self._cut(raw, start, room)
        self._hold(raw[start : len(raw) if end < 0 else end])
        self.place = len(raw) if end < 0 else end + 1
        return None if end < 0 else self._whole()

    def take_rest(self) -> Data | None:
        """All bytes of the delivery that have not been read; None when there are none."""
        start, self.place = self.place, len(self._data.data)
        return self._data.cut(start, self.place) if start < self.place else None

    def rest(self) -> bytes | None:
        """What came of a line whose end never will; None when nothing did."""
        return self._whole() if self._size else None

    def _hold(self, piece: bytes) -> None:
        self._size += len(piece)
        if holds(piece, b"\0"):
            piece = self._without_nul(piece.replace(b"\r\0", b"\r"))
        if piece:
            self._held.append(piece)

    def _cut(self, raw: bytes, start: int, end: int) -> bytes:
        """A line that is far too long ends; the byte after it is lost."""
        self._hold(raw[start : end - 1])
        self.place = end + 1
        self._context.connection.give_up(self.now)
        self._context.weird("nvt_line_size_exceeded", self.now, str(LINE_BYTES), "NVT")
        return self._whole()

    def _whole(self) -> bytes:
        line = b"".join(self._held)
        self._held.clear()
        self._size = 0
        if holds(line, b"\xff"):
            line = _COMMAND.sub(rb"\1", line)
        if line.endswith(b"\r"):
            line = line[:-1]
        if holds(line, b"\r") and _LONE_CR.search(line):
            self._once("line_terminated_with_single_CR")
        return line

    def _without_nul(self, piece: bytes) -> bytes:
        place = piece.find(b"\0")
        if place < 0 or not self._drops_nul:
            return piece
        self._drops_nul = False
        self._once("NUL_in_line")
        return piece[:place] + piece[place + 1 :]

    def _once(self, name: str) -> None:
        """Of each connection, what is weird about lines is told once."""
        told = self._context.shared.setdefault("lines", set())
        assert isinstance(told, set)
        if name not in told:
            told.add(name)
            self._context.weird(name, self.now, source="NVT")
