"""The units of DCE-RPC over connections (C706, 12.6.3; MS-RPCE 2.2.2), of either byte order.

Source: Zeek, src/analyzer/protocol/dce-rpc/dce_rpc-protocol.pac. What does not fit is not told by Zeek.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from parsers.protocols.binpac import BinpacError, not_enforced
from parsers.protocols.grammar import Reading

HEADER_BYTES: Final = 16
REQUEST, RESPONSE, BIND, BIND_ACK, ALTER_CONTEXT, ALTER_CONTEXT_RESP = 0, 2, 11, 12, 14, 15
_VERSION: Final = 5
_AUTH_HEAD_BYTES: Final = 8
_SYNTAX_BYTES: Final = 20
_RESULT_BYTES: Final = 24


@dataclass(slots=True)
class Header:
    """What every unit begins with; `order` is the byte order as `struct` writes it."""

    kind: int
    flags: int
    order: str
    length: int
    auth_length: int
    call_id: int

    @property
    def is_first(self) -> bool:
        return bool(self.flags & 1)

    @property
    def is_last(self) -> bool:
        return bool(self.flags & 2)

    @property
    def has_object(self) -> bool:
        return bool(self.flags & 0x80)


def header(raw: bytes) -> Header:
    """The first HEADER_BYTES of a unit."""
    if raw[0] != _VERSION:
        raise not_enforced("DCE_RPC_Header:rpc_vers")
    order = "<" if raw[4] >> 4 else ">"
    numbers = Reading(raw, 8).numbers("DCE_RPC_Header", order + "HHI")
    return Header(raw[2], raw[3], order, *numbers)


def body_length(head: Header) -> int:
    """How many bytes stand between the header and what authenticates the unit."""
    return head.length - HEADER_BYTES - head.auth_length - (_AUTH_HEAD_BYTES if head.auth_length else 0)


def auth(head: Header, unit: Reading) -> tuple[int, bytes]:
    """The kind of what authenticates a unit, and its token."""
    kind, _ = unit.numbers("DCE_RPC_Auth:context_id", "<B7s")
    return kind, unit.octets("DCE_RPC_Auth:blob", head.auth_length)


def wanted_contexts(head: Header, body: Reading) -> Iterator[tuple[int, str]]:
    """The interfaces that a client wants, each with the number that it will go by."""
    body.numbers("DCE_RPC_Bind:assoc_group_id", head.order + "HHI")
    (count,) = body.numbers("ContextList:reserved", "<B3x")
    if count > body.left:
        raise BinpacError("ContextList:request_contexts")
    for _ in range(count):
        number, syntaxes, uuid = body.numbers("ContextRequest:abstract_syntax", head.order + "HBx16s4x")
        body.array("ContextRequest:transfer_syntaxes", syntaxes, _SYNTAX_BYTES)
        yield number, uuid_text(uuid)


def accepted_address(head: Header, body: Reading) -> bytes:
    """Where the server says that it listens; what it says of each wanted interface must be there too."""
    begin = body.place
    *_, length = body.numbers("DCE_RPC_Bind_Ack:sec_addr_length", head.order + "HHIH")
    address = body.octets("DCE_RPC_Bind_Ack:sec_addr", length)
    body.place += -(body.place - begin) % 4
    (count,) = body.numbers("ContextList:reserved", "<B3x")
    body.array("ContextList:reply_contexts", count, _RESULT_BYTES)
    return address.removesuffix(b"\0")


def call(head: Header, body: Reading) -> tuple[int, int]:
    """The number of the interface in a request, and that of its operation."""
    _, context_id, operation = body.numbers("DCE_RPC_Request:opnum", head.order + "IHH")
    if head.has_object:
        body.octets("DCE_RPC_Request:uuid", 16)
    return context_id, operation


def answer(head: Header, body: Reading) -> int:
    """The number of the interface in a response."""
    _, context_id = body.numbers("DCE_RPC_Response:reserved", head.order + "IH2x")
    return int(context_id)


def uuid_text(raw: bytes) -> str:
    """A UUID as Zeek writes it, whatever the byte order of its unit."""
    shown = (raw[3::-1] + raw[5:3:-1] + raw[7:5:-1] + raw[8:]).hex()
    return f"{shown[:8]}-{shown[8:12]}-{shown[12:16]}-{shown[16:20]}-{shown[20:]}"
