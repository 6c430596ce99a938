"""The ends at which data is waited for that others announce, and which session waits there.

Source: Zeek, ftp_data_expected in base/protocols/ftp/main.zeek, dcc_expected_transfers in irc/dcc-send.zeek beside it.
"""

from bisect import bisect_right
from operator import itemgetter
from typing import Final, Generic, TypeVar

from parsers.limits import EXPECTED_TIMEOUT

S = TypeVar("S")
_TIME: Final = itemgetter(0)


class _End(Generic[S]):
    """What happens at one end: who waits there since when, when it was asked for last, when it was given up."""

    __slots__ = ("asked", "given_up", "waiting")

    def __init__(self) -> None:
        self.waiting: list[tuple[int, S]] = []
        self.given_up: list[int] = []
        self.asked = 0


class Channels(Generic[S]):
    """The ends of all sessions between the same two hosts, `most` of them.

    Sessions are analysed before the connections that bring their data: each asks for what was so at its time.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._ends: dict[tuple[str, int], _End[S]] = {}

    def expect(self, address: str, port: int, session: S, ts: int) -> int | None:
        """From `ts` on a session waits there; where too many ends are waited at already, how many that are."""
        end = self._ends.get((address, port))
        if end is None:
            if len(self._ends) >= self._most:
                return len(self._ends)
            end = self._ends[address, port] = _End()
        end.waiting.append((ts, session))
        return None

    def session_at(self, address: str, port: int, ts: int) -> S | None:
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
        """Nobody waits there after `ts`, until it is announced again."""
        end = self._ends.get((address, port))
        if end is not None:
            end.given_up.append(ts)
