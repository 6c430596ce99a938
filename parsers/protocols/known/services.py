"""known_services.log: the services that local hosts offer, and the protocols that they speak.

Source: Zeek, scripts/policy/protocols/conn/known-services.zeek.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from parsers.limits import INT64_MAX, KNOWN_FOR, SERVICE_WAITS
from parsers.protocols.analyzer import Connection, Serving
from parsers.protocols.expiry import Expiry, first_at
from parsers.protocols.known import daily
from parsers.schema import Field, Record, Row
from parsers.site import is_local

RECORD = Record(
    "known_services",
    "A service that a host of the local network offers: it answered there. Each is listed once a day.",
    "#8fc9a8",
    (
        Field("ts", "time", "When the service was first seen at work, UTC.", 1),
        Field("host", "addr", "The address of the host that offers it.", 2),
        Field("port_num", "port", "The port that it listens on.", 3),
        Field("port_proto", "enum", "The transport protocol.", 4),
        Field("service", "set[string]", "The protocols that it speaks; empty where they are not known.", 5),
    ),
)
_SERVICE: Final = RECORD.names.index("service")
_NAMELESS: Final = [""]

_FTP_DATA: Final = "ftp-data"
# What Zeek's scripts call connections that no analyser is sure of.
_LABELS: Final = frozenset((_FTP_DATA, "gridftp", "irc-dcc-data"))
# The tunnel that is confirmed once both sides have sent some of it; the others are when only the originator has.
_OF_BOTH_SIDES: Final = "teredo"


def sightings(connection: Connection, carried: Sequence[str], service: str | None, end: int) -> list[Row]:
    """What a connection tells of a local service, after its analysers have had their say.

    `carried` are the tunnels in it and `service` is all that it spoke, as in conn.log; the capture ends at `end`.
    """
    if connection.serving is None or connection.removal is None or not is_local(connection.resp_h):
        return []
    serving = connection.serving()
    since = INT64_MAX if serving.since is None else serving.since
    confirmed = [(ts, (*carried, *names)) for ts, names in connection.confirmed if not _LABELS.issuperset(names)]
    if _OF_BOTH_SIDES in carried and serving.since is not None:
        confirmed.insert(0, (since, tuple(carried)))
    told = [_row(ts, connection, names) for ts, names in confirmed if since <= ts and _counts(names, ts, serving)]
    if told or not serving.still:
        return told
    names = (*carried, *(service.split(",") if service else ()))
    ts = connection.removal()
    # A service without a name is waited with, and Zeek waits for nothing when it has read all.
    if (names or ts <= end) and _counts(names, ts, serving):
        return [_row(min(ts, end), connection, names)]
    return []


def _counts(names: Sequence[str], ts: int, serving: Serving) -> bool:
    """Whether a server that speaks these protocols at a time is worth a row: one of DNS has to have said something."""
    if names == ("dns",):
        return serving.spoken is not None and serving.spoken <= ts
    return names != (_FTP_DATA,)


def _row(ts: int, connection: Connection, names: Sequence[str]) -> Row:
    shown = [name if name in _LABELS else name.upper() for name in names]
    return ts, connection.resp_h, connection.resp_p, connection.proto, shown or _NAMELESS


def thinned(rows: Sequence[Row]) -> list[Row]:
    """Of what a shard has told, what may be written."""
    return daily.thinned(rows, lambda row: (*row[1:_SERVICE], *row[_SERVICE]))


def logged(rows: Iterable[Row], expiry: Expiry) -> list[Row]:
    """The rows that Zeek writes, in its order; `expiry` is that of the capture's clock."""
    written: list[Row] = []
    # What each port is known for, and since when.
    known: dict[Row, tuple[int, set[str]]] = {}
    for row in sorted(rows, key=_due):
        # What is still waited with in the end is written then.
        now, port = first_at(expiry.clock, _due(row)) or int(expiry.clock[-1]), row[1:_SERVICE]
        if port not in known or not expiry.holds(known[port][0], KNOWN_FOR, now):
            known[port] = now, set()
        names = known[port][1]
        if new := [name for name in row[_SERVICE] if name not in names]:
            names.update(new)
            written.append((*row[:_SERVICE], new))
    return written


def _due(row: Row) -> int:
    """A service without a name is written after a while, in case that the next connection tells it."""
    ts: int = row[0]
    return ts + SERVICE_WAITS if row[_SERVICE] == _NAMELESS else ts
