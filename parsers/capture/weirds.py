"""What is weird on one connection, as its packets tell it."""

from typing import NamedTuple

from parsers.protocols import weird
from parsers.protocols.analyzer import Connection
from parsers.schema import Row


class Weird(NamedTuple):
    """One thing that is weird: the time on the capture's clock, and the side that was taken for the originator then."""

    now: int
    orig: int
    name: str
    addl: str
    source: str


class Weirds:
    """All that is weird on one connection; of what comes in masses, samples."""

    __slots__ = ("_sampling", "found")

    def __init__(self) -> None:
        self.found: list[Weird] = []
        self._sampling = weird.Sampling()

    def add(self, told: Weird) -> None:
        if self._sampling.permits(told.name, told.now):
            self.found.append(told)

    def rows(self, connection: Connection, orig: int) -> list[Row]:
        """Their rows in weird.log; `orig` is the side that the connection has for its originator."""
        made = [(each.orig == orig, weird.of_connection(each.now, connection, *each[2:])) for each in self.found]
        return [row if same else _turned(row) for same, row in made]


def _turned(row: Row) -> Row:
    """The row with originator and responder in each other's place."""
    return *row[:2], *row[4:6], *row[2:4], *row[6:]
