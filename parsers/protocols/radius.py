"""RADIUS (RFC 2865): radius.log, a row for each time that someone asks to be let in.

Source: Zeek, scripts/base/protocols/radius/main.zeek, src/analyzer/protocol/radius/radius-{protocol,analyzer}.pac.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

from parsers import escape
from parsers.protocols.analyzer import Context, Data, Protocol
from parsers.protocols.binpac import BinpacError
from parsers.protocols.datagrams import DatagramAnalyzer
from parsers.protocols.grammar import Reading
from parsers.schema import CONNECTION, Field, Record, Row, ranked

RECORD = Record(
    "radius",
    "Someone who asked a network's access server to be let in, and its answer.",
    "#e0a3b4",
    (
        *ranked(CONNECTION, {"id.resp_p": 0}),
        Field("username", "string", "Who asks.", 4),
        Field("mac", "string", "The hardware address of the machine that asks, where the request has one.", 5),
        Field("framed_addr", "addr", "The address that the machine is offered.", 7),
        Field("tunnel_client", "string", "Where the machine's end of a tunnel is, for a VPN."),
        Field("connect_info", "string", "What kind of connection it is: its speed, its link."),
        Field("reply_msg", "string", "What the server says to the user."),
        Field(
            "result",
            "string",
            "What came of it: success, failed, or unknown where no answer was seen.",
            6,
            repeats=True,
        ),
        Field("ttl", "interval", "The time from the request to the answer."),
    ),
)

_REQUEST, _ACCEPT, _REJECT, _CHALLENGE = 1, 2, 3, 11
_RESULTS: Final = {_ACCEPT: "success", _REJECT: "failed"}
_USER_NAME, _FRAMED_ADDRESS, _REPLY_MESSAGE, _CALLING_STATION = 1, 8, 18, 31
_TUNNEL_CLIENT, _CONNECT_INFO = 66, 77
_AUTHENTICATOR_BYTES: Final = 16
_NO_HEX_DIGITS: Final = re.compile(rb"[^0-9A-Fa-f]+")
_MAC_DIGITS: Final = (12, 16)


@dataclass(slots=True)
class _Session:
    """One row while it comes together."""

    ts: int
    username: str | None = None
    mac: str | None = None
    framed_addr: str | None = None
    tunnel_client: str | None = None
    connect_info: str | None = None
    reply_msg: str | None = None

    def ask(self, attributes: dict[int, bytes]) -> None:
        """What a request says; a later one adds only what is still unknown."""
        if self.username is None:
            self.username = _text(attributes, _USER_NAME)
        if self.mac is None and _CALLING_STATION in attributes:
            self.mac = normalized_mac(attributes[_CALLING_STATION])
        if self.tunnel_client is None:
            self.tunnel_client = _text(attributes, _TUNNEL_CLIENT)
        if self.connect_info is None:
            self.connect_info = _text(attributes, _CONNECT_INFO)

    def challenge(self, attributes: dict[int, bytes]) -> None:
        if self.framed_addr is None and _FRAMED_ADDRESS in attributes:
            address = attributes[_FRAMED_ADDRESS][:4]
            self.framed_addr = str(IPv4Address(address if len(address) == 4 else 0))
        if self.reply_msg is None:
            self.reply_msg = _text(attributes, _REPLY_MESSAGE)

    def cells(self, result: str, ttl: int | None) -> Row:
        return (
            self.username,
            self.mac,
            self.framed_addr,
            self.tunnel_client,
            self.connect_info,
            self.reply_msg,
            result,
            ttl,
        )


class RADIUS(DatagramAnalyzer):
    """The messages of one connection; each datagram is one."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._session: _Session | None = None

    def deliver(self, data: Data) -> None:
        try:
            attributes = _attributes(data.data)
        except BinpacError as error:
            self._context.reject("radius", data.ts, str(error))
            return
        self._context.confirm("radius", data.ts)
        if self._session is None:
            self._session = _Session(data.ts)
        session, code = self._session, data.data[0]
        if code == _REQUEST:
            session.ask(attributes)
        elif code == _CHALLENGE:
            session.challenge(attributes)
        elif code in _RESULTS:
            self._write(session, _RESULTS[code], data.ts - session.ts or None)

    def finish(self, ts: int) -> None:  # noqa: ARG002
        if self._session is not None:
            self._write(self._session, "unknown", None)

    def _write(self, session: _Session, result: str, ttl: int | None) -> None:
        self._session = None
        self._context.rows.add(RECORD, (session.ts, *self._context.connection.head, *session.cells(result, ttl)))


def _attributes(data: bytes) -> dict[int, bytes]:
    """The first attribute of each code; raises BinpacError where they do not fill the datagram."""
    reading = Reading(data)
    reading.numbers("RADIUS_PDU:length", ">BBH")
    reading.octets("RADIUS_PDU:authenticator", _AUTHENTICATOR_BYTES)
    found: dict[int, bytes] = {}
    while reading.left:
        part = reading.inner()
        code, length = part.numbers("RADIUS_Attribute:length", "BB")
        found.setdefault(code, part.octets("RADIUS_Attribute:value", length - part.offset))
        reading.place = part.place
    return found


def _text(attributes: dict[int, bytes], code: int) -> str | None:
    return escape.text(attributes[code]) if code in attributes else None


def normalized_mac(text: bytes) -> str:
    """A hardware address however it was written; empty when it is none (Zeek: scripts/base/utils/addrs.zeek)."""
    digits = _NO_HEX_DIGITS.sub(b"", text)
    return bytes.fromhex(digits.decode()).hex(":") if len(digits) in _MAC_DIGITS else ""


PROTOCOL = Protocol("radius", (RECORD,), RADIUS, udp_ports=frozenset({1812}), transports=frozenset({"udp"}))
