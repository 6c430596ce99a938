"""What a tunnel protocol is given, and what it says: where the inner frame of each packet begins, or why there is none.

A protocol reads many packets at once and knows nothing of those before: what follows from their order is for the
decapsulation.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from parsers.capture.headers import Ints
from parsers.capture.store import Store

Bools: TypeAlias = npt.NDArray[np.bool_]
# Frames inside packets, columns: rows of the packets, places in the store, bytes, link types.
Found: TypeAlias = tuple[Ints, Ints, Ints, Ints]

# Link types (tcpdump.org).
ETHERNET, RAW, IEEE802_11 = 1, 101, 105


@dataclass(frozen=True, slots=True)
class Payloads:
    """What lies behind the IP or UDP headers of packets; columns of the same length.

    at: its place in the store; size: bytes of it that are there; protocol: the IP protocol that carries it;
    nested: the innermost tunnel around it is of the same kind.
    """

    store: Store
    at: Ints
    size: Ints
    protocol: npt.NDArray[np.uint8]
    nested: Bools

    def gather(self, layout: npt.DTypeLike, skip: int | Ints = 0) -> npt.NDArray[Any]:
        """The records of a layout, `skip` bytes into each; what lies beyond a payload means nothing."""
        return self.store.gather(self.at + skip, np.dtype(layout))


@dataclass(frozen=True, slots=True)
class Weird:
    """Something in some of the packets: by which name, with which value in which form, and who says so."""

    where: Bools
    name: str
    value: Ints | None
    form: str
    analyzer: str | None


class Reading:
    """Where inner frames are; columns of the same length as the payloads.

    found     an inner frame is there
    at, size  its place in the store, bytes of it
    link      its link type
    confirms  the packet is the protocol's
    violates  it is not; Zeek's analyser gives up on the connection
    why       for these a place in `reasons`, which are Zeek's words, each with what weird.log says too of a
              connection that was known to be the protocol's, empty for nothing
    weirds    what weird.log says of packets
    notes     what it says of the connections that carry them, by name
    """

    def __init__(self, payloads: Payloads, link: int = RAW) -> None:
        count = len(payloads.at)
        self.at = payloads.at.copy()
        self.size = payloads.size.copy()
        self.link = np.full(count, link, np.int64)
        self.found = np.ones(count, np.bool_)
        self.confirms = np.zeros(count, np.bool_)
        self.violates = np.zeros(count, np.bool_)
        self.why = np.zeros(count, np.int64)
        self.reasons: list[tuple[str, str]] = []
        self._places: dict[tuple[str, str], int] = {}
        self.weirds: list[Weird] = []
        self.notes: dict[str, Bools] = {}

    def frames(self, rows: Ints) -> Found:
        """The frames that are there, in those of these rows that have one."""
        found = self.found & (self.size > 0)
        return rows[found], self.at[found], self.size[found], self.link[found]

    def skip(self, size: int | Ints) -> None:
        """Pass over a header."""
        self.at += size
        self.size -= size

    def pass_over(self, where: Bools) -> None:
        """Nothing is wrong with these, but no packet is in them."""
        self.found &= ~where

    def refuse(
        self, where: Bools, name: str, value: Ints | None = None, form: str = "{}", analyzer: str | None = None
    ) -> None:
        """Something is wrong with those of these that are still there; weird.log tells it by name.

        Where there is a value, it is told in this form. The analyser is the protocol's own where no other is named.
        """
        where = where & self.found
        if where.any():
            self.weirds.append(Weird(where, name, value, form, analyzer))
            self.found &= ~where

    def note(self, where: Bools, name: str) -> None:
        """Those of these that are still there are weird, for the connection that carries them."""
        where = where & self.found
        if where.any():
            self.notes[name] = where

    def violate(self, where: Bools, why: str, weird: str = "") -> None:
        """Those of these that are still there are not the protocol's."""
        where = where & self.found
        if where.any():
            self.why[where] = self._place(why, weird)
            self.violates |= where
            self.found &= ~where

    def violate_each(self, rows: Ints, why: Iterable[str]) -> None:
        """Those of these rows that are still there are not the protocol's, each for its own reason."""
        for row, reason in zip(rows.tolist(), why, strict=True):
            if self.found[row]:
                self.why[row] = self._place(reason, "")
                self.violates[row] = True
                self.found[row] = False

    def _place(self, why: str, weird: str) -> int:
        """Where a reason stands among all."""
        place = self._places.setdefault((why, weird), len(self.reasons))
        if place == len(self.reasons):
            self.reasons.append((why, weird))
        return place

    def forget(self, where: Bools, analyzer: str | None = None) -> Bools:
        """These were never looked at, by the protocol's analyser or by another; those that would have been."""
        told = self.found & where
        for weird in self.weirds:
            if analyzer in (None, weird.analyzer):
                told |= weird.where & where
                weird.where[where] = False
        for noted in self.notes.values():
            noted[where] = False
        self.pass_over(where)
        self.confirms &= ~where
        told |= self.violates & where
        self.violates &= ~where
        return told

    def confirm(self) -> None:
        """What is still there is the protocol's."""
        self.confirms |= self.found


Read: TypeAlias = Callable[[Payloads], Reading]
Detect: TypeAlias = Callable[[Payloads], Bools]


@dataclass(frozen=True, slots=True)
class TunnelProtocol:
    """A tunnel protocol's line in the registry points at one of these.

    name      what conn's service calls it, empty where it is never confirmed
    analyzer  the name of Zeek's analyser
    kind      Zeek's Tunnel::Type
    numbers   the IP protocols that it is
    ports     the responder's UDP ports at which it is looked for
    detect    whether a datagram on any other port is one of its own; it may also be asked for none at all
    between_addresses  the tunnel runs between two addresses, not on a connection
    both_sides         it is confirmed when a packet of each side was its own
    forgives           a packet that is not its own does not end it
    shows              analyzer.log shows the packet that was not its own
    """

    name: str
    analyzer: str
    kind: str
    read: Read
    numbers: frozenset[int] = frozenset()
    ports: frozenset[int] = frozenset()
    detect: Detect | None = None
    between_addresses: bool = False
    both_sides: bool = False
    forgives: bool = False
    shows: bool = False
