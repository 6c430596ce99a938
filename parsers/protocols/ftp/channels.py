"""The ends at which data is waited for, and which session waits there.

Source: Zeek, base/protocols/ftp/main.zeek (ftp_data_expected).
"""

from bisect import bisect_right
from operator import itemgetter
from typing import TYPE_CHECKING

from parsers.limits import EXPECTED_CONNECTIONS, EXPECTED_TIMEOUT

if TYPE_CHECKING:
    from parsers.protocols.ftp.session import Session

_TIME = itemgetter(0)


class _End:
    """What happens at one end: who waits there since when, when it was asked for last, when it was given up."""

    __slots__ = ("asked", "given_up", "waiting")

    def __init__(self) -> None:
        self.waiting: list[tuple[int, Session]] = []
        self.given_up: list[int] = []
        self.asked = 0


class Channels:
    """The ends of all sessions between the same two hosts.

    Sessions are analysed before the connections that bring their data: each asks for what was so at its time.
    """

    def __init__(self) -> None:
        self._ends: dict[tuple[str, int], _End] = {}

    def expect(self, address: str, port: int, session: "Session", ts: int) -> int | None:
        """From `ts` on a session waits there; where too many ends are waited at already, how many that are."""
        end = self._ends.get((address, port))
        if end is None:
            if len(self._ends) >= EXPECTED_CONNECTIONS:
                return len(self._ends)
            end = self._ends[address, port] = _End()
        end.waiting.append((ts, session))
        return None

    def session_at(self, address: str, port: int, ts: int) -> "Session | None":
        """The session that waited there at `ts`; None when nobody did any more."""
        end = self._ends.get((address, port))
        if end is None:
            return None
        place = bisect_right(end.waiting, ts, key=_TIME) - 1
        if place < 0:
            return None
        since, session = end.waiting[place]
        if any(since <= at < ts for at in end.given_up) or ts - max(since, end.asked) >= EXPECTED_TIMEOUT:
            return None
        end.asked = max(end.asked, ts)
        return session

    def give_up(self, address: str, port: int, ts: int) -> None:
        """The connection that brought the data is forgotten at `ts`."""
        end = self._ends.get((address, port))
        if end is not None:
            end.given_up.append(ts)
