"""TLS and SSL 3.0 over a stream: records found, those that are encrypted passed over.

Source: RFC 8446, section 5; Zeek, src/analyzer/protocol/ssl/ssl-protocol.pac, ssl-analyzer.pac.
"""

from bisect import bisect_right
from typing import Final

from parsers.protocols.analyzer import Context, Data, Gap
from parsers.protocols.binpac import BinpacError
from parsers.protocols.ssl import names, v2
from parsers.protocols.ssl.layer import APPLICATION_DATA, Layer
from parsers.protocols.ssl.wire import MessageError

_HEADER: Final = 5
_TLS_VERSIONS: Final = frozenset({names.SSL3, names.TLS10, names.TLS11, names.TLS12})
_STREAM_VERSIONS: Final = _TLS_VERSIONS | {names.SSL2}


class _Flow:
    """One direction: the header and the kind of the record that is open, how much of it is still to come.

    `held` has the bytes of what is incomplete; of a record whose contents do not matter they are not kept.
    """

    __slots__ = ("header", "held", "kind", "missing", "opaque")

    def __init__(self) -> None:
        self.header = b""
        self.held = bytearray()
        self.kind = 0
        self.missing = 0
        self.opaque = False


class Tls(Layer):
    """The analyser of SSL and TLS on a TCP connection, or inside another protocol."""

    name = "ssl"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.transport = "q" if context.connection.proto == "udp" else "t"
        self.done = context.connection.partial
        self._flows = {True: _Flow(), False: _Flow()}
        # The version of the record layer: the first record's, for both directions; 0 while there is none.
        self._layer = 0

    def gap(self, gap: Gap) -> None:  # noqa: ARG002
        """A hole ends what can be read, in both directions."""
        self.done = True

    def deliver(self, data: Data) -> None:
        """Read the records that are whole now."""
        if self.done:
            return
        flow = self._flows[data.is_orig]
        place, end = 0, len(data.data)
        while place < end and not self.done:
            try:
                place = self._advance(flow, data, place, end)
            except BinpacError as error:
                self.violate(str(error))
                self.done = True
            if self.violated:
                end = min(end, data.ends[bisect_right(data.ends, place - 1)])
        if self.violated:
            self.done = True

    def _advance(self, flow: _Flow, data: Data, place: int, end: int) -> int:
        """Take what is there of a record: its header, its body, or as much of them as there is; where it ended."""
        if not flow.header:
            stop = place + _HEADER - len(flow.held)
            header = self._take(flow, data.data, place, stop, end)
            if header is None:
                return end
            self.session.now = data.time_of(stop - 1)
            self._open(flow, header, data.is_orig)
            place = stop
        if not flow.header:
            return place
        if flow.opaque:
            step = min(flow.missing, end - place)
            flow.missing -= step
            if not flow.missing:
                self._pass(flow, data, place + step)
            return place + step
        stop = place + flow.missing - len(flow.held)
        body = self._take(flow, data.data, place, stop, end)
        if body is None:
            return end
        header, flow.header = flow.header, b""
        self.session.now = data.time_of(stop - 1)
        self._read(header, flow.kind, body, data.is_orig)
        return stop

    @staticmethod
    def _take(flow: _Flow, data: bytes, place: int, stop: int, end: int) -> bytes | None:
        """What is held and the bytes up to `stop`; None when they are not there yet: then they are held too."""
        if stop > end:
            flow.held += data[place:end]
            return None
        if not flow.held:
            return data[place:stop]
        taken = bytes(flow.held + data[place:stop])
        flow.held.clear()
        return taken

    def _open(self, flow: _Flow, header: bytes, is_orig: bool) -> None:
        """A record's header decides whether its body matters."""
        layer = self._recognise(header, is_orig)
        if not layer:
            self.done = True
            return
        if layer == names.SSL2:
            flow.kind, flow.missing = v2.KIND + header[2], ((header[0] & 0x7F) << 8 | header[1]) - 3
            if flow.missing < 0:
                raise MessageError
        else:
            flow.kind, flow.missing = header[0], header[3] << 8 | header[4]
        flow.opaque = flow.kind == APPLICATION_DATA or self.encrypted[is_orig]
        # A record without contents says nothing.
        flow.header = header if flow.missing else b""

    def _pass(self, flow: _Flow, data: Data, place: int) -> None:
        """The end of a record whose contents do not matter."""
        flow.header = b""
        self.session.now = data.time_of(place - 1)
        if self._is_encrypted(flow.kind, data.is_orig):
            self.ciphertext(is_orig=data.is_orig)
        else:
            self.session.early_data()

    def _read(self, header: bytes, kind: int, body: bytes, is_orig: bool) -> None:
        while body and not self.done:
            if self._is_encrypted(kind, is_orig):
                self.ciphertext(is_orig=is_orig)
                return
            if kind >= v2.KIND:
                v2.read(self, header, kind, body, is_orig=is_orig)
                return
            body = body[self.plaintext(kind, body, is_orig=is_orig) :]

    def _is_encrypted(self, kind: int, is_orig: bool) -> bool:
        # What a server of TLS 1.3, or of something later that nobody knows, sends as data is encrypted.
        if kind == APPLICATION_DATA and self.handshake.version not in _STREAM_VERSIONS:
            return True
        return self.encrypted[is_orig]

    def handshake_record(self, body: bytes, is_orig: bool) -> None:
        self.handshake.feed(body, is_orig=is_orig)

    def _recognise(self, header: bytes, is_orig: bool) -> int:
        """The version of a record's layer; 0 when Zeek would look at no other record."""
        if self.skipping:
            return 0
        kind, version = header[0], header[1] << 8 | header[2]
        if self._layer == names.SSL2:
            return names.SSL2
        if self._layer:
            if version not in _TLS_VERSIONS:
                raise MessageError(f"Invalid version late in TLS connection. Packet reported version: {version}")
            return self._layer
        if kind & 0x80:
            return self._recognise_ssl2(header, is_orig)
        if version not in _TLS_VERSIONS:
            raise MessageError(f"Invalid version in TLS connection. Version: {version}")
        if not 20 <= kind <= 30:
            raise MessageError(f"Invalid type in TLS connection. Version: {version}, Type: {kind}")
        self._layer = version
        return version

    def _recognise_ssl2(self, header: bytes, is_orig: bool) -> int:
        kind, version = header[2], header[3] << 8 | header[4]
        if kind == v2.CLIENT_HELLO and is_orig:
            if version not in _STREAM_VERSIONS:
                raise MessageError(f"Invalid version in SSL client hello. Version: {version}")
            return names.SSL2
        if kind == v2.SERVER_HELLO and header[4] < 2 and not is_orig:
            self._layer = names.SSL2
            return names.SSL2
        _, first, second, third, _ = header
        raise MessageError(f"Invalid headers in SSL connection. Head1: {first}, head2: {second}, head3: {third}")
