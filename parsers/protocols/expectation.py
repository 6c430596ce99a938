"""Connections that others announce: the data of FTP, the files of IRC.

Source: Zeek, src/analyzer/Manager.cc (ScheduleAnalyzer, ApplyScheduledAnalyzers).
"""

from collections.abc import Callable

from parsers.limits import EXPECTED_CONNECTIONS, EXPECTED_TIMEOUT
from parsers.protocols.analyzer import Connection


class Expectations:
    """What connections say of others between the same two hosts.

    Connections of the same two hosts are analysed in the order in which they began, each to its end: what one of them
    says comes with the time at which it was said, for it may have been after another began that is analysed later.

    notes   what the connections of a protocol leave for each other, by the protocol's name
    """

    def __init__(self) -> None:
        self.notes: dict[str, object] = {}
        self._scheduled: dict[tuple[str | None, str, int], dict[str, tuple[int, int]]] = {}
        self._endings: list[Callable[[], None]] = []

    def schedule(self, orig_h: str | None, resp_h: str, resp_p: int, protocol: str, ts: int) -> None:
        """At `ts` a TCP connection to this end is announced, from this host or whichever: it speaks the protocol."""
        names = self._scheduled.get((orig_h, resp_h, resp_p))
        if names is None:
            if len(self._scheduled) >= EXPECTED_CONNECTIONS:
                return
            names = self._scheduled[orig_h, resp_h, resp_p] = {}
        first, last = names.get(protocol, (ts, ts))
        names[protocol] = min(first, ts), max(last, ts)

    def protocols(self, connection: Connection) -> list[str]:
        """The names of the protocols that a connection was announced to speak before it began.

        Zeek forgets what is expected of any host after a while, and what is expected of one host when something else
        is announced after that, wherever: here it never does.
        """
        if connection.proto != "tcp" or not self._scheduled:
            return []
        end = connection.resp_h, connection.resp_p
        start = connection.start
        named = self._scheduled.get((connection.orig_h, *end), {})
        found = [name for name, (first, _) in named.items() if first <= start]
        wild = self._scheduled.get((None, *end), {})
        found += [
            name
            for name, (first, last) in wild.items()
            if first <= start < last + EXPECTED_TIMEOUT and name not in found
        ]
        return found

    def at_end(self, function: Callable[[], None]) -> None:
        """Call this when all connections of these hosts have been analysed."""
        self._endings.append(function)

    def finish(self) -> None:
        """All connections have been analysed."""
        for function in self._endings:
            function()
        self._endings.clear()
