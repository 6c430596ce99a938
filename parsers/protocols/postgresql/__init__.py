"""PostgreSQL: found by its port, and by how clients begin and servers answer."""

import re
from typing import Final

from parsers.protocols.analyzer import Protocol
from parsers.protocols.postgresql.analyzer import PostgresqlAnalyzer
from parsers.protocols.postgresql.record import RECORD

_ASKS_FOR_TLS: Final = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
_STARTS: Final = re.compile(rb"[^\n]{4}\x00\x03\x00[^\n]{0,256}user\x00")
_ANSWERS: Final = re.compile(rb"[a-zA-Z0-9]\x00\x00[^\n]{2}")


def recognise(orig: bytes, resp: bytes) -> bool:
    """Whether one side begins as a client and the other answers as a server."""
    return bool(orig and resp) and (_is_session(orig, resp) or _is_session(resp, orig))


def _is_session(client: bytes, server: bytes) -> bool:
    if client[:1] != b"\x00" and client[4:7] != b"\x00\x03\x00":
        return False
    if client.startswith(_ASKS_FOR_TLS) and server[0] in b"SN":
        return True
    return _ANSWERS.match(server) is not None and _STARTS.match(client) is not None


PROTOCOL = Protocol(
    "postgresql", (RECORD,), PostgresqlAnalyzer, tcp_ports=frozenset({5432}), recognise=recognise, mutual=True
)
