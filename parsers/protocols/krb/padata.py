"""Pre-authentication (RFC 4120, 5.2.7): what comes with a request before anyone is let in; with it, certificates.

Source: Zeek, src/analyzer/protocol/krb/krb-padata.pac.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from parsers.protocols import asn1
from parsers.protocols.grammar import Reading
from parsers.protocols.krb.encoding import element, encrypted, within

_SEQUENCE: Final = 0x30
_TICKET_SHOWN, _ENCRYPTED_TIME, _SALT = 1, 2, 3
# PKINIT (RFC 4556): the heads of what lies around what is signed, in a question and in an answer.
_CERTIFICATES: Final = {16: ("KRB_PA_PK_AS_Req", 4, True), 17: ("KRB_PA_PK_AS_Rep", 5, False)}
_CIPHERS: Final = {11: "pf_enctype_info", 19: "pf_enctype_info2"}
# A list of ciphers that is longer has a salt with its first.
_CIPHER_BYTES: Final = 7


@dataclass(frozen=True, slots=True)
class Certificate:
    """The first one of those that come with a signature, whoever sent it: `is_orig` says whose it is to be."""

    data: bytes
    is_orig: bool


def read(reading: Reading, read_ticket: Callable[[Reading], None]) -> list[Certificate]:
    """The certificates among all elements; a ticket that is shown is passed on to be read."""
    found: list[Certificate] = []
    if _is_sequence(reading):
        while reading.left > 0:
            part = reading.inner()
            kind, length = _element(part)
            inside = part.inner()
            _read_element(inside, kind, length, found, read_ticket)
            reading.place = inside.place
    return found


def read_offers(reading: Reading) -> None:
    """The elements of an error, which say what a server would take."""
    if _is_sequence(reading):
        while reading.left > 0:
            part = reading.inner()
            _, length = _element(part)
            part.octets("KRB_PA_Data:pa_data_placeholder", length)
            reading.place = part.place


def _is_sequence(reading: Reading) -> bool:
    """Whether elements follow; some send a string in their place."""
    tag, length = asn1.head(reading)
    if tag != _SEQUENCE:
        reading.inner().octets("KRB_PA_Data_Container:unknown", length)
    return tag == _SEQUENCE


def _element(part: Reading) -> tuple[int, int]:
    """The kind of an element and the length of what it holds."""
    asn1.head(part)
    kind = asn1.number(element(part))
    _, length = asn1.head(part)
    return kind, length


def _read_element(
    reading: Reading, kind: int, length: int, found: list[Certificate], read_ticket: Callable[[Reading], None]
) -> None:
    """What one element holds; two kinds end where they end, whatever the length says."""
    if kind == _TICKET_SHOWN:
        asn1.head(reading)
        asn1.head(reading)
        read_ticket(reading)
    elif kind == _SALT:
        asn1.content(reading)
    elif kind == _ENCRYPTED_TIME:
        encrypted(within(reading, "KRB_PA_Data_Element:pa_enc_ts", length))
    elif kind in _CERTIFICATES:
        where, heads, is_orig = _CERTIFICATES[kind]
        field = "pa_pk_as_req" if is_orig else "pa_pk_as_rep"
        signed = within(reading, f"KRB_PA_Data_Element:{field}", length)
        found.append(Certificate(_certificate(signed, where, heads), is_orig))
    elif kind in _CIPHERS:
        _read_ciphers(within(reading, f"KRB_PA_Data_Element:{_CIPHERS[kind]}", length))
    else:
        asn1.content(within(reading, "KRB_PA_Data_Element:unknown", length))


def _certificate(reading: Reading, where: str, heads: int) -> bytes:
    """The certificate in something signed (RFC 5652, 5.1); whatever stands in its place, where there is none."""
    for _ in range(heads):
        asn1.head(reading)
    asn1.content(reading)
    asn1.head(reading)
    asn1.head(reading)
    for _ in range(3):
        asn1.content(reading)
    _, length = asn1.head(reading)
    return reading.octets(f"{where}:cert", length)


def _read_ciphers(reading: Reading) -> None:
    asn1.head(reading)
    _, length = asn1.head(reading)
    asn1.head(reading)
    asn1.content(reading)
    salt = 0
    if length > _CIPHER_BYTES:
        asn1.head(reading)
        _, salt = asn1.head(reading)
    reading.octets("KRB_PA_ENCTYPE_INFO:salt", salt)
