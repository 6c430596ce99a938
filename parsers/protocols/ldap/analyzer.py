"""LDAP's messages (RFC 4511), plain or wrapped by SASL as far as that is not encrypted; TLS where it is started.

Source: Zeek, src/analyzer/protocol/ldap/{ldap,ldap_zeek}.spicy.
"""

from typing import Final

from parsers.limits import FRAME_BYTES
from parsers.protocols.analyzer import Context, Data, Gap
from parsers.protocols.ldap.codes import Opcode
from parsers.protocols.ldap.element import APPLICATION, INTEGER, SEQUENCE, UNIVERSAL, Reader, number
from parsers.protocols.ldap.mode import Mode, State
from parsers.protocols.ldap.operation import Operation
from parsers.protocols.ldap.session import Session
from parsers.protocols.spicy import Input, Read, SpicyAnalyzer, SpicyError

_SEQUENCE_BYTE: Final = b"\x30"
# The token of Kerberos that wraps a message (RFC 4121, 4.2.6.2), and the rest of its header.
_WRAP: Final = b"\x05\x04"
_WRAP_HEADER_BYTES: Final = 14
_SEALED: Final = 0x02
_LONG: Final = 0x80


class LdapTcpAnalyzer(SpicyAnalyzer):
    """One connection's messages, each a sequence of its number and an operation."""

    name = "ldap_tcp"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._session = Session(context)
        self._state = State()

    def finish(self, ts: int) -> None:
        self._session.finish()
        super().finish(ts)

    def read(self, is_orig: bool, stream: Input) -> Read[None]:
        while (yield from stream.has_more()):
            if self._state.mode is Mode.MAYBE_ENCRYPTED:
                yield from self._look(stream)
            if self._state.mode is Mode.TLS:
                self.pass_on("ssl", is_orig, stream.rest())
            elif self._state.mode is Mode.ENCRYPTED:
                yield from stream.skip((yield from stream.number(4)))
            elif self._state.mode is Mode.MS_KERBEROS:
                yield from self._read_wrapped(stream)
            else:
                yield from self._read_message(stream)

    def _look(self, stream: Input) -> Read[None]:
        """Whether what comes after a login is encrypted, as its first bytes show."""
        if stream.peek(1) == _SEQUENCE_BYTE:
            self._state.mode = Mode.PLAIN
            return
        mechanism = self._state.mechanism
        if not mechanism or mechanism.startswith(b"GSS"):
            yield from stream.wait_for(4)
            if int.from_bytes(stream.peek(4), "big") >= len(_WRAP):
                yield from stream.wait_for(6)
                if stream.peek(6).endswith(_WRAP):
                    self._state.mode = Mode.MS_KERBEROS
                    return
        self._state.mode = Mode.ENCRYPTED

    def _read_wrapped(self, stream: Input) -> Read[None]:
        """What Kerberos wraps: messages, unless it is encrypted."""
        length = yield from stream.number(4)
        left = length - len(_WRAP)
        if (yield from stream.octets(len(_WRAP))) != _WRAP:
            yield from stream.skip(_not_negative(left))
            return
        header = yield from stream.octets(_WRAP_HEADER_BYTES)
        is_sealed = bool(header[0] & _SEALED)
        if header[1] != 0xFF:
            raise SpicyError("failed to match literal")
        extra, rotation = int.from_bytes(header[2:4], "big"), int.from_bytes(header[4:6], "big")
        before = extra if rotation == extra else 0
        after = 0 if rotation else extra
        if rotation not in {0, extra} and not is_sealed:
            raise SpicyError(f"Unhandled rc {extra} and ec {rotation}")
        yield from stream.skip(before)
        inside = _not_negative(left - _WRAP_HEADER_BYTES - before - after)
        if is_sealed or inside > FRAME_BYTES:
            yield from stream.skip(inside)
        else:
            messages = Input((yield from stream.octets(inside)), is_closed=True)
            while len(messages):
                yield from self._read_message(messages)
        yield from stream.skip(after)

    def _read_message(self, stream: Input) -> Read[None]:
        kind, tag, length = yield from _head(stream)
        if (kind, tag) != (UNIVERSAL, SEQUENCE):
            raise SpicyError("&requires failed: seqHeader")
        begin = stream.offset
        kind, tag, size = yield from _head(stream)
        if (kind, tag) != (UNIVERSAL, INTEGER):
            raise SpicyError("&requires failed: messageID_header")
        message_id = number((yield from stream.octets(min(size, 9))), signed=True)
        kind, tag, size = yield from _head(stream)
        if kind != APPLICATION:
            raise SpicyError("&requires failed: ($$.tag.class == ASN1::ASN1Class::Application)")
        try:
            opcode = Opcode(tag)
        except ValueError:
            raise SpicyError("no matching case in switch statement") from None
        if size > FRAME_BYTES:
            yield from stream.skip(size)
        else:
            content = yield from stream.octets(size)
            self._read_operation(Operation(message_id, opcode, Reader(content)))
        rest = length - (stream.offset - begin)
        if rest < 0:
            raise SpicyError("&requires failed: (self.msgLen >= (self.offset() - self.seqHeaderLen))")
        yield from stream.skip(rest)
        self.confirm()

    def _read_operation(self, operation: Operation) -> None:
        session = self._session
        session.now = self.now
        operation.read(self._state, session)
        about, argument = operation.about, operation.argument
        session.end_message(operation.message_id, operation.opcode, operation.result, about, argument)


class LdapUdpAnalyzer(LdapTcpAnalyzer):
    """The messages of datagrams, each of which has whole ones."""

    name = "ldap_udp"

    def deliver(self, data: Data) -> None:
        self.deliver_datagram(data)

    def gap(self, gap: Gap) -> None:
        """A datagram is whole or not at all."""


def _head(stream: Input) -> Read[tuple[int, int, int]]:
    """Class, tag and length of an element."""
    first = yield from stream.number(1)
    length = yield from stream.number(1)
    if length & _LONG:
        length = number((yield from stream.octets(length & ~_LONG)))
    return first >> 6, first & 0x1F, length


def _not_negative(length: int) -> int:
    if length < 0:
        raise SpicyError("integer overflow")
    return length
