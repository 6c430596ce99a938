"""DTLS: records in datagrams, handshake messages in fragments.

Source: RFC 6347, RFC 9147; Zeek, src/analyzer/protocol/ssl/dtls-*.pac, DTLS.cc.
"""

from dataclasses import dataclass
from typing import Final

from parsers.limits import DTLS_HANDSHAKE_BYTES, DTLS_VERSION_ERRORS
from parsers.protocols.analyzer import Context, Data, Gap
from parsers.protocols.binpac import BinpacError, out_of_bound
from parsers.protocols.ssl import names
from parsers.protocols.ssl.layer import Layer
from parsers.protocols.ssl.wire import u24

_HEADER: Final = 13
_FRAGMENT_HEADER: Final = 12
_STUN: Final = b"\x21\x12\xa4\x42"
_WINDOW: Final = 32


@dataclass(slots=True)
class _Message:
    """A handshake message of which fragments have come; `seen` are their record numbers."""

    number: int
    buffer: bytearray
    first: int
    seen: set[int]
    last: int = 0
    has_first: bool = False


class Dtls(Layer):
    """The analyser of DTLS on UDP; each `Data` is a datagram."""

    name = "dtls"
    transport = "d"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._messages: dict[bool, _Message | None] = {True: None, False: None}
        self._confirmed = False
        self._wrong_versions = 0
        self._reported = False
        self._record = 0

    def confirm(self) -> None:
        self._confirmed = True
        super().confirm()

    def gap(self, gap: Gap) -> None:
        """Datagrams have no gaps."""

    def deliver(self, data: Data) -> None:
        """Read the records of each datagram."""
        start = 0
        for end, ts in zip(data.ends, data.times, strict=True):
            datagram = data.data[start:end]
            start = end
            if self.done or self.skipping:
                return
            if len(datagram) > 20 and datagram[4:8] == _STUN:
                continue
            self.session.now = ts
            try:
                self._datagram(datagram, data.is_orig)
            except BinpacError as error:
                self.violate(str(error))
            if self.violated:
                self.done = True

    def _datagram(self, datagram: bytes, is_orig: bool) -> None:
        place, end = 0, len(datagram)
        while place < end and not self.done:
            if self.handshake.version == names.DTLS13 and datagram[place] & 0xE0 == 0x20:
                # A record of DTLS 1.3 that is encrypted, with the short header; nothing follows it.
                self._unified(datagram, place, end)
                self.ciphertext(is_orig=is_orig)
                return
            if place + _HEADER > end:
                raise out_of_bound("SSLRecord:length", _HEADER - 1, end - place - 1)
            version = datagram[place + 1] << 8 | datagram[place + 2]
            start = place + _HEADER
            if not self._accepts(version):
                return
            stop = start + (datagram[start - 2] << 8 | datagram[start - 1])
            if stop > end:
                raise out_of_bound("SSLRecord:rec", stop - place - 1, end - place - 1)
            self._record = int.from_bytes(datagram[place + 5 : place + 11], "big")
            encrypted = datagram[place + 3 : place + 5] != b"\x00\x00"
            self._contents(datagram[place], datagram[start:stop], is_orig, encrypted)
            place = stop

    def _unified(self, datagram: bytes, place: int, end: int) -> None:
        first, given = datagram[place], end - place - 1
        if first & 0x10:
            return
        size = 1 + bool(first & 0x08)
        if size > given:
            raise out_of_bound("UnifiedRecord:sequence_number", size, given)
        if first & 0x04 and size + 2 > given:
            raise out_of_bound("UnifiedRecord:length", size + 2, given)

    def _contents(self, kind: int, body: bytes, is_orig: bool, encrypted: bool) -> None:
        while body and not self.done:
            if encrypted:
                self._pass(is_orig)
                return
            body = body[self.plaintext(kind, body, is_orig=is_orig) :]

    def _pass(self, is_orig: bool) -> None:
        # Unlike a stream's, a record with a later epoch does not say that its side has switched.
        if self.encrypted[is_orig]:
            self.ciphertext(is_orig=is_orig)

    def _accepts(self, version: int) -> bool:
        if version in (names.DTLS10, names.DTLS12):
            if self._confirmed:
                self._wrong_versions = 0
            return True
        self._wrong_versions += 1
        if self._wrong_versions > DTLS_VERSION_ERRORS:
            self.skip()
        if self._confirmed and not self._reported:
            self._reported = True
            self.violate(f"Invalid version in DTLS connection. Packet reported version: {version}")
        return False

    def handshake_record(self, body: bytes, is_orig: bool) -> None:
        if len(body) < _FRAGMENT_HEADER:
            raise out_of_bound("Handshake:fragment_length", _FRAGMENT_HEADER, len(body))
        length = u24(body, 1, 4)
        offset, size = u24(body, 6, 9), u24(body, 9, 12)
        contents = body[_FRAGMENT_HEADER:]
        if offset == 0 and size == length:
            self._forward(body[0], length, contents, is_orig)
            return
        if length > DTLS_HANDSHAKE_BYTES:
            self.violate(f"DTLS record length {length} larger than allowed maximum.")
            return
        message = self._messages[is_orig]
        number = body[4] << 8 | body[5]
        if message is None or message.number != number or len(message.buffer) != length:
            message = self._messages[is_orig] = _Message(number, bytearray(length), self._record, set())
        if abs(message.first - self._record) >= _WINDOW:
            self.violate("DTLS handshake fragment sequence number outside reassembly window.")
            return
        if self._record < message.first and message.has_first:
            self.violate("Saw second and different first message fragment for handshake.")
            return
        self._gather(message, body[0], offset, size, contents, is_orig)

    def _gather(self, message: _Message, kind: int, offset: int, size: int, contents: bytes, is_orig: bool) -> None:
        """Put a fragment into its place; a message that is whole goes on."""
        message.first = min(message.first, self._record)
        message.has_first = message.has_first or offset == 0
        if self._record in message.seen:
            return
        length = len(message.buffer)
        if len(contents) != size:
            self.violate("DTLS handshake record length does not match packet length")
            return
        if offset + size > length:
            self.violate("DTLS handshake fragment trying to write past end of buffer")
            return
        message.seen.add(self._record)
        message.buffer[offset : offset + size] = contents
        if offset + size == length:
            message.last = self._record
        if not message.last or not message.has_first:
            return
        if message.last - message.first > _WINDOW - 2:
            self.violate("DTLS Message fragmented over more than 30 pieces. Cannot reassemble.")
        elif message.seen.issuperset(range(message.first, message.last + 1)):
            self._forward(kind, length, bytes(message.buffer), is_orig)

    def _forward(self, kind: int, length: int, contents: bytes, is_orig: bool) -> None:
        self.handshake.feed(bytes((kind,)) + length.to_bytes(3, "big") + contents, is_orig=is_orig)
