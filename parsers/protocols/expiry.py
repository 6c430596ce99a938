"""When Zeek's tables forget what they hold: a timer looks for old entries every few seconds.

Source: Zeek, src/Val.cc (TableVal::DoExpire), scripts/base/init-bare.zeek (table_expire_interval).
"""

from bisect import bisect_right
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]

_SECOND: Final = 1_000_000_000
_SWEEP: Final = 10 * _SECOND


def first_at(clock: Ints, due: int) -> int | None:
    """The first time of the clock that is not before `due`; None when the capture ends before."""
    place = int(clock.searchsorted(due))
    return int(clock[place]) if place < len(clock) else None


class Expiry:
    """The moments at which tables are looked through; `clock` is the course of the capture's clock, nanoseconds."""

    def __init__(self, clock: Ints) -> None:
        self.clock = clock
        self._found: list[int] | None = None

    def after(self, ts: int, timeout: int) -> int | None:
        """When an entry of the time `ts` is forgotten; None when the capture ends before."""
        # Zeek remembers times in whole seconds from the first packet on.
        sweeps = self._sweeps
        due = ts - (ts - sweeps[0]) % _SECOND + timeout
        place = bisect_right(sweeps, due)
        return sweeps[place] if place < len(sweeps) else None

    def holds(self, since: int, timeout: int, now: int) -> bool:
        """Whether an entry of the time `since` is not forgotten yet."""
        over = self.after(since, timeout) if now - since >= timeout - _SECOND else None
        return over is None or now < over

    @property
    def _sweeps(self) -> list[int]:
        # Compiled, a cached property would be found anew each time.
        if self._found is None:
            self._found = self._moments()
        return self._found

    def _moments(self) -> list[int]:
        times: list[int] = []
        place = 0
        while place < len(self.clock):
            times.append(int(self.clock[place]))
            place = int(self.clock.searchsorted(times[-1] + _SWEEP))
        return times
