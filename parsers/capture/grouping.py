"""Packets grouped into flows where memory does not hold all of them at once: some at a time, each put where it belongs.

What is kept in memory is a few numbers for each flow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from parsers.capture import shared
from parsers.capture.headers import Ints

Bools = npt.NDArray[np.bool_]


class Sides(NamedTuple):
    """Of packets: a number for both addresses with the protocol, one for both ports, whether they go the other way than
    these are named, and the ports as conn.log has them.
    """

    major: Ints
    ports: Ints
    swapped: Bools
    sport: Ints
    dport: Ints


@dataclass(frozen=True, slots=True)
class Grouped:
    """Packets by flow: their order, where in it each flow begins, whether they go back; of each flow its major number
    and the ports of its first packet.
    """

    order: Ints
    bounds: Ints
    backward: Bools
    major: Ints
    sport: Ints
    dport: Ints


class Grouping:
    """So many packets, `sides` of which can be asked for by their places: three times, for nothing is kept of them."""

    def __init__(self, count: int, sides: Callable[[slice], Sides]) -> None:
        self._count = count
        self._sides = sides

    def grouped(self) -> Grouped:
        """The flows in the order of their numbers."""
        majors = _Distinct()
        for part in shared.blocks(self._count):
            majors.add(self._sides(part).major)
        self._majors = majors.sorted()
        keys = _Distinct()
        for part in shared.blocks(self._count):
            keys.add(self._key(self._sides(part)))
        self._keys = keys.sorted()
        return self._placed(self._bounds())

    def _key(self, sides: Sides) -> Ints:
        key: Ints = (np.searchsorted(self._majors, sides.major) << 32) | sides.ports
        return key

    def _flows(self, sides: Sides) -> tuple[Ints, Ints, Ints, Ints]:
        """The packets in the order of their flows; these flows, where each begins in that, and how many it has."""
        flow = np.searchsorted(self._keys, self._key(sides))
        order = np.argsort(flow, kind="stable")
        flows, starts, counts = np.unique(flow[order], return_index=True, return_counts=True)
        return order, flows, starts, counts

    def _bounds(self) -> Ints:
        sizes = np.zeros(len(self._keys) + 1, np.int64)
        for part in shared.blocks(self._count):
            _, flows, _, counts = self._flows(self._sides(part))
            sizes[flows + 1] += counts
        return np.cumsum(sizes)

    def _placed(self, bounds: Ints) -> Grouped:
        order = shared.column(self._count, np.int64)
        backward = shared.column(self._count, np.bool_)
        free = bounds[:-1].copy()
        first_swapped = np.zeros(len(free), np.bool_)
        sport, dport = np.zeros((2, len(free)), np.int64)
        for part in shared.blocks(self._count):
            sides = self._sides(part)
            rows, flows, starts, counts = self._flows(sides)
            new = free[flows] == bounds[flows]
            begun, first = flows[new], rows[starts[new]]
            first_swapped[begun] = sides.swapped[first]
            sport[begun], dport[begun] = sides.sport[first], sides.dport[first]
            places = np.arange(len(rows)) + np.repeat(free[flows] - starts, counts)
            order[places] = rows + part.start
            backward[places] = sides.swapped[rows] != np.repeat(first_swapped[flows], counts)
            free[flows] += counts
        return Grouped(order, bounds, backward, self._majors[self._keys >> 32], sport, dport)


class _Distinct:
    """Numbers, each once: brought together whenever there are twice as many as there were."""

    def __init__(self) -> None:
        self._known = np.zeros(0, np.int64)
        self._new: list[Ints] = []
        self._waiting = 0

    def add(self, numbers: Ints) -> None:
        self._new.append(np.unique(numbers))
        self._waiting += len(self._new[-1])
        if self._waiting > len(self._known):
            self.sorted()

    def sorted(self) -> Ints:
        self._known = np.unique(np.concatenate([self._known, *self._new]))
        self._new.clear()
        self._waiting = 0
        return self._known
