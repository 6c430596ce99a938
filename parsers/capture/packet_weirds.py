"""What is weird in packets that do not get as far as a connection: in link layers, IP and the headers behind it.

Source: Zeek, src/session/Manager.cc (Weird), src/Reporter.cc (PermitNetWeird, PermitFlowWeird).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from parsers.capture.headers import Ints
from parsers.limits import WEIRD_QUIET, WEIRD_SAMPLING, WEIRD_THRESHOLD
from parsers.protocols import weird
from parsers.schema import Row

Bools: TypeAlias = npt.NDArray[np.bool_]
# Places of addresses: the senders' and the receivers'.
Ends: TypeAlias = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]

_NOBODY = -1


@dataclass(frozen=True, slots=True)
class Told:
    """The same thing in some packets: its name, its analyser, numbers of packets, places of addresses, more words."""

    name: str
    analyzer: str
    number: Ints
    source: npt.NDArray[np.int32]
    target: npt.NDArray[np.int32]
    addl: Sequence[str]


class PacketWeirds:
    """All of a capture, told in any order."""

    def __init__(self) -> None:
        self.told: list[Told] = []

    def __bool__(self) -> bool:
        return bool(self.told)

    def adopt(self, told: Sequence[Told], places: npt.NDArray[np.int32]) -> None:
        """Take over what was told elsewhere; `places` are those of its addresses here."""
        # Nobody, the last one, stays nobody.
        places = np.append(places, np.int32(_NOBODY))
        self.told += [replace(each, source=places[each.source], target=places[each.target]) for each in told]

    def of(self, number: Ints, inside: Bools) -> "Oddities":
        """Where the layers tell what is weird in packets of these numbers, `inside` a tunnel or not."""
        return Oddities(self.told, number, inside)

    def rows(self, clock: Ints, addresses: Sequence[str]) -> list[Row]:
        """Their rows in weird.log, samples of masses; `clock` is the time at each packet of the capture."""
        if not self.told:
            return []
        number, source, target = (
            np.concatenate([getattr(told, name) for told in self.told]) for name in ("number", "source", "target")
        )
        kind = np.repeat(np.arange(len(self.told)), [len(told.number) for told in self.told])
        first = np.concatenate([np.arange(len(told.number)) for told in self.told])
        names = {name: code for code, name in enumerate(dict.fromkeys(told.name for told in self.told))}
        code = np.array([names[told.name] for told in self.told])[kind]
        order = np.argsort(number, kind="stable")
        # What has no addresses is counted by its name, all else by its addresses.
        whose = np.where(source < 0, -1 - code, source.astype(np.int64) << 32 | target)
        chosen = order[_sampled(clock[number[order]], code[order], whose[order])]
        columns = (clock[number], kind, first, source, target)
        cells = zip(*(column[chosen].tolist() for column in columns), strict=True)
        return [self._row(ts, self.told[kind], place, (src, dst), addresses) for ts, kind, place, src, dst in cells]

    @staticmethod
    def _row(ts: int, told: Told, place: int, ends: tuple[int, int], addresses: Sequence[str]) -> Row:
        addl = told.addl[place] if told.addl else ""
        source, target = ends
        if source < 0:
            return weird.of_net(ts, told.name, addl, told.analyzer)
        return weird.of_flow(ts, addresses[source], addresses[target], told.name, addl, told.analyzer)


class Oddities:
    """What is weird in the packets of some columns."""

    def __init__(self, told: list[Told], number: Ints, inside: Bools) -> None:
        self._told = told
        self._number = number
        self._inside = inside

    def of(self, rows: Ints) -> "Oddities":
        """The same for some of the rows."""
        return Oddities(self._told, self._number[rows], self._inside[rows])

    def tell(
        self,
        rows: Ints,
        name: str,
        analyzer: str = "",
        ends: Ends | None = None,
        addl: Sequence[str] = (),
        *,
        anywhere: bool = False,
    ) -> None:
        """Something that weird.log tells of the packets at some rows, with their addresses where these are known.

        `addl`, where there is any, is a text for each row. Zeek names what a packet analyser finds inside a tunnel
        otherwise than outside, with few exceptions (`anywhere`).
        """
        if not len(rows):
            return
        if ends is None:
            ends = np.full(len(rows), _NOBODY, np.int32), np.full(len(rows), _NOBODY, np.int32)
        inside = self._inside[rows] & (bool(analyzer) and not anywhere)
        for named, where in ((name, ~inside), (f"{name}_in_tunnel", inside)):
            places = np.flatnonzero(where)
            if len(places):
                more = [addl[place] for place in places.tolist()] if addl else ()
                number = self._number[rows[places]]
                self._told.append(Told(named, analyzer, number, ends[0][places], ends[1][places], more))


def _sampled(now: Ints, code: Ints, whose: Ints) -> Ints:
    """Which of these count, in the order of time: all but what the same has too much of."""
    groups, counts = np.unique(whose, return_counts=True)
    kept = np.ones(len(now), np.bool_)
    for group in groups[counts > WEIRD_THRESHOLD].tolist():
        places = np.flatnonzero(whose == group)
        kept[places] = _permitted(now[places], code[places])
    return np.flatnonzero(kept)


def _permitted(now: Ints, code: Ints) -> Bools:
    """Of what is counted together, which ones count; the counting begins anew some time after the first."""
    kept = np.zeros(len(now), np.bool_)
    start = 0
    while start < len(now):
        stop = int(np.searchsorted(now, now[start] + WEIRD_QUIET))
        for name in np.unique(code[start:stop]).tolist():
            places = start + np.flatnonzero(code[start:stop] == name)
            above = np.arange(1, len(places) + 1) - WEIRD_THRESHOLD
            kept[places] = (above <= 0) | (above % WEIRD_SAMPLING == 0)
        start = stop
    return kept
