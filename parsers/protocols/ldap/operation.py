"""What is inside LDAP's messages (RFC 4511), operation by operation.

Source: Zeek, src/analyzer/protocol/ldap/ldap.spicy.
"""

from dataclasses import dataclass, field
from typing import Final

from parsers.protocols.ldap.codes import PASSED_OVER, RESULT_ONLY, SUCCESS, Opcode
from parsers.protocols.ldap.element import (
    CONTEXT,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    SET,
    UNIVERSAL,
    Element,
    Reader,
    identifier,
    plain,
    utf8,
)
from parsers.protocols.ldap.mode import Mode, State
from parsers.protocols.ldap.search_filter import search_filter
from parsers.protocols.ldap.session import Session
from parsers.protocols.spicy import SpicyError

_SPNEGO: Final = b"GSS-SPNEGO"
_SPNEGO_MECHANISM: Final = b"1.3.6.1.5.5.2"
_MS_KERBEROS: Final = b"1.2.840.48018.1.2.2"
_START_TLS: Final = b"1.3.6.1.4.1.1466.20037"
_NTLM: Final = b"NTLMSSP"
# How the pieces of SPNEGO begin (RFC 4178).
_INIT, _CHOICE = 0x60, 0xA1
_ACCEPTED: Final = b"\x0a\x01\x00"
_SIMPLE, _SASL, _SICILY = 0, 3, (10, 11)
_CHANGES: Final = (b"add", b"delete", b"replace")


@dataclass
class Operation:
    """One message while it is read; what it says beside what its own kind tells."""

    message_id: int
    opcode: Opcode
    reader: Reader
    result: tuple[int, bytes] | None = None
    about: bytes = field(default=b"")
    argument: bytes = field(default=b"")

    def read(self, state: State, session: Session) -> None:
        """Read it to its end; a SpicyError where it does not fit."""
        opcode, reader = self.opcode, self.reader
        if opcode in RESULT_ONLY:
            self._read_result()
        elif opcode is Opcode.SEARCH_RESULT_ENTRY:
            self.about = reader.element().need_text()
            reader.element()
            session.find(self.message_id)
        elif opcode is Opcode.SEARCH_REQUEST:
            self._read_search(session)
        elif opcode is Opcode.BIND_REQUEST:
            self._read_bind(state, session)
        elif opcode is Opcode.BIND_RESPONSE:
            self._read_bind_response(state)
        elif opcode is Opcode.EXTENDED_REQUEST:
            self._read_extended(state)
        elif opcode is Opcode.EXTENDED_RESPONSE:
            self._read_extended_response(state)
        elif opcode is Opcode.MODIFY_REQUEST:
            self._read_modify()
        elif opcode is Opcode.DEL_REQUEST:
            self.about = reader.element().need_text()
        elif opcode is Opcode.ABANDON_REQUEST:
            self.about = b"%d" % reader.element().need_number()
        elif opcode in PASSED_OVER:
            reader.place = len(reader.data)
        if reader.left:
            raise SpicyError(f"&size amount not consumed: expected {len(reader.data)} bytes, got {reader.place} bytes")

    def _read_result(self) -> int:
        code = _small(self.reader.element())
        self.reader.element().need_text()
        self.result = code, self.reader.element().need_text()
        return code

    def _read_search(self, session: Session) -> None:
        reader = self.reader
        self.about = reader.element().need_text()
        scope, aliases = _small(reader.element()), _small(reader.element())
        for _ in range(2):
            reader.element().need_number()
        reader.element()
        wanted = search_filter(reader)
        reader.element()
        session.search(self.message_id, scope, aliases, self.about, wanted)

    def _read_bind(self, state: State, session: Session) -> None:
        version = self.reader.element().need_number()
        self.about = self.reader.element().need_text()
        proof = self.reader.element()
        content = proof.need_content()
        if content and proof.tag == _SIMPLE:
            self.argument = utf8(content)
        elif content and proof.tag == _SASL:
            self.argument = state.mechanism = _read_credentials(Reader(content))
        elif content and proof.tag in _SICILY:
            if not content.startswith(_NTLM):
                raise SpicyError("failed to match literal")
            self.argument = _NTLM
        session.bind(self.message_id, version, proof.tag)

    def _read_bind_response(self, state: State) -> None:
        code = self._read_result()
        if state.mechanism and code == SUCCESS:
            state.mode = Mode.MAYBE_ENCRYPTED
        given: list[bytes] = []
        while self.reader.left:
            kind, tag, length = self.reader.head()
            if (kind, tag) != (CONTEXT, 7):
                raise SpicyError("&requires failed: serverSaslCreds")
            given.append(self.reader.octets(length))
        if given and state.mechanism == _SPNEGO and _chooses_kerberos(Reader(given[0])):
            state.mode = Mode.MS_KERBEROS

    def _read_extended(self, state: State) -> None:
        kind, _, length = self.reader.head()
        if kind != CONTEXT:
            raise SpicyError("&requires failed: ($$.tag.class == ASN1::ASN1Class::ContextSpecific)")
        self.about = plain(self.reader.octets(length))
        if self.reader.left and self.reader.element(deep=False).kind != CONTEXT:
            raise SpicyError("&requires failed: ($$.head.tag.class == ASN1::ASN1Class::ContextSpecific)")
        if self.about == _START_TLS:
            state.asks_for_tls = True

    def _read_extended_response(self, state: State) -> None:
        code = self._read_result()
        for _ in range(2):
            if self.reader.left:
                entry = self.reader.element(deep=False)
                if entry.kind != CONTEXT or entry.tag not in {10, 11}:
                    raise SpicyError(f"Unhandled extended response tag {entry.tag}")
        if state.asks_for_tls and code == SUCCESS:
            state.mode = Mode.TLS

    def _read_modify(self) -> None:
        self.about = self.reader.element().need_text()
        changes = self.reader.element()
        if changes.tag != SEQUENCE:
            raise SpicyError("&requires failed: ($$.head.tag.type_ == ASN1::ASN1Type::Sequence)")
        self.argument = b",".join(_change(one) for one in changes.need_elements())


