"""What IMAP and XMPP have in common: they are read up to STARTTLS, a segment at a time, and then TLS takes over.

Source: Zeek, src/analyzer/protocol/{imap/IMAP.cc,xmpp/XMPP.cc}; binpac, src/pac_flow.cc (datagrams).
"""

import re

from parsers.protocols.analyzer import Analyzer, Context, Data, End, Gap
from parsers.protocols.binpac import BinpacError, mismatch


class OpportunisticAnalyzer:
    """A protocol overrides `read`: what it reads must not go on in the next segment.

    name     the protocol's name
    is_over  nothing more is read
    """

    name = ""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._now = 0
        self._tls: Analyzer | None = None
        self.is_over = context.connection.partial

    def read(self, segment: bytes, place: int, *, is_orig: bool) -> int:
        """What comes next in a segment, and the place after it. Raises BinpacError."""
        raise NotImplementedError

    def confirm(self) -> None:
        """The connection speaks the protocol."""
        self._context.confirm(self.name, self._now)

    def weird(self, name: str) -> None:
        """Something that weird.log tells."""
        self._context.weird(name, self._now)

    def start_tls(self) -> None:
        """The next segment is under TLS."""
        if self._tls is None:
            self._tls = self._context.hand_over("ssl")
            self.is_over = self.is_over or self._tls is None

    def deliver(self, data: Data) -> None:
        start = 0
        for end, self._now in zip(data.ends, data.times, strict=True):
            if self.is_over:
                return
            if self._tls is not None:
                self._tls.deliver(data.cut(start, len(data.data)))
                return
            self._read(data.data[start:end], is_orig=data.is_orig)
            start = end

    def _read(self, segment: bytes, *, is_orig: bool) -> None:
        place = 0
        try:
            while place < len(segment):
                place = self.read(segment, place, is_orig=is_orig)
        except BinpacError as error:
            if self._context.reject(self.name, self._now, str(error)):
                self.is_over = True

    def gap(self, gap: Gap) -> None:  # noqa: ARG002
        """A hole ends what is read here; the TLS inside is not told of it, as in Zeek."""
        self.is_over = self.is_over or self._tls is None

    def end(self, end: End) -> None:
        if self._tls is not None:
            self._tls.end(end)

    def finish(self, ts: int) -> None:
        if self._tls is not None:
            self._tls.finish(ts)


class Part:
    """A part of what is read: its pattern, as it is in Zeek's grammar too, and where it stands there."""

    def __init__(self, where: str, pattern: re.Pattern[bytes], shown: str) -> None:
        self._where = where
        self._pattern = pattern
        self._shown = shown

    def match(self, segment: bytes, place: int) -> tuple[bytes, int]:
        """What the part is in a segment, and the place after it. Raises BinpacError."""
        found = self._pattern.match(segment, place)
        if found is None:
            raise mismatch(self._where, self._shown, segment[place:])
        return found[0], found.end()
