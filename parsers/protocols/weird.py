"""weird.log: what a protocol forbids or nobody does. Source: Zeek, scripts/base/frameworks/notice/weird.zeek."""

from parsers.protocols.analyzer import Connection
from parsers.schema import CONNECTION, Field, Record, Row, ranked

PEER = "zeek"

RECORD = Record(
    "weird",
    "Something that a protocol forbids, or that nobody does: a fault, an attack, or a capture with holes.",
    "#d9c36a",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("name", "string", "What it is, by the name that Zeek gives it.", 4, repeats=True),
        Field("addl", "string", "More about it: what was found, or where.", 5),
        Field("notice", "bool", "Whether a notice was made of it too."),
        Field("peer", "string", "Which process of Zeek's saw it.", repeats=True),
        Field("source", "string", "The analyser that saw it.", 6, repeats=True),
    ),
)


def of_connection(ts: int, connection: Connection, name: str, addl: str, source: str) -> Row:
    """The row of something weird on a connection, found at `ts`."""
    return ts, *connection.head, name, addl or None, False, PEER, source or None
