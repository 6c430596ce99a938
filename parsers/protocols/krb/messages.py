"""Kerberos' messages (RFC 4120, 5.4 to 5.9), each told to a listener when it has been read.

Source: Zeek, src/analyzer/protocol/krb/krb-{protocol,analyzer}.pac.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from parsers.protocols import asn1
from parsers.protocols.binpac import invalid_case
from parsers.protocols.grammar import Reading
from parsers.protocols.krb import padata
from parsers.protocols.krb.encoding import (
    address,
    count,
    element,
    encrypted_element,
    indexed,
    name,
    ticket,
    tickets,
    time,
    within,
)
from parsers.protocols.krb.padata import Certificate

_LOGIN, _LOGIN_REPLY, _TICKET, _TICKET_REPLY = 10, 11, 12, 13
_ERROR_CODE: Final = 6
_ERROR_DATA: Final = 12
_PREAUTHENTICATION_REQUIRED: Final = 25
# Where what comes before a login is found in a question, and in its answer.
_REQUEST_PADATA, _REPLY_PADATA = 3, 2
_FORWARDABLE, _RENEWABLE = 0x40000000, 0x00800000


@dataclass(slots=True)
class Request:
    """What someone asks for; `options` are whether the ticket may be forwarded, and renewed."""

    is_login: bool
    certificates: list[Certificate]
    options: tuple[bool, bool] | None = None
    client: bytes | None = None
    realm: bytes | None = None
    service: bytes | None = None
    start: int | None = None
    till: int | None = None
    has_bad_address: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """The ticket."""

    certificates: list[Certificate]
    client: bytes
    realm: bytes
    service: bytes
    cipher: int


@dataclass(slots=True)
class Error:
    """Why there is none."""

    code: int = 0
    client: bytes | None = None
    realm: bytes | None = None
    service: bytes | None = None
    text: bytes | None = None


class Listener(Protocol):
    """Who is told what was read.

    recognised  a message is well-formed as far as it is looked at
    proven      a ticket was shown to a service
    """

    def recognised(self) -> None: ...
    def proven(self) -> None: ...
    def asked(self, request: Request) -> None: ...
    def answered(self, reply: Reply) -> None: ...
    def refused(self, error: Error) -> None: ...


def read(data: bytes, listener: Listener) -> None:
    """Read one message; one that does not fit raises a BinpacError."""
    reading = Reading(data)
    tag, _ = asn1.head(reading)
    kind = tag & 0x1F
    if kind not in _READERS:
        raise invalid_case("KRB_PDU", kind)
    _READERS[kind](reading, listener)


def _read_request(reading: Reading, listener: Listener) -> None:
    asn1.head(reading)
    element(reading)
    kind = asn1.number(element(reading))
    certificates, _ = _preauthentication(reading, _REQUEST_PADATA, listener)
    asn1.head(reading)
    request = Request(kind == _LOGIN, certificates)
    while reading.left > 0:
        part = reading.inner()
        index, length = indexed(part)
        _read_wish(request, index, within(part, "KRB_REQ_Arg:data", length))
        reading.place = part.place
    listener.recognised()
    if kind in (_LOGIN, _TICKET):
        listener.asked(request)


def _read_wish(request: Request, index: int, reading: Reading) -> None:
    """One element of a request."""
    if index == 0:
        asn1.head(reading)
        _, flags = reading.numbers("KRB_KDC_Options:flags", ">BI")
        request.options = bool(flags & _FORWARDABLE), bool(flags & _RENEWABLE)
    elif index == 1:
        request.client = name(reading)
    elif index == 2:
        request.realm = asn1.content(reading)
    elif index == 3:
        request.service = name(reading)
    elif index == 4:
        request.start = time(reading)
    elif index == 5:
        request.till = time(reading)
    else:
        _read_unwritten_wish(request, index, reading)


def _read_unwritten_wish(request: Request, index: int, reading: Reading) -> None:
    """One that comes to nothing in the row."""
    if index == 6:
        time(reading)
    elif index in (7, 10):
        asn1.content(reading)
    elif index == 8:
        asn1.head(reading)
        while reading.left > 0:
            asn1.content(reading)
    elif index == 9:
        asn1.head(reading)
        while reading.left > 0:
            request.has_bad_address |= not address(reading)
    elif index == 11:
        tickets(reading)


def _read_reply(reading: Reading, listener: Listener) -> None:
    part = reading.inner()
    asn1.head(part)
    element(part)
    kind = asn1.number(element(part))
    certificates, length = _preauthentication(part, _REPLY_PADATA, listener)
    realm = asn1.content(within(part, "KRB_KDC_REP:client_realm", length))
    _, length = asn1.head(part)
    client = name(within(part, "KRB_KDC_REP:client_name", length))
    given = ticket(part)
    encrypted_element(part)
    listener.recognised()
    if kind in (_LOGIN_REPLY, _TICKET_REPLY):
        listener.answered(Reply(certificates, client, realm, given.service, given.cipher))


def _preauthentication(reading: Reading, wanted: int, listener: Listener) -> tuple[list[Certificate], int]:
    """What comes before a login, where there is any: its certificates, and the length of the element that follows."""
    index, length = indexed(reading)
    if index != wanted:
        return [], length
    part = reading.inner()
    inside = within(part, "KRB_PA_Data_Optional_Contents:padata", length)
    certificates = padata.read(inside, lambda shown: _read_proof(shown, listener))
    reading.place = part.place
    _, length = asn1.head(reading)
    return certificates, length


def _read_proof(reading: Reading, listener: Listener) -> None:
    """A ticket that is shown to a service."""
    asn1.head(reading)
    element(reading)
    element(reading)
    options = reading.inner()
    asn1.head(options)
    asn1.head(options)
    options.numbers("KRB_AP_Options:flags", ">xI")
    reading.place = options.place
    ticket(reading)
    encrypted_element(reading)
    listener.recognised()
    listener.proven()


def _read_encrypted(reading: Reading, listener: Listener) -> None:
    """A service's own proof, or something private: all that matters is encrypted."""
    element(reading)
    element(reading)
    encrypted_element(reading)
    listener.recognised()


