"""The packets of all captures that are opened together, in the order of time."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from parsers import escape, limits
from parsers.capture import links, shared
from parsers.capture.captures import Captures
from parsers.capture.formats.index import COLUMNS, Index, Ints
from parsers.capture.formats.registry import index
from parsers.updates import OpenError, Trouble


@dataclass(frozen=True, slots=True)
class Timeline:
    """Where each packet lies, and in which of the captures.

    `origin` (int64, one for each packet) are places in `names`; of a single capture it is None. The troubles are all
    that was found wrong so far, each with the name of its file.
    """

    index: Index
    names: list[str]
    origin: Ints | None
    troubles: list[Trouble]

    @property
    def name(self) -> str:
        """What all of them together are called."""
        return self.names[0] if len(self.names) == 1 else f"{self.names[0]} and {len(self.names) - 1} more"

    def shared(self) -> "Timeline":
        """The same, in memory that processes share."""
        return replace(self, index=self.index.shared())

    def name_of(self, number: int) -> str | None:
        """The name of the capture that a packet lies in, as text for a cell; None of a single one."""
        return None if self.origin is None else escape.text(os.fsencode(self.names[self.origin[number]]))


def timeline(captures: Captures) -> Timeline:
    """The packets of captures; those of a single one stay as they come, as Zeek reads them.

    A capture that cannot be read is a Trouble beside others that can. Raises OpenError when there is no other.
    """
    names: list[str] = []
    indexes: list[Index] = []
    troubles = list(captures.troubles)
    failures = []
    for name, place in captures.places:
        try:
            found = index(captures.data[place])
            unread = links.troubles(found)
        except OpenError as error:
            failures.append(f"{name}: {error}")
            continue
        troubles += [replace(trouble, text=f"{name}: {trouble.text}") for trouble in (*found.troubles, *unread)]
        if not len(found) and not found.troubles:
            troubles.append(Trouble(f"{name}: the capture holds no packets: nothing to show", harmless=True))
        names.append(name)
        # Only of several captures it is not the first byte where one begins.
        np.add(found.offset, place.start, out=found.offset)
        indexes.append(found)
    if not indexes:
        raise OpenError(failures[0])
    troubles += [Trouble(failure) for failure in failures]
    whole, origin = (indexes[0], None) if len(captures.places) == 1 else _merged(indexes)
    line = Timeline(whole, names, origin, troubles)
    most = limits.CAPTURE_PACKETS
    if len(whole) <= most:
        return line
    rest = f"{line.name}: only the first {most} packets are read; cut the capture into pieces with editcap -c"
    return replace(line, index=whole.until(most), troubles=[*troubles, Trouble(rest)])


def _merged(indexes: Sequence[Index]) -> tuple[Index, Ints]:
    """The packets of all in the order of time, each capture's own order kept; and which of them each is from.

    A packet that is late in its own capture stands where that has arrived by then; at the same time, the captures
    stand in the order in which they were given.
    """
    reached: Ints = shared.column(sum(map(len, indexes)), np.int64)
    origin: Ints = shared.column(len(reached), np.int64)
    start = 0
    for number, each in enumerate(indexes):
        part = slice(start, start + len(each))
        np.maximum.accumulate(each.ts, out=reached[part])
        origin[part] = number
        start = part.stop
    order = np.argsort(reached, kind="stable")
    columns = {}
    for name in COLUMNS:
        joined = shared.concatenated([getattr(each, name) for each in indexes])
        columns[name] = shared.taken(joined, order)
    whole = Index(**columns, links=frozenset().union(*(each.links for each in indexes)), troubles=[])
    return whole, shared.taken(origin, order)
