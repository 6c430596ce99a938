"""What belongs to a row: the rows of every log that share its connection, its file or its certificate."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parsers import limits
from parsers.cancelling import Cancelled, never
from parsers.evidence.identifiers import key_columns
from parsers.evidence.sketches import Sketches
from parsers.evidence.summary import Part, summary
from parsers.evidence.values import value_of
from parsers.source import in_order

Tables: TypeAlias = Mapping[str, pa.Table]
# A log and a place in its table to a table and the place in it where all of that row stands.
Whole: TypeAlias = Callable[[str, int], tuple[pa.Table, int]]
Places: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int64]]

# Logs that know both a connection and what travelled in it.
_BRIDGES = ("files", "http", "ssl")
_NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Related:
    """One row that belongs to another: its log, its place in that log's table, what matters of it.

    A `row` of None stands for rows that were left out; `how` says what joins it when that is no identifier.
    """

    log: str
    row: int | None
    parts: tuple[Part, ...]
    how: str = ""

    @property
    def text(self) -> str:
        """What matters of the row on one line; control characters escaped."""
        return "  ".join(part.text for part in self.parts)


@dataclass(slots=True)
class Keys:
    """The identifiers that rows share: of connections, of files, fingerprints of certificates."""

    uids: list[str] = field(default_factory=list)
    fuids: list[str] = field(default_factory=list)
    fingerprints: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.uids or self.fuids or self.fingerprints)

    def add(self, other: "Keys") -> None:
        """Take another row's identifiers too, as many as are looked for at once."""
        _add(self.uids, other.uids)
        _add(self.fuids, other.fuids)
        _add(self.fingerprints, other.fingerprints)


def _add(keys: list[str], more: list[str]) -> None:
    keys.extend(key for key in dict.fromkeys(more) if key not in keys)
    del keys[limits.RELATED_KEYS :]


def keys_of(log: str, table: pa.Table, row: int) -> Keys:
    """The identifiers in a row."""
    keys = Keys()
    for kind, names in key_columns(log, table.column_names).items():
        held: list[str] = getattr(keys, kind)
        for name in names:
            value = value_of(table.column(name), row)
            held.extend(key for key in (value if isinstance(value, list) else [value]) if key)
    return keys


def places(column: pa.ChunkedArray, wanted: Sequence[str]) -> Places:
    """Where a column of text, of a dictionary or of lists of text holds one of the wanted values."""
    if not wanted:
        return _NONE
    return _places_of(_chunks(column), wanted)


def _chunks(column: pa.ChunkedArray) -> Iterable[tuple[int, pa.Array]]:
    """Where each chunk begins, and that chunk."""
    starts = np.cumsum([0, *map(len, column.chunks)]).tolist()
    return zip(starts, column.chunks, strict=False)


def _places_of(pieces: Iterable[tuple[int, pa.Array]], wanted: Sequence[str]) -> Places:
    found = [_places_in(piece, wanted) + start for start, piece in pieces if piece.null_count < len(piece)]
    return np.concatenate([_NONE, *found])


def _places_in(chunk: pa.Array, wanted: Sequence[str]) -> Places:
    if pa.types.is_list(chunk.type):
        inside = _places_in(chunk.flatten(), wanted)
        return np.unique(pc.list_parent_indices(chunk).to_numpy()[inside]).astype(np.int64) if len(inside) else _NONE
    if pa.types.is_dictionary(chunk.type):
        codes = _places_in(chunk.dictionary, wanted)
        if not len(codes):
            return _NONE
        mask = pc.is_in(chunk.indices, value_set=pa.array(codes, type=chunk.indices.type))
    elif not pa.types.is_string(chunk.type) and not pa.types.is_large_string(chunk.type):
        return _NONE
    elif len(wanted) == 1:
        mask = pc.equal(chunk, wanted[0])
    else:
        mask = pc.is_in(chunk, value_set=pa.array(wanted, type=chunk.type))
    return np.asarray(pc.indices_nonzero(mask).to_numpy(), np.int64)