def _read_safe(reading: Reading, listener: Listener) -> None:
    """Something signed. Zeek's grammar leaves no bytes for the signature: none has ever been well-formed."""
    element(reading)
    element(reading)
    asn1.head(reading)
    while reading.left > 0:
        part = reading.inner()
        index, length = indexed(part)
        inside = within(part, "KRB_SAFE_Arg:args", length)
        if index == 1:
            time(inside)
        elif index in (0, 2, 3):
            asn1.content(inside)
        elif index in (4, 5):
            address(inside)
        else:
            raise invalid_case("KRB_SAFE_Arg_Data", index)
        reading.place = part.place
    element(reading)
    element(reading)
    listener.recognised()


def _read_credentials(reading: Reading, listener: Listener) -> None:
    """Tickets for someone else to use."""
    element(reading)
    element(reading)
    asn1.head(reading)
    asn1.head(reading)
    tickets(reading)
    encrypted_element(reading)
    listener.recognised()


def _read_error(reading: Reading, listener: Listener) -> None:
    asn1.head(reading)
    error = Error()
    while reading.left > 0 and _read_reason(error, reading) != _ERROR_CODE:
        pass
    error.code = count(asn1.content(reading))
    while reading.left > 0:
        _read_reason(error, reading)
    listener.recognised()
    listener.refused(error)


def _read_reason(error: Error, reading: Reading) -> int:
    """One element of an error, up to its number, which is read elsewhere; gives the element's index."""
    part = reading.inner()
    index, length = indexed(part)
    inside = within(part, "KRB_ERROR_Arg:args", 0 if index == _ERROR_CODE else length)
    if index in (0, 1, 3, 5):
        asn1.content(inside)
    elif index in (2, 4):
        time(inside)
    elif index == 7:
        error.realm = asn1.content(inside)
    elif index == 8:
        error.client = name(inside)
    elif index == 9:
        asn1.content(inside)
    elif index == 10:
        error.service = name(inside)
    elif index == 11:
        error.text = asn1.content(inside)
    elif index == _ERROR_DATA:
        if error.code == _PREAUTHENTICATION_REQUIRED:
            padata.read_offers(inside)
    elif index != _ERROR_CODE:
        raise invalid_case("KRB_ERROR_Arg_Data", index)
    reading.place = part.place
    return index


_READERS: Final[dict[int, Callable[[Reading, Listener], None]]] = {
    _LOGIN: _read_request,
    _LOGIN_REPLY: _read_reply,
    _TICKET: _read_request,
    _TICKET_REPLY: _read_reply,
    14: _read_proof,
    15: _read_encrypted,
    20: _read_safe,
    21: _read_encrypted,
    22: _read_credentials,
    30: _read_error,
}
