"""When a TCP connection ends because nothing came for a while.

Zeek's clock is the capture's: a timer fires when the first packet of whichever connection comes after its time, and
one that begins anew counts from there. So whether a connection was over is asked when its next packet comes.
Source: Zeek, src/packet_analysis/protocol/tcp/TCPSessionAdapter.cc, src/session/Session.cc, src/RunState.cc; times from
scripts/base/init-bare.zeek and scripts/base/protocols/conn/inactivity.zeek. All times are nanoseconds.
"""

from typing import Final

from parsers.capture.endpoint import INACTIVE, RESET, SYN_ACK_SENT, SYN_SENT, Endpoint
from parsers.capture.packets import Ints
from parsers.protocols.expiry import first_at

SECOND: Final = 1_000_000_000
# How long a connection may be silent: before it is established, then, and on ports of interactive services.
UNANSWERED: Final = 60 * SECOND
QUIET: Final = 300 * SECOND
QUIET_INTERACTIVE: Final = 3600 * SECOND
ATTEMPT: Final = 5 * SECOND
_FIRST_LOOK: Final = 5 * SECOND
_LOOK_AGAIN: Final = 6 * SECOND
LINGER: Final = 5 * SECOND
AFTER_CLOSE: Final = 5 * SECOND


class Timers:
    """The timers of one connection.

    active     nothing has ended it yet that makes Zeek look no more (a reset, an orderly end)
    timeout    how long it may be silent
    looks      when it is looked at next, to see whether it is half closed and silent
    attempt_at when a first SYN without an answer is given up
    delete_at  when a closed connection is forgotten
    """

    __slots__ = ("active", "attempt_at", "delete_at", "looks", "timeout")

    def __init__(self, now: int) -> None:
        self.active = True
        self.timeout = UNANSWERED
        self.looks = [now + _FIRST_LOOK]
        self.attempt_at: int | None = None
        self.delete_at: int | None = None

    def attempt(self, ts: int) -> None:
        """A first SYN came."""
        self.attempt_at = ts + ATTEMPT

    def half_close(self, last: int) -> None:
        """One side has closed, the other may follow."""
        self.looks.append(last + _LOOK_AGAIN)

    def close(self, last: int) -> None:
        """Nothing more is expected."""
        self.looks, self.attempt_at = [], None
        self.delete_at = last + AFTER_CLOSE

    def due(self, last: int) -> int:
        """When the connection will be over if no packet follows the one at `last`."""
        return last + self.timeout if self.delete_at is None else self.delete_at

    def over(self, last: int, orig: Endpoint, resp: Endpoint, clock: Ints) -> int | None:
        """When the connection is over if no packet follows the one at `last`; None when the capture ends before."""
        dues = [self.due(last)]
        if self.active:
            if self.attempt_at is not None and orig.state in {SYN_SENT, SYN_ACK_SENT} and resp.state == INACTIVE:
                dues.append(self.attempt_at)
            if _is_ending(orig, resp) and _is_gone(orig, resp):
                dues += [self._look_after(due, last + LINGER, clock) for due in self.looks]
        return first_at(clock, min(dues))

    @staticmethod
    def _look_after(due: int, moment: int, clock: Ints) -> int:
        """The first of the looks from `due` on that is taken after a moment."""
        fired = first_at(clock, due)
        while fired is not None and fired <= moment:
            due = fired + _LOOK_AGAIN
            fired = first_at(clock, due)
        return due

    def have_fired(self, now: int, last: int, orig: Endpoint, resp: Endpoint, clock: Ints) -> bool:
        """Whether one ended the connection before the packet that moves the clock on to `now`.

        `last` is the time of the packet before it, `clock` the course of the capture's clock.
        """
        if now - last >= self.timeout or (self.delete_at is not None and now >= self.delete_at):
            return True
        if not self.active:
            return False
        if self.attempt_at is not None and now >= self.attempt_at:
            self.attempt_at = None
            if orig.state in {SYN_SENT, SYN_ACK_SENT} and resp.state == INACTIVE:
                return True
        return _is_ending(orig, resp) and now - last > LINGER and self._look(now, last, orig, resp, clock)

    def _look(self, now: int, last: int, orig: Endpoint, resp: Endpoint, clock: Ints) -> bool:
        """Whether one of the looks that are taken every few seconds found it gone."""
        gone = _is_gone(orig, resp)
        for place, due in enumerate(self.looks):
            while due <= now:
                fired = int(clock[clock.searchsorted(due)])
                if gone and last + LINGER < fired:
                    return True
                due = fired + _LOOK_AGAIN  # noqa: PLW2901
            self.looks[place] = due
        return False


def _is_ending(orig: Endpoint, resp: Endpoint) -> bool:
    """Whether one side has closed, or nothing ever came but headers that cannot be read."""
    return orig.did_close or resp.did_close or orig.state == resp.state == INACTIVE


def _is_gone(orig: Endpoint, resp: Endpoint) -> bool:
    """Whether nothing more is expected of one that is silent."""
    states = {orig.state, resp.state}
    return (orig.did_close and resp.did_close) or RESET in states or INACTIVE in states
