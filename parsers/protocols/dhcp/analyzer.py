"""DHCP on one connection: what each message says, for the row of its transaction.

Source: Zeek, src/analyzer/protocol/dhcp/dhcp-analyzer.pac, scripts/base/protocols/dhcp/{main.zeek,dpd.sig}.
"""

from ipaddress import IPv4Address
from typing import Any, Final

from parsers import escape
from parsers.protocols.analyzer import Context, Data
from parsers.protocols.binpac import BinpacError
from parsers.protocols.datagrams import DatagramAnalyzer
from parsers.protocols.dhcp.message import (
    CLIENT_ID,
    COOKIE,
    DOMAIN_NAME,
    FQDN,
    HOST_NAME,
    LEASE,
    MESSAGE,
    REQUESTED,
    Flow,
    Message,
)
from parsers.protocols.dhcp.record import MESSAGES, TOLD
from parsers.protocols.grammar import int32

_TYPES: Final = (
    "DISCOVER",
    "OFFER",
    "REQUEST",
    "DECLINE",
    "ACK",
    "NAK",
    "RELEASE",
    "INFORM",
    "FORCERENEW",
    "LEASEQUERY",
    "LEASEUNASSIGNED",
    "LEASEUNKNOWN",
    "LEASEACTIVE",
    "BULKLEASEQUERY",
    "LEASEQUERYDONE",
    "ACTIVELEASEQUERY",
    "LEASEQUERYSTATUS",
    "TLS",
)
_CLIENT_PORT, _SERVER_PORT = 68, 67
_NOWHERE, _EVERYWHERE = "0.0.0.0", "255.255.255.255"  # noqa: S104  nothing is bound
_NO_ADDRESS: Final = bytes(4)
_ETHERNET: Final = 1
_SECOND: Final = 1_000_000_000
_MAC_BYTES, _LONG_MAC_BYTES = 6, 8
_COOKIE_BYTES, _COOKIE_PLACE = COOKIE.to_bytes(4, "big"), 236


class DHCP(DatagramAnalyzer):
    """The messages of one connection; each datagram is one."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._flows = {True: Flow(), False: Flow()}

    def deliver(self, data: Data) -> None:
        context, ts = self._context, data.ts
        try:
            message = self._flows[data.is_orig].read(data.data)
        except BinpacError as error:
            context.reject("dhcp", ts, str(error))
            return
        if message.cookie == COOKIE:
            self._tell(message, ts, data.is_orig)
            context.confirm("dhcp", ts)
        if not message.kind:
            context.reject("dhcp", ts, "no DHCP message type option")
        if message.cookie != COOKIE:
            context.reject("dhcp", ts, f"bad cookie ({int32(message.cookie)})")

    def _tell(self, message: Message, ts: int, is_orig: bool) -> None:
        connection = self._context.connection
        from_client = connection.orig_h == _NOWHERE or connection.orig_p == _CLIENT_PORT
        is_client = is_orig and (from_client or connection.resp_p == _SERVER_PORT)
        if is_client:
            told = _of_client(message, connection.orig_h)
        else:
            told = _of_server(message, connection.orig_h if is_orig else connection.resp_h)
        kind = _TYPES[message.kind - 1] if 0 < message.kind <= len(_TYPES) else f"unknown-message-type-{message.kind}"
        chaddr = None if "mac" in told else mac(message.chaddr)
        cells = (told.get(name) for name in TOLD)
        self._context.rows.add(MESSAGES, (ts, connection.uid, message.xid, kind, is_client, chaddr, *cells))


def recognise(orig: bytes, resp: bytes) -> bool:
    """Whether a datagram has DHCP's cookie in its place."""
    return (orig or resp)[_COOKIE_PLACE : _COOKIE_PLACE + 4] == _COOKIE_BYTES


def mac(address: bytes) -> str:
    """A hardware address of six or eight bytes as text; empty when it has fewer (Zeek: src/net_util.cc, fmt_mac)."""
    if len(address) != _MAC_BYTES and len(address) < _LONG_MAC_BYTES:
        return ""
    is_long = any(address[_MAC_BYTES:_LONG_MAC_BYTES])
    return address[: _LONG_MAC_BYTES if is_long else _MAC_BYTES].hex(":")


def _of_client(message: Message, sender: str) -> dict[str, Any]:
    options = message.options
    told: dict[str, Any] = {}
    if sender not in (_NOWHERE, _EVERYWHERE):
        told["client_addr"] = sender
    if CLIENT_ID in options and options[CLIENT_ID][0] == _ETHERNET:
        told["mac"] = mac(options[CLIENT_ID][1:])
    if FQDN in options:
        told["client_fqdn"] = escape.text(options[FQDN][3:])
    if REQUESTED in options:
        told["requested_addr"] = str(IPv4Address(options[REQUESTED]))
    for name, code in (("host_name", HOST_NAME), ("client_message", MESSAGE)):
        if code in options:
            told[name] = escape.text(options[code])
    return told


def _of_server(message: Message, sender: str) -> dict[str, Any]:
    options = message.options
    told: dict[str, Any] = {}
    if message.yiaddr != _NO_ADDRESS:
        told["server_addr"] = sender
        told["assigned_addr"] = str(IPv4Address(message.yiaddr))
    if DOMAIN_NAME in options:
        told["domain"] = escape.text(_domain(options[DOMAIN_NAME]))
    if LEASE in options:
        told["lease_time"] = int.from_bytes(options[LEASE], "big") * _SECOND
    if MESSAGE in options:
        told["server_message"] = escape.text(options[MESSAGE])
    return told


def _domain(name: bytes) -> bytes:
    """Without zeros at its end; Zeek finds nothing in a name of a single byte."""
    name = name.rstrip(b"\0")
    return name if len(name) > 1 else b""
