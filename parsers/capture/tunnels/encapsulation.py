"""What encloses a packet: the tunnels that it came through, from the outermost to the innermost."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from parsers.capture.headers import Ints
from parsers.protocols.analyzer import Mark
from parsers.protocols.tunnel import used
from parsers.schema import Row


class Tunnel(NamedTuple):
    """One tunnel: the connection that carries it, or the two addresses between which it runs (ports 0).

    kind is Zeek's Tunnel::Type.
    """

    uid: str
    orig_h: str
    orig_p: int
    resp_h: str
    resp_p: int
    kind: str


class Encapsulation(NamedTuple):
    """A tunnel inside others: `outer` is the place of those, -1 for none; `depth` counts them all.

    whole: one of them runs between addresses; Zeek takes what is inside it for captured whole.
    """

    outer: int
    tunnel: Tunnel
    depth: int
    whole: bool


@dataclass(slots=True)
class Carrier:
    """What a tunnel does to the connection that carries it.

    services  the tunnel protocols that were confirmed in it, in order
    marks     what joins its history
    weirds    what is weird on it: the time, the name, who says so
    failures  what was none of such a tunnel's: the time, the analyser's name, why, the first bytes
    closed    when it was over, in nanoseconds, None where the capture's end ended it
    """

    services: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    weirds: list[tuple[int, str, str]] = field(default_factory=list)
    failures: list[tuple[int, str, str, bytes | None]] = field(default_factory=list)
    closed: int | None = None


@dataclass(slots=True)
class Encapsulations:
    """All of a capture.

    places    every encapsulation that a packet came in; a place in this list stands for it
    carriers  the connections that carry tunnels, by uid
    seen      (time, place) of inner packets that make no connection but show that the tunnel is in use
    clock     the course of the capture's clock, in nanoseconds
    """

    places: list[Encapsulation] = field(default_factory=list)
    carriers: dict[str, Carrier] = field(default_factory=dict)
    seen: list[tuple[int, int]] = field(default_factory=list)
    clock: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    _known: dict[tuple[int, Tunnel], int] = field(default_factory=dict)

    def place(self, outer: int, tunnel: Tunnel, *, whole: bool) -> int:
        """The place of a tunnel inside the encapsulation `outer`."""
        place = self._known.get((outer, tunnel))
        if place is None:
            place = self._known[outer, tunnel] = len(self.places)
            depth = 1
            if outer >= 0:
                around = self.places[outer]
                depth, whole = around.depth + 1, around.whole or whole
            self.places.append(Encapsulation(outer, tunnel, depth, whole))
        return place

    def carrier(self, uid: str) -> Carrier:
        """What is known of the connection that carries a tunnel."""
        return self.carriers.setdefault(uid, Carrier())

    def uses(self, uses: Iterable[tuple[int, int]]) -> Iterator[Row]:
        """For tunnel.log: of each (time, place), every tunnel that is used then."""
        for ts, place in uses:
            while place >= 0:
                enclosing = self.places[place]
                yield used(ts, enclosing.tunnel)
                place = enclosing.outer  # noqa: PLW2901
