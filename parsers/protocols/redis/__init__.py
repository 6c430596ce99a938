"""Redis: found by its port, and by how servers answer."""

import re
from typing import Final

from parsers.protocols.analyzer import Protocol
from parsers.protocols.redis.analyzer import RedisAnalyzer
from parsers.protocols.redis.record import RECORD

_SERVER: Final = re.compile(rb"[-+_,][^\n]*\r\n|[:$*#(!=%`~>][+-]?[0-9]+(?:\.[0-9]*)?\r\n")


def recognise(_orig: bytes, resp: bytes) -> bool:
    """Whether the server's first line is a reply."""
    return bool(resp) and _SERVER.match(resp) is not None


PROTOCOL = Protocol(
    "redis", (RECORD,), RedisAnalyzer, tcp_ports=frozenset({6379}), recognise=recognise, openings=b"-+_,:$*#(!=%`~>"
)
