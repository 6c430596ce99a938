"""known_hosts.log: the local hosts that have opened a TCP connection, or agreed to one.

Source: Zeek, scripts/policy/protocols/conn/known-hosts.zeek.
"""

from collections.abc import Iterable, Sequence

from parsers.protocols.analyzer import Connection
from parsers.protocols.expiry import Expiry
from parsers.protocols.known import daily
from parsers.schema import Field, Record, Row
from parsers.site import is_local

RECORD = Record(
    "known_hosts",
    "A host of the local network that was seen at work: one side of an established TCP connection. Listed once a day.",
    "#8fb8c9",
    (
        Field("ts", "time", "When the host was first seen at work, UTC.", 1),
        Field("host", "addr", "Its address.", 2),
    ),
)


def sightings(connection: Connection) -> list[Row]:
    """What a connection tells of local hosts."""
    ts = connection.established
    if ts is None:
        return []
    return [(ts, host) for host in dict.fromkeys((connection.orig_h, connection.resp_h)) if is_local(host)]


def thinned(rows: Sequence[Row]) -> list[Row]:
    """Of what a shard has told, what may be written."""
    return daily.thinned(rows, _host)


def logged(rows: Iterable[Row], expiry: Expiry) -> list[Row]:
    """The rows that Zeek writes; `expiry` is that of the capture's clock."""
    return daily.logged(rows, _host, expiry)


def _host(row: Row) -> str:
    host: str = row[1]
    return host
