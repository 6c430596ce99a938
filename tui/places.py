"""A row of a log, and what belongs to it."""

from dataclasses import dataclass

from parsers import escape
from parsers.cancelling import Cancelled
from parsers.evidence import links
from parsers.evidence.sketches import Sketches
from parsers.source import in_order
from tui.reading import Snapshot
from tui.widgets.related_panel import Story


@dataclass(frozen=True, eq=False)
class Place:
    """A row of a log, in the snapshot that it was seen in; `step` is the way to go from it."""

    snapshot: Snapshot
    log: str
    row: int
    step: int = 0


def story_of(sketches: Sketches, place: Place, cancelled: Cancelled) -> Story:
    """What belongs to a row, for the panel."""
    tables = place.snapshot.known
    # What a sketch is of stays in memory, from where rows go to files while they are still read.
    looks = sketches if place.snapshot.complete else None
    found = links.related(tables, place.log, place.row, cancelled, place.snapshot.whole, looks)
    keys = links.keys_of(place.log, tables[place.log], place.row)
    if not keys.uids:
        conn = next((item.row for item in found if item.log == "conn" and item.row is not None), None)
        keys.uids = links.keys_of("conn", tables["conn"], conn).uids if conn is not None else []
    own = next((n for n, item in enumerate(found) if (item.log, item.row) == (place.log, place.row)), None)
    title = escape.cell(" · ".join([*keys.fuids[:1], *keys.uids[:1]]))
    return Story(title, tuple(found), own, tuple(in_order(place.snapshot.unfinished)))


def next_place(place: Place, _cancelled: Cancelled) -> Place | None:
    """The row of the same connections that comes after or before, round in a circle; None where it is alone."""
    rows = links.connection_rows(place.snapshot.known, place.log, place.row)
    here = rows.index((place.log, place.row)) if (place.log, place.row) in rows else 0
    log, row = rows[(here + place.step) % len(rows)]
    return None if len(rows) < 2 else Place(place.snapshot, log, row)
