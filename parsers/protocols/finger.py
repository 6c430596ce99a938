"""Finger (RFC 1288), of which Zeek tells no more than what is weird about its lines.

Source: Zeek, src/analyzer/protocol/finger/legacy/Finger.cc, base/protocols/finger/main.zeek.
"""

from parsers.limits import FINGER_LINE_BYTES
from parsers.protocols.analyzer import Context, Data, End, Gap, Protocol
from parsers.protocols.lines import Lines, line_weirds


class FingerAnalyzer:
    """One question and its answer."""

    def __init__(self, context: Context) -> None:
        self._context = context
        notice = line_weirds(context)
        self._lines = {
            True: Lines(notice, drops_nul=True, longest=FINGER_LINE_BYTES),
            False: Lines(notice, longest=FINGER_LINE_BYTES),
        }
        self._has_closed = False
        context.at_removal(self._finish)

    def deliver(self, data: Data) -> None:
        lines = self._lines[data.is_orig]
        lines.begin(data)
        while lines.place < len(data.data):
            lines.next_line()

    def gap(self, gap: Gap) -> None:
        """What is missing is missing from a line."""

    def end(self, end: End) -> None:
        self._has_closed = self._has_closed or end.is_orig

    def finish(self, ts: int) -> None:
        """What there is to tell is told when the connection is removed."""

    def _finish(self, ts: int) -> None:
        # Zeek asks whether anyone was told of a question, and its own scripts do not want to be.
        if self._has_closed:
            self._context.weird("partial_finger_request", ts)


FINGER = Protocol("finger", (), FingerAnalyzer, tcp_ports=frozenset({79}))