class _Search:
    """Finds rows by their identifiers; the same question is worked out once."""

    def __init__(self, tables: Tables, cancelled: Cancelled, sketches: Sketches | None = None) -> None:
        self.tables = tables
        self._cancelled = cancelled
        self._sketches = sketches
        self._known: dict[tuple[str, str, tuple[str, ...]], Places] = {}

    def rows(self, log: str, keys: Keys) -> Places:
        """The rows of a log that hold any of the identifiers, in order; none when nobody wants them any more."""
        table = self.tables.get(log)
        if table is None or self._cancelled():
            return _NONE
        found = [
            self._places(log, name, tuple(getattr(keys, kind)))
            for kind, names in key_columns(log, table.column_names).items()
            for name in names
        ]
        return np.unique(np.concatenate([_NONE, *found]))

    def _places(self, log: str, name: str, wanted: tuple[str, ...]) -> Places:
        question = (log, name, wanted)
        if question not in self._known:
            column = self.tables[log].column(name)
            sketches = self._sketches
            pieces = _chunks(column) if sketches is None else sketches.pieces(log, name, column, wanted)
            self._known[question] = _places_of(pieces, wanted) if wanted else _NONE
        return self._known[question]

    def closure(self, own: Keys) -> Keys:
        """The identifiers that lead from a row to its whole story."""
        keys = Keys()
        keys.add(own)
        if not own.uids:
            for log in _BRIDGES:
                if not keys.uids:
                    for held in self._held(log, Keys(fuids=own.fuids, fingerprints=own.fingerprints)):
                        keys.add(Keys(uids=held.uids))
        for log in _BRIDGES:
            for held in self._held(log, Keys(uids=list(keys.uids))):
                keys.add(held)
        return keys

    def _held(self, log: str, by: Keys) -> Iterator[Keys]:
        for row in self.rows(log, by)[: limits.RELATED_KEYS]:
            yield keys_of(log, self.tables[log], int(row))

    def related_rows(self, log: str, keys: Keys, own: Keys) -> Places:
        """A log's rows, those first that share the file or the certificate itself."""
        rows = self.rows(log, keys)
        if len(rows) < 2 or not (own.fuids or own.fingerprints):
            return rows
        direct = self.rows(log, Keys(fuids=own.fuids, fingerprints=own.fingerprints))
        return np.concatenate([direct, np.setdiff1d(rows, direct)])


def related(
    tables: Tables,
    log: str,
    row: int,
    cancelled: Cancelled = never,
    whole: Whole | None = None,
    sketches: Sketches | None = None,
) -> list[Related]:
    """Every row of every log that belongs to a row, in the order of the story; empty when `cancelled` says so.

    Of each log, rows that share the file or certificate itself come before those of the same connection, and at most
    RELATED_ROWS are listed. Where tables have not all columns of their logs, `whole` gives rows that do. Whoever asks
    again and again for rows of large logs keeps `sketches` of them.
    """
    search = _Search(tables, cancelled, sketches)
    own = keys_of(log, tables[log], row)
    keys = search.closure(own)
    rows = {name: search.related_rows(name, keys, own) for name in in_order(tables)} if keys else {}
    if row not in rows.get(log, _NONE):
        rows[log] = np.concatenate([np.array([row], dtype=np.int64), rows.get(log, _NONE)])
    lookup = _lookup(tables, rows)
    if cancelled():
        return []
    found: list[Related] = []

    def told(name: str, place: int) -> tuple[Part, ...]:
        return summary(name, *((tables[name], place) if whole is None else whole(name, place)))

    for name in in_order(tables):
        there = rows.get(name, _NONE)
        shown = _first(there, row if name == log else None)
        found.extend(Related(name, place, told(name, place)) for place in shown)
        if name == "dns" and lookup is not None and lookup not in there:
            found.append(Related("dns", lookup, told("dns", lookup), "by address"))
        if len(there) > len(shown):
            found.append(Related(name, None, (Part(f"and {len(there) - len(shown):,} more", matters=False),)))
    return found


def _first(rows: Places, own: int | None) -> list[int]:
    """The rows to list; the row that was asked for is among them."""
    shown = [int(row) for row in rows[: limits.RELATED_ROWS]]
    if own is not None and own not in shown:
        shown[-1] = own
    return shown


def _lookup(tables: Tables, rows: dict[str, Places]) -> int | None:
    """The look-up that gave the responder's address to this client: the last one before the connection."""
    dns, conns = tables.get("dns"), rows.get("conn", _NONE)
    if dns is None or not len(conns):
        return None
    conn, row = tables["conn"], int(conns[0])
    ends = ("id.orig_h", "id.resp_h")
    if not ({"ts", *ends} <= set(conn.column_names) and {"ts", "id.orig_h", "answers"} <= set(dns.column_names)):
        return None
    ts, client, address = (value_of(conn.column(name), row) for name in ("ts", *ends))
    if ts is None or client is None or address is None:
        return None
    asked = places(dns.column("id.orig_h"), [client])
    told = asked[places(_taken(dns.column("answers"), asked), [address])]
    before = [
        (time, int(row)) for row in told if (time := value_of(dns.column("ts"), int(row))) is not None and time <= ts
    ]
    return max(before)[1] if before else None


def _taken(column: pa.ChunkedArray, rows: Places) -> pa.ChunkedArray:
    """Some rows of a column; chunk by chunk, because Arrow joins all chunks of text before it takes any."""
    taken, start = [], 0
    for chunk in column.chunks:
        low, high = np.searchsorted(rows, (start, start + len(chunk)))
        if low < high:
            taken.append(chunk.take(pa.array(rows[low:high] - start)))
        start += len(chunk)
    return pa.chunked_array(taken, type=column.type)


def connection_rows(tables: Tables, log: str, row: int) -> list[tuple[str, int]]:
    """Every row of the connections that a row belongs to, log by log in the order of the story."""
    search = _Search(tables, never)
    keys = search.closure(keys_of(log, tables[log], row))
    found = [(name, int(place)) for name in in_order(tables) for place in search.rows(name, keys)] if keys else []
    return found if (log, row) in found else [(log, row), *found]
