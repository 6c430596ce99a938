"""Browsers, web servers, and what stands behind them, in the headers of HTTP.

Source: Zeek, scripts/policy/protocols/http/software.zeek.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from parsers.protocols.analyzer import Context
from parsers.protocols.software.tracking import found

_Told: TypeAlias = Callable[[Context, int, bytes], None]


def browser(context: Context, ts: int, said: bytes) -> None:
    """A request's User-Agent."""
    found(context.rows, ts, context.connection.orig_h, None, "HTTP::BROWSER", said)


def _server(kind: str, prefix: bytes = b"") -> _Told:
    def told(context: Context, ts: int, said: bytes) -> None:
        c = context.connection
        found(context.rows, ts, c.resp_h, c.resp_p, kind, prefix + said)

    return told


# The fields of a reply that tell something.
REPLY: Final[Mapping[bytes, _Told]] = {
    b"server": _server("HTTP::SERVER"),
    b"x-powered-by": _server("HTTP::APPSERVER"),
    b"microsoftsharepointteamservices": _server("HTTP::APPSERVER", b"SharePoint/"),
}
