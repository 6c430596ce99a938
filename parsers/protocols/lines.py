"""One direction's bytes as lines, or plainly as they are where a protocol says how many.

Source: Zeek, src/analyzer/protocol/tcp/ContentLine.cc.
"""

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from parsers.limits import LINE_BYTES
from parsers.pieces import holds
from parsers.protocols.analyzer import Context, Data

# Told of what is weird about a line, by Zeek's name for it, and when.
Notice: TypeAlias = Callable[[str, int], None]

TOO_LONG: Final = "contentline_size_exceeded"
SINGLE_CR: Final = "line_terminated_with_single_CR"
WITHOUT_END: Final = "line_terminated_without_CRLF"
# What is told once for a connection.
_ONCE: Final = frozenset((SINGLE_CR, "NUL_in_line"))
_TEXT_END: Final = re.compile(rb"\r\n(?=\.|--)")
_ORDINARY: Final = frozenset(range(256)) - frozenset(b"\r\n")


def ignore(name: str, ts: int) -> None:
    """Nobody wants to know."""


def line_weirds(context: Context) -> Notice:
    """Tell weird.log, some things once for a connection."""
    told = context.shared.setdefault("lines", set())
    assert isinstance(told, set)

    def notice(name: str, ts: int) -> None:
        if name not in told:
            context.weird(name, ts, source="CONTENTLINE")
        if name in _ONCE:
            told.add(name)

    return notice


class Lines:
    """Where reading one direction stands.

    plain      how many of the next bytes are no lines
    crlf_only  lines end with CR LF alone
    stopped    nothing more is read
    place      the place in the delivery that is being read
    """

    __slots__ = (
        "_after_cr",
        "_drops_nul",
        "_lone",
        "_longest",
        "_newline",
        "_no_text_before",
        "_notice",
        "_pending",
        "_size",
        "crlf_only",
        "data",
        "place",
        "plain",
        "stopped",
    )

    def __init__(self, notice: Notice = ignore, *, drops_nul: bool = False, longest: int | None = None) -> None:
        """`drops_nul`: the first NUL is weird and left out. `longest`: a line that has more bytes ends there."""
        self.data = Data(True, b"", [], [])
        self.place = 0
        self.plain = 0
        self.crlf_only = False
        self.stopped = False
        self._notice = notice
        self._drops_nul = drops_nul
        self._longest = longest
        self._pending: list[bytes] = []
        self._size = 0
        self._after_cr = False
        # The place after a line that ended with CR alone, while nothing of what follows has been read.
        self._lone = -1
        # Where the next LF of the delivery is; it is not searched for at each line that ends with CR.
        self._newline = -1
        # Lines of the delivery up to here are read one by one.
        self._no_text_before = 0

    @property
    def now(self) -> int:
        """When the byte before `place` came."""
        return self.data.time_of(max(self.place - 1, 0))

    def begin(self, data: Data) -> None:
        """Read this delivery next."""
        self.data = data
        self.place = 0
        self._newline = self._lone = -1
        self._no_text_before = 0
        if self._after_cr and data.data:
            self._after_cr = False
            if data.data[0] == 0x0A:
                self.place = 1
            else:
                self._lone = 0

    def line(self, limit: int) -> bytes | None:
        """The next line, without its end; None when it has none before `limit`."""
        raw = self.data.data
        start = self.place
        if self._lone >= 0:
            self._check_lone()
        end = self._crlf(raw, start, limit) if self.crlf_only else self._any_end(raw, start, limit)
        if self._longest is not None:
            room = start + self._longest - self._size
            if room <= end or (end < 0 and room < limit):
                return self._cut(raw, start, room)
        if end < 0:
            return self._wait(raw[start:limit], limit)
        line = raw[start:end]
        if self._drops_nul:
            line = self._without_nul(line)
        if self._pending:
            line = self._joined(line)
        return line

    def next_line(self) -> bytes | None:
        """The next line of the delivery; None when it has no other."""
        return self.line(len(self.data.data)) if self.place < len(self.data.data) else None

    def text(self) -> bytes | None:
        """All lines that end in the segment, before the next that begins with `.` or `--`, as one, CR LF between them.

        None when there are none, or when something about them must be told.
        """
        raw, start = self.data.data, self.place
        if self._pending or start < self._no_text_before or raw.startswith((b".", b"--"), start):
            return None
        limit = self.segment_end(start)
        mark = _TEXT_END.search(raw, start, limit)
        end = mark.start() if mark else raw.rfind(b"\r\n", start, limit)
        text = raw[start : max(end, start)]
        ends = text.count(b"\r\n")
        if (
            end < 0
            or text.count(b"\n") != ends
            or text.count(b"\r") != ends
            or (self._drops_nul and holds(text, b"\0"))
        ):
            self._no_text_before = limit
            return None
        if self._lone >= 0:
            self._check_lone()
        self.place = end + 2
        return text

    def take_plain(self) -> bytes:
        """The next bytes that are no lines, as many as the segment has."""
        start = self.place
        self.place = min(start + self.plain, self.segment_end(start))
        self.plain -= self.place - start
        return self.data.data[start : self.place]

    def take_rest(self) -> Data | None:
        """All bytes of the delivery that have not been read; None when there are none."""
        start, self.place = self.place, len(self.data.data)
        return self.data.cut(start, self.place) if start < self.place else None

    def rest(self) -> bytes | None:
        """What came of a line whose end never will; None when nothing did."""
        return self._joined(b"") if self._pending else None

    def segment_end(self, place: int) -> int:
        """Where the segment of the byte at `place` ends."""
        return self.data.segment_end(place) if self.data.ends else 0

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
        else:
            self._lone = self.place
        return end

    def _check_lone(self) -> None:
        """Say it where the line before the place ended with CR alone, and bytes that are lines follow."""
        if self._lone == self.place and self.data.data[self.place] in _ORDINARY:
            self._notice(SINGLE_CR, self.data.time_of(self.place))
        self._lone = -1

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
        if self._drops_nul:
            piece = self._without_nul(piece)
        if piece:
            self._pending.append(piece)
            self._size += len(piece)
        if self._size < LINE_BYTES:
            return None
        self._notice(TOO_LONG, self.now)
        return self._joined(b"")

    def _cut(self, raw: bytes, start: int, end: int) -> bytes:
        """A line that has more bytes than it may: the two at its end are lost."""
        self.place = end + 1
        self._after_cr = raw[end] == 0x0D and self.place == len(raw)
        if raw[end] == 0x0D and raw[self.place : self.place + 1] == b"\n":
            self.place += 1
        self._notice(TOO_LONG, self.now)
        return self._joined(raw[start:end])[:-1]

    def _without_nul(self, piece: bytes) -> bytes:
        place = piece.find(b"\0")
        if place < 0:
            return piece
        self._drops_nul = False
        self._notice("NUL_in_line", self.now)
        return piece[:place] + piece[place + 1 :]

    def _joined(self, line: bytes) -> bytes:
        self._pending.append(line)
        whole = b"".join(self._pending)
        self._pending.clear()
        self._size = 0
        return whole
