"""What belongs to a row: the rows of every log that share its connection, its file or its certificate."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parsers import limits, schema
from parsers.evidence.summary import Part, summary
from parsers.evidence.values import value_of

if TYPE_CHECKING:
    import pandas as pd

Frames: TypeAlias = "Mapping[str, pd.DataFrame]"
Places: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.int64]]"

# From the file to the look-up: the order in which an infection is told. Other logs follow by name.
STORY = ("pe", "files", "http", "conn", "dns", "ssl", "x509")
# Logs whose `id` is the file's identifier.
_FILE_ID_LOGS = ("pe", "x509", "ocsp")
_NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Related:
    """One row that belongs to another: its log, its place in that log's frame, what matters of it.

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


def key_columns(log: str, frame: "pd.DataFrame") -> dict[str, list[str]]:
    """The columns of a log that hold identifiers, by the kind that they hold (the names of the fields of `Keys`)."""
    found: dict[str, list[str]] = {"uids": [], "fuids": [], "fingerprints": []}
    for name in frame.columns:
        if name in ("uid", "uids", "conn_uids"):
            found["uids"].append(name)
        elif name in ("fuid", "fuids") or name.endswith(("_fuid", "_fuids")) or (name == "id" and log in _FILE_ID_LOGS):
            found["fuids"].append(name)
        elif name == "fingerprint" or name.endswith("_fps"):
            found["fingerprints"].append(name)
    return found


def keys_of(log: str, frame: "pd.DataFrame", row: int) -> Keys:
    """The identifiers in a row."""
    keys = Keys()
    for kind, names in key_columns(log, frame).items():
        held: list[str] = getattr(keys, kind)
        for name in names:
            value = value_of(schema.column(frame, name), row)
            held.extend(key for key in (value if isinstance(value, list) else [value]) if key)
    return keys


def places_of(log: str, frame: "pd.DataFrame", keys: Keys) -> Places:
    """The rows of a log that hold any of the identifiers, in order."""
    found = [
        places(schema.column(frame, name), getattr(keys, kind))
        for kind, names in key_columns(log, frame).items()
        for name in names
    ]
    return np.unique(np.concatenate([_NONE, *found]))


def places(column: pa.ChunkedArray, wanted: list[str]) -> Places:
    """Where a column of text, of a dictionary or of lists of text holds one of the wanted values."""
    if not wanted:
        return _NONE
    found, start = [_NONE], 0
    for chunk in column.chunks:
        if chunk.null_count < len(chunk):
            found.append(_places_in(chunk, wanted) + start)
        start += len(chunk)
    return np.concatenate(found)


def _places_in(chunk: pa.Array, wanted: list[str]) -> Places:
    if pa.types.is_list(chunk.type):
        parents = pc.list_parent_indices(chunk).to_numpy()
        return np.unique(parents[_places_in(chunk.flatten(), wanted)]).astype(np.int64)
    if pa.types.is_dictionary(chunk.type):
        codes = _places_in(chunk.dictionary, wanted)
        mask = pc.is_in(chunk.indices, value_set=pa.array(codes, type=chunk.indices.type))
    elif not pa.types.is_string(chunk.type) and not pa.types.is_large_string(chunk.type):
        return _NONE
    elif len(wanted) == 1:
        mask = pc.equal(chunk, wanted[0])
    else:
        mask = pc.is_in(chunk, value_set=pa.array(wanted, type=chunk.type))
    return np.flatnonzero(mask.fill_null(False).to_numpy(zero_copy_only=False))


def _never() -> bool:
    return False


def related(frames: Frames, log: str, row: int, cancelled: Callable[[], bool] = _never) -> list[Related]:
    """Every row of every log that belongs to a row, in the order of the story; empty when `cancelled` says so.

    Of each log, rows that share the file or certificate itself come before those of the same connection, and at most
    RELATED_ROWS are listed.
    """
    own = keys_of(log, frames[log], row)
    found: list[Related] = []
    keys = _closure(frames, own, cancelled)
    rows = {} if not keys else {name: _rows(frames, name, keys, own, cancelled) for name in in_order(frames)}
    if log not in rows or not len(rows[log]):
        rows[log] = np.array([row], dtype=np.int64)
    lookup = _lookup(frames, rows) if "conn" in rows and not cancelled() else None
    if cancelled():
        return []
    for name in in_order(frames):
        shown = _first(rows.get(name, _NONE), row if name == log else None)
        found.extend(Related(name, place, summary(name, frames[name], place)) for place in shown)
        if name == "dns" and lookup is not None and lookup not in rows.get("dns", _NONE):
            found.append(Related("dns", lookup, summary("dns", frames["dns"], lookup), "by address"))
        left = len(rows.get(name, _NONE)) - len(shown)
        if left:
            found.append(Related(name, None, (Part(f"and {left:,} more", matters=False),)))
    return found


