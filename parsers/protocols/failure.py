"""analyzer.log: connections that began as a protocol and then were none.

Source: Zeek, scripts/base/frameworks/analyzer/logging.zeek.
"""

from typing import Final

from parsers import escape
from parsers.protocols.analyzer import Connection
from parsers.schema import CONNECTION, Field, Record, Row

_DATA_BYTES: Final = 40
_TS, _UID, *_ENDS = CONNECTION

RECORD = Record(
    "analyzer",
    "A connection was taken for a protocol, and then its bytes were not that protocol.",
    "#c98f8f",
    (
        _TS,
        Field("analyzer_kind", "string", "What gave up: an analyser of a protocol, of packets or of files."),
        Field("analyzer_name", "string", "Which one, by the protocol's name.", 4, repeats=True),
        _UID,
        Field("fuid", "string", "The file's identifier, where it was an analyser of files."),
        *_ENDS,
        Field("proto", "enum", "The transport protocol."),
        Field("failure_reason", "string", "What did not fit.", 5, repeats=True),
        Field("failure_data", "string", "The bytes that did not fit, the first of them.", 6),
    ),
)


def of_protocol(ts: int, connection: Connection, name: str, reason: str, data: bytes | None) -> Row:
    """The row of a protocol's analyser that gave up at `ts`."""
    return _row(ts, "protocol", name.upper(), connection, reason, data)


def of_packet(connection: Connection, ts: int, name: str, reason: str, data: bytes | None) -> Row:
    """The row of an analyser of packets that gave up at `ts`."""
    return _row(ts, "packet", name, connection, reason, data)


def of_file(ts: int, connection: Connection | None, fuid: str, name: str, reason: str) -> Row:
    """The row of an analyser of files that gave up at `ts`; of the connection, where a single one carries the file."""
    head = (None,) * 5 if connection is None else connection.head
    return ts, "file", name, head[0], fuid, *head[1:], None, reason, None


def _row(ts: int, kind: str, name: str, connection: Connection, reason: str, data: bytes | None) -> Row:
    shown = None if data is None else escape.text(data[:_DATA_BYTES])
    return ts, kind, name, connection.uid, None, *connection.head[1:], connection.proto, reason, shown
