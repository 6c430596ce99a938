"""What the packets of one connection came through, and how that changed.

Source: Zeek, src/Conn.cc (CheckEncapsulation), scripts/base/protocols/conn/main.zeek (tunnel_parents).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from parsers.capture.tunnels.encapsulation import Encapsulations
from parsers.limits import TUNNEL_CHANGES


@dataclass(slots=True)
class Passage:
    """The tunnels of one connection.

    parents  the uids of the innermost ones, in the order of their use; None where it used none
    uses     (time, encapsulation) at its beginning and at each change
    lost     when the last packet came before one change too many to be followed, None where there was none
    beyond   when each change came that was one too many
    """

    parents: list[str] | None = None
    uses: list[tuple[int, int]] = field(default_factory=list)
    lost: int | None = None
    beyond: list[int] = field(default_factory=list)


NO_PASSAGE: Final = Passage()


def passage(encapsulations: Encapsulations, parent: npt.NDArray[np.int32], now: Sequence[int]) -> Passage:
    """What packets came through whose `parent` cells and times are these; they are all of one connection."""
    changes = (np.flatnonzero(parent[1:] != parent[:-1]) + 1).tolist()
    uses = [(now[i], int(parent[i])) for i in (0, *changes[:TUNNEL_CHANGES]) if parent[i] >= 0]
    parents = dict.fromkeys(encapsulations.places[place].tunnel.uid for _, place in uses)
    lost = now[changes[TUNNEL_CHANGES] - 1] if len(changes) > TUNNEL_CHANGES else None
    return Passage(list(parents) or None, uses, lost, [now[i] for i in changes[TUNNEL_CHANGES:]])