def in_order(frames: Frames) -> list[str]:
    """The logs in the order of the story."""
    return sorted(frames, key=lambda log: (STORY.index(log) if log in STORY else len(STORY), log))


def _first(rows: Places, own: int | None) -> list[int]:
    """The rows to list; the row that was asked for is among them."""
    shown = [int(row) for row in rows[: limits.RELATED_ROWS]]
    if own is not None and shown and own not in shown:
        shown[-1] = own
    return shown


def _closure(frames: Frames, own: Keys, cancelled: Callable[[], bool]) -> Keys:
    """The identifiers that lead from a row to its whole story."""
    keys = Keys()
    keys.add(own)
    if not own.uids:
        for log in ("files", "http", "ssl"):
            if log in frames and not keys.uids and not cancelled():
                _extend(keys, frames, log, Keys(fuids=own.fuids, fingerprints=own.fingerprints), only_uids=True)
    for log in ("files", "http", "ssl"):
        if log in frames and not cancelled():
            _extend(keys, frames, log, Keys(uids=keys.uids))
    return keys


def _extend(keys: Keys, frames: Frames, log: str, by: Keys, *, only_uids: bool = False) -> None:
    for place in places_of(log, frames[log], by)[: limits.RELATED_KEYS]:
        held = keys_of(log, frames[log], int(place))
        keys.add(Keys(uids=held.uids) if only_uids else held)


def _rows(frames: Frames, log: str, keys: Keys, own: Keys, cancelled: Callable[[], bool]) -> Places:
    """A log's rows by their identifiers, those first that share the file or the certificate itself."""
    if cancelled():
        return _NONE
    rows = places_of(log, frames[log], keys)
    if len(rows) < 2 or not (own.fuids or own.fingerprints):
        return rows
    direct = places_of(log, frames[log], Keys(fuids=own.fuids, fingerprints=own.fingerprints))
    return np.concatenate([direct, np.setdiff1d(rows, direct)])


def _lookup(frames: Frames, rows: dict[str, Places]) -> int | None:
    """The look-up that gave the responder's address to this client: the last one before the connection."""
    if "dns" not in frames or "conn" not in rows or not len(rows["conn"]):
        return None
    conn, dns, row = frames["conn"], frames["dns"], int(rows["conn"][0])
    ends = ("id.orig_h", "id.resp_h")
    if not ({"ts", *ends} <= set(conn.columns) and {"ts", "id.orig_h", "answers"} <= set(dns.columns)):
        return None
    ts, client, address = (schema.column(conn, name)[row] for name in ("ts", *ends))
    if not (ts.is_valid and client.is_valid and address.is_valid):
        return None
    asked = places(schema.column(dns, "id.orig_h"), [client.as_py()])
    times = schema.column(dns, "ts").take(pa.array(asked))
    before = asked[pc.less_equal(times, ts).fill_null(False).to_numpy(zero_copy_only=False)] if len(asked) else asked
    answers = schema.column(dns, "answers").take(pa.array(before))
    told = before[places(answers, [address.as_py()])]
    if not len(told):
        return None
    latest = pc.sort_indices(schema.column(dns, "ts").take(pa.array(told)))
    return int(told[latest[-1].as_py()])


def connection_rows(frames: Frames, log: str, row: int) -> list[tuple[str, int]]:
    """Every row of the connections that a row belongs to, log by log in the order of the story."""
    keys = _closure(frames, keys_of(log, frames[log], row), _never)
    if not keys:
        return [(log, row)]
    return [(name, int(place)) for name in in_order(frames) for place in places_of(name, frames[name], keys)]
