"""SOCKS 4 and 5 (RFC 1928, RFC 1929): what a proxy is asked to connect to, and what goes through it then.

Source: Zeek, src/analyzer/protocol/socks/{SOCKS.cc,socks-protocol.pac,socks-analyzer.pac}, base/protocols/socks.
"""

import re
from dataclasses import dataclass
from typing import Final

from parsers import escape
from parsers.protocols import tunnel
from parsers.protocols.addresses import address
from parsers.protocols.analyzer import Analyzer, Context, Data, End, Gap, Protocol
from parsers.protocols.binpac import BinpacError, out_of_bound
from parsers.protocols.grammar import Reading
from parsers.schema import CONNECTION, Field, Record, ranked

RECORD = Record(
    "socks",
    "A connection through a SOCKS proxy.",
    "#8fc7a1",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("version", "count", "The version of SOCKS: 4 or 5."),
        Field("user", "string", "The user name that the client logged in with.", 8),
        Field("password", "string", "The password that it logged in with; not recorded by default."),
        Field("status", "string", "Whether the proxy did what it was asked for, or why not.", 7, repeats=True),
        Field("request.host", "addr", "The address that the client wants to be connected to.", 4),
        Field("request.name", "string", "The name that the client wants to be connected to.", 5),
        Field("request_p", "port", "The port there.", 6),
        Field("bound.host", "addr", "The address that the proxy speaks from."),
        Field("bound.name", "string", "The name that the proxy speaks from."),
        Field("bound_p", "port", "The port there."),
    ),
)

_SUCCEEDED, _FAILED = "succeeded", "general SOCKS server failure"
_STATUS: Final = {
    4: {
        0x5A: _SUCCEEDED,
        0x5B: _FAILED,
        0x5C: "request failed because client is not running identd",
        0x5D: "request failed because client's identd could not confirm the user ID string in the request",
    },
    5: {
        0: _SUCCEEDED,
        1: _FAILED,
        2: "connection not allowed by ruleset",
        3: "Network unreachable",
        4: "Host unreachable",
        5: "Connection refused",
        6: "TTL expired",
        7: "Command not supported",
        8: "Address type not supported",
    },
}
_NO_LOGIN, _USER_AND_PASSWORD, _NO_METHOD = 0x00, 0x02, 0xFF
_IPV4, _NAME, _IPV6 = 1, 3, 4
_LAST_COMMAND: Final = 3
# How addresses begin in version 4 where a name follows instead.
_PLACEHOLDER: Final = bytes(3)

_CLIENT_4: Final = re.compile(rb"\x04[\x01\x02].{0,32}\x00", re.DOTALL)
_SERVER_4: Final = re.compile(rb"\x00[\x5a-\x5d]")
_CLIENT_5: Final = re.compile(rb"\x05.[\x00-\x03\x05-\x09]", re.DOTALL)
_SERVER_5: Final = re.compile(rb"\x05[\x00-\x03\x05-\x09\xff]")


@dataclass
class _Address:
    """Where something is: an address or a name, or both, and a port; nothing while it is not known."""

    host: str | None = None
    name: str | None = None
    port: int | None = None


class _Session:
    """What socks.log says of a connection."""

    def __init__(self, ts: int, version: int) -> None:
        self.ts = ts
        self.version = version
        self.user: str | None = None
        self.status: str | None = None
        self.request = _Address()
        self.bound = _Address()