def _small(element: Element) -> int:
    """A number of eight bits."""
    number = element.need_number()
    if not 0 <= number <= 0xFF:
        raise SpicyError("integer overflow")
    return number


def _change(element: Element) -> bytes:
    """One change of an entry, as `replace(attribute=value)`."""
    parts = element.need_elements()
    if len(parts) != 2:
        raise SpicyError(f"unexpected length of changes subsequence: {len(parts)}")
    kind = parts[0].need_number()
    if not 0 <= kind < len(_CHANGES):
        raise SpicyError(f"unexpected modify operation value {kind}")
    attribute = parts[1].need_elements()
    if not attribute:
        raise SpicyError("vector index 0 out of range")
    shown = attribute[0].need_text()
    if len(attribute) > 1:
        if attribute[1].tag != SET:
            raise SpicyError(f"unexpected type for modification vals {attribute[1].tag}")
        values = attribute[1].need_elements()
        if values:
            shown += b"=" + b"".join(value.need_text() for value in values)
    return b"%s(%s)" % (_CHANGES[kind], shown)


def _read_credentials(reader: Reader) -> bytes:
    """The mechanism of SASL that a client logs in with; SPNEGO must be what it seems."""
    mechanism = reader.element(deep=False).need_text()
    if mechanism == _SPNEGO:
        _, tag, _ = reader.head()
        if tag != OCTET_STRING:
            raise SpicyError("&requires failed: ($$.tag.type_ == ASN1::ASN1Type::OctetString)")
        if _read_spnego(reader, (_INIT, _CHOICE)) == _INIT:
            kind, tag, length = reader.head()
            if (kind, tag) != (UNIVERSAL, OBJECT_IDENTIFIER) or identifier(reader.octets(length)) != _SPNEGO_MECHANISM:
                raise SpicyError('&requires failed: (self.oid.oidstring == "1.3.6.1.5.5.2")')
    return mechanism


def _read_spnego(reader: Reader, firsts: tuple[int, ...]) -> int | None:
    """The first byte of a piece of SPNEGO, whose length is passed over too; None for one of NTLM."""
    first = reader.octet()
    if first in firsts:
        reader.length()
        return first
    if reader.data.startswith(_NTLM, reader.place - 1):
        return None
    raise SpicyError("no matching case in switch statement")


def _chooses_kerberos(reader: Reader) -> bool:
    """Whether the server agrees to Microsoft's Kerberos, and the negotiation is over."""
    if _read_spnego(reader, (_CHOICE,)) is None:
        return False
    is_accepted = has_token = False
    mechanism: bytes | None = None
    for part in reader.element().need_elements():
        content = part.need_content()
        if part.tag == 0:
            is_accepted = content == _ACCEPTED
        elif part.tag == 1:
            mechanism = Reader(content).element(deep=False).need_text()
        elif part.tag == 2:
            has_token = True
        elif part.tag != 3:
            raise SpicyError(f"unhandled NegTokenResp id {part.tag}")
    return is_accepted and has_token and mechanism == _MS_KERBEROS
