"""The names that may be used for a log's columns: Zeek's own, and Wireshark's as aliases."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from parsers.query.errors import QueryError, UnknownFieldError
from parsers.query.scanner import Token


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name for a log's columns.

    It stands for `columns`, is there in logs that have `marker` too, and is true in rows of the transport `proto` only.
    """

    columns: tuple[str, ...]
    marker: str | None = None
    proto: str | None = None

    def applies(self, types: Mapping[str, str]) -> bool:
        """Whether a log with these columns has it; a log that does not name the transport has no ports of one."""
        return all(name in types for name in self.needs)

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns that a log must have."""
        return (*self.columns, *([self.marker] if self.marker else []), *(["proto"] if self.proto else []))


_BOTH_HOSTS = ("id.orig_h", "id.resp_h")
_BOTH_PORTS = ("id.orig_p", "id.resp_p")

# A name among others.
_NAME = re.compile(r"[^\s,]+")

ALIASES: dict[str, Alias] = {
    "frame.time": Alias(("ts",)),
    "frame.time_epoch": Alias(("ts",)),
    "ip.addr": Alias(_BOTH_HOSTS),
    "ip.src": Alias(("id.orig_h",)),
    "ip.dst": Alias(("id.resp_h",)),
    "ip.proto": Alias(("ip_proto",)),
    "ipv6.addr": Alias(_BOTH_HOSTS),
    "ipv6.src": Alias(("id.orig_h",)),
    "ipv6.dst": Alias(("id.resp_h",)),
    "tcp.port": Alias(_BOTH_PORTS, proto="tcp"),
    "tcp.srcport": Alias(("id.orig_p",), proto="tcp"),
    "tcp.dstport": Alias(("id.resp_p",), proto="tcp"),
    "udp.port": Alias(_BOTH_PORTS, proto="udp"),
    "udp.srcport": Alias(("id.orig_p",), proto="udp"),
    "udp.dstport": Alias(("id.resp_p",), proto="udp"),
    "dns.query": Alias(("query",), "qtype"),
    "dns.qry.name": Alias(("query",), "qtype"),
    "dns.qry.type": Alias(("qtype",), "query"),
    "dns.flags.rcode": Alias(("rcode",), "qtype"),
    "dns.id": Alias(("trans_id",), "qtype"),
    "dns.resp.ttl": Alias(("TTLs",), "qtype"),
    "http.host": Alias(("host",), "referrer"),
    "http.referer": Alias(("referrer",), "uri"),
    "http.request.method": Alias(("method",), "referrer"),
    "http.request.uri": Alias(("uri",), "referrer"),
    "http.response.code": Alias(("status_code",), "referrer"),
    "http.response.phrase": Alias(("status_msg",), "referrer"),
    "http.user_agent": Alias(("user_agent",), "referrer"),
    "ssl.handshake.extensions_server_name": Alias(("server_name",)),
    "tls.handshake.extensions_server_name": Alias(("server_name",)),
    "tls.sni": Alias(("server_name",)),
}


def find(name: str, types: Mapping[str, str]) -> Alias | None:
    """The column or alias of this name that a log with these columns has."""
    if name in types:
        return Alias((name,))
    alias = ALIASES.get(name)
    if alias is None:
        return None
    if not alias.proto and alias.applies(types):
        return alias
    # http, ssl and the like do not say that they are TCP: there a TCP port is simply a port.
    if alias.proto == "tcp" and "proto" not in types:
        alias = Alias(alias.columns)
    return alias if alias.applies(types) else None


def is_known(name: str) -> bool:
    """Whether some log has a field of this name."""
    return name in ALIASES or bool(_logs_with((name,)))


def names(text: str) -> list[Token]:
    """The names in a list of them, apart by commas or spaces. Raises QueryError where there is none."""
    found = [Token(name[0], name.start(), name.end()) for name in _NAME.finditer(text)]
    if not found:
        raise QueryError("this names no field", 0, len(text))
    return found


def columns(name: Token, types: Mapping[str, str]) -> tuple[str, ...]:
    """The columns of a log that a name stands for, in every row. Raises QueryError."""
    alias = find(name.text, types)
    if alias is None:
        raise unknown(name, types, len(types))
    if alias.proto:
        stands = " and ".join(alias.columns)
        raise QueryError(f"{name.text} is {stands} of {alias.proto} alone: name {stands}", name.start, name.end)
    return alias.columns


def unknown(token: Token, types: Mapping[str, str], listed: int = 6) -> UnknownFieldError:
    """The error for a name that the log does not have: who has it, what is near, or the first fields that it has."""
    name = token.text
    alias = ALIASES.get(name)
    needed = alias.needs if alias else (name,)
    logs = _logs_with(needed)
    if logs:
        stands = f" ({' and '.join(alias.columns)})" if alias else ""
        message = f"this log has no {name}{stands}; {_listed(logs)} {'has' if len(logs) == 1 else 'have'} it"
        return UnknownFieldError(message, token.start, token.end)
    names = {known.lower(): known for known in [*types, *(a for a in ALIASES if find(a, types))]}
    near = [names[match] for match in get_close_matches(name.lower(), names, 3, 0.7)]
    more = " …" if len(types) > listed else ""
    hint = f"; near: {', '.join(near)}" if near else f"; it has {', '.join(list(types)[:listed])}{more}"
    return UnknownFieldError(f"this log has no field {name}{hint}", token.start, token.end)


def _logs_with(columns: tuple[str, ...]) -> list[str]:
    from parsers.protocols.registry import RECORDS

    return [log for log, record in RECORDS.items() if all(name in record.types for name in columns)]


def _listed(logs: list[str]) -> str:
    return logs[0] if len(logs) == 1 else f"{', '.join(logs[:-1])} and {logs[-1]}"
