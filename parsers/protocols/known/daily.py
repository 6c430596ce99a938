"""What is listed once a day, by whatever tells one from the other."""

from collections.abc import Callable, Hashable, Iterable

from parsers.limits import KNOWN_FOR, KNOWN_STEP
from parsers.protocols.expiry import Expiry
from parsers.schema import Row

Key = Callable[[Row], Hashable]


def thinned(rows: Iterable[Row], key: Key) -> list[Row]:
    """Of what a shard has told, one row for each minute: which of them is a day's first, all shards together decide."""
    kept: dict[Hashable, Row] = {}
    for row in rows:
        kind = key(row), row[0] // KNOWN_STEP
        if kind not in kept or row[0] < kept[kind][0]:
            kept[kind] = row
    return list(kept.values())


def logged(rows: Iterable[Row], key: Key, expiry: Expiry) -> list[Row]:
    """The rows that Zeek writes, in the order of time; `expiry` is that of the capture's clock."""
    written: list[Row] = []
    known: dict[Hashable, int] = {}
    for row in sorted(rows, key=lambda row: row[0]):
        kind = key(row)
        if kind in known and expiry.holds(known[kind], KNOWN_FOR, row[0]):
            continue
        known[kind] = row[0]
        written.append(row)
    return written