class SocksAnalyzer:
    """One connection to a proxy: a message a segment, until both sides are done; then what they carry is recognised."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._now = 0
        self._session: _Session | None = None
        self._is_over = context.connection.partial
        self._is_confirmed = False
        self._has_chosen = self._logs_in = False
        self._method = _NO_METHOD
        self._is_done = {True: False, False: False}
        self._inner: Analyzer | None = None

    def deliver(self, data: Data) -> None:
        start = 0
        for end, ts in zip(data.ends, data.times, strict=True):
            if self._is_over:
                return
            if all(self._is_done.values()):
                self._carry(data, start)
                return
            self._now = ts
            try:
                self._read(Reading(data.data[start:end]), data.is_orig)
            except BinpacError as error:
                self._violate(str(error))
            start = end

    def gap(self, gap: Gap) -> None:
        """A hole: what is inside is not told, as in Zeek."""

    def end(self, end: End) -> None:
        """One side has closed: what is inside is not told, as in Zeek."""

    def finish(self, ts: int) -> None:
        if self._inner is not None:
            self._inner.finish(ts)
        session, self._session = self._session, None
        if session is not None and self._is_confirmed:
            request, bound = session.request, session.bound
            said = session.version, session.user, None, session.status
            where = request.host, request.name, request.port, bound.host, bound.name, bound.port
            self._context.rows.add(RECORD, (session.ts, *self._context.connection.head, *said, *where))

    def _carry(self, data: Data, start: int) -> None:
        if self._inner is None:
            self._inner = self._context.hand_over("")
        if self._inner is None:
            self._is_over = True
        else:
            self._inner.deliver(data.cut(start, len(data.data)) if start else data)

    def _violate(self, reason: str) -> None:
        if self._context.reject("socks", self._now, reason):
            self._is_over = True
            self._is_confirmed = False

    def _begin(self, version: int) -> _Session:
        if self._session is None:
            self._session = _Session(self._now, version)
        return self._session

    def _read(self, message: Reading, is_orig: bool) -> None:
        if self._logs_in:
            self._read_login(message, is_orig)
            return
        (version,) = message.numbers("SOCKS_Version:version", "B")
        content = message.inner()
        if version == 4:
            if is_orig:
                self._read_request_4(content)
            else:
                self._read_reply_4(content)
        elif version != 5:
            self._violate(f"unsupported/unknown SOCKS version {version}")
        elif not self._has_chosen:
            self._read_choice(content, is_orig)
        elif is_orig:
            self._read_request_5(content)
        else:
            self._read_reply_5(content)

    def _read_choice(self, content: Reading, is_orig: bool) -> None:
        """How to log in: what the client can do, what the server chooses of it."""
        if is_orig:
            (count,) = content.numbers("SOCKS5_Auth_Negotiation_Request:method_count", "B")
            content.array("SOCKS5_Auth_Negotiation_Request:methods", count, 1)
            return
        (self._method,) = content.numbers("SOCKS5_Auth_Negotiation_Reply", "B")
        self._logs_in = self._method not in {_NO_LOGIN, _NO_METHOD}
        self._has_chosen = True

    def _read_login(self, message: Reading, is_orig: bool) -> None:
        if self._method != _USER_AND_PASSWORD:
            self._context.weird("socks5_unsupported_authentication_method", self._now, str(self._method))
        else:
            name = f"SOCKS5_Auth_{'Request' if is_orig else 'Reply'}_UserPass"
            (version,) = message.numbers(f"{name}:version", "B")
            content = message.inner()
            if version != 1:
                addl = f"method {self._method}, version {version}"
                self._context.weird("socks5_unsupported_authentication", self._now, addl)
            elif is_orig:
                (length,) = content.numbers(f"{name}_v1:ulen", "B")
                user = content.octets(f"{name}_v1:username", length)
                (length,) = content.numbers(f"{name}_v1:plen", "B")
                content.octets(f"{name}_v1:password", length)
                self._begin(5).user = escape.text(user)
            else:
                (code,) = content.numbers(f"{name}_v1", "B")
                self._begin(5).status = _status(5, code)
        if not is_orig:
            self._logs_in = False

    def _read_request_5(self, content: Reading) -> None:
        command, reserved = content.numbers("SOCKS5_Request:reserved", "BB")
        where = _read_address(content)
        (where.port,) = content.numbers("SOCKS5_Request:port", ">H")
        fault = None
        if reserved:
            fault = f"invalid value in reserved field: {reserved}"
        elif not 0 < command <= _LAST_COMMAND:
            fault = f"undefined value in command field: {command}"
        if fault is not None:
            self._violate(fault)
            self._is_over = True
            return
        self._ask(5, where)

    def _read_reply_5(self, content: Reading) -> None:
        code, _ = content.numbers("SOCKS5_Reply:reserved", "BB")
        where = _read_address(content)
        (where.port,) = content.numbers("SOCKS5_Reply:port", ">H")
        self._answer(5, code, where)

    def _read_request_4(self, content: Reading) -> None:
        _, port, host = content.numbers("SOCKS4_Request:addr", ">BH4s")
        where = _Address(address(host), None, port)
        _read_text(content, "SOCKS4_Request:user__elem")
        if host.startswith(_PLACEHOLDER):
            where.name = escape.text(_read_text(content, "SOCKS4_Request:name__elem"))
        self._ask(4, where)

    def _read_reply_4(self, content: Reading) -> None:
        _, code, port, host = content.numbers("SOCKS4_Reply", ">BBH4s")
        self._answer(4, code, _Address(address(host), None, port))

    def _ask(self, version: int, where: _Address) -> None:
        self._begin(version).request = where
        c = self._context.connection
        # Zeek leaves out the client's port, for many connections lead into the tunnel.
        ends = (c.orig_h, 0, c.resp_h, c.resp_p)
        self._context.rows.add(tunnel.RECORD, tunnel.used(self._now, (None, *ends, "Tunnel::SOCKS")))
        self._is_done[True] = True

    def _answer(self, version: int, code: int, where: _Address) -> None:
        session = self._begin(version)
        session.status = _status(version, code)
        session.bound = where
        self._is_confirmed = True
        self._context.confirm("socks", self._now)
        self._is_done[False] = True


def _status(version: int, code: int) -> str:
    return _STATUS[version].get(code, f"unknown-{code}")


def _read_text(content: Reading, where: str) -> bytes:
    """A text that ends at a zero."""
    stop = content.data.find(b"\0", content.place, content.end)
    if stop < 0:
        size = content.end - content.begin
        raise out_of_bound(where, size + 1, size)
    return content.octets(where, stop + 1 - content.place)[:-1]


def _read_address(content: Reading) -> _Address:
    """An address of version 5; of an unknown kind it takes all that follows."""
    where = _Address()
    inner = content.inner()
    (kind,) = inner.numbers("SOCKS5_Address:addr_type", "B")
    if kind == _IPV4:
        where.host = address(inner.octets("SOCKS5_Address:ipv4", 4))
    elif kind == _IPV6:
        where.host = address(inner.array("SOCKS5_Address:ipv6", 4, 4))
    elif kind == _NAME:
        name = inner.inner()
        (length,) = name.numbers("Domain_Name:len", "B")
        where.name = escape.text(name.octets("Domain_Name:name", length))
        inner.place = name.place
    else:
        inner.rest()
    content.place = inner.place
    return where


def recognise(orig: bytes, resp: bytes) -> bool:
    """Whether one side asks a proxy and the other answers as one."""
    if orig[:1] == b"\x05":
        return _CLIENT_5.match(orig) is not None and _SERVER_5.match(resp) is not None
    client, server = (orig, resp) if orig[:1] == b"\x04" else (resp, orig)
    return _CLIENT_4.match(client) is not None and _SERVER_4.match(server) is not None


SOCKS = Protocol(
    "socks",
    (RECORD,),
    SocksAnalyzer,
    tcp_ports=frozenset({1080}),
    recognise=recognise,
    mutual=True,
    openings=b"\x04\x05",
)
