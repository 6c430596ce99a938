"""The frames of a WebSocket (RFC 6455, 5), and what travels in them.

Source: Zeek, src/analyzer/protocol/websocket/{WebSocket.cc,websocket-protocol.pac,websocket-analyzer.pac}.
"""

from typing import Final

from parsers.limits import WEBSOCKET_CHUNK_BYTES, WEBSOCKET_CONTROL_BYTES
from parsers.protocols.analyzer import Analyzer, Context, Data
from parsers.protocols.binpac import BinpacError, not_enforced, out_of_bound
from parsers.protocols.framed import Framed, Frames
from parsers.protocols.websocket.handshake import SHARED, SOURCE, Handshake
from parsers.protocols.websocket.record import RECORD

_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10
_CONTENT, _CONTROL = frozenset({_TEXT, _BINARY}), frozenset({_CLOSE, _PING, _PONG})
_LAST, _MASKED = 0x80, 0x80
_STATUS_BYTES: Final = 2


class WebsocketAnalyzer(Framed):
    """One WebSocket from its first frame on; what is inside is another protocol's, as its bytes show."""

    name = "websocket"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._content: Analyzer | None = context.hand_over("")
        handshake = context.shared.get(SHARED)
        if isinstance(handshake, Handshake):
            for name, addl in handshake.weirds():
                context.weird(name, handshake.ts, addl, SOURCE)
            context.rows.add(RECORD, handshake.row(context.connection))

    def finish(self, ts: int) -> None:
        if self._content is not None:
            self._content.finish(ts)
        super().finish(ts)

    def fail(self, error: BinpacError, segment: bytes) -> None:
        reason = str(error).removeprefix("Binpac exception: ")
        if self.context.reject(self.name, self.now, reason, segment):
            self.stop()

    def read(self, is_orig: bool) -> Frames:
        """Read one message, of one frame or several."""
        first = yield 2
        kind = first[0] & 0xF
        if kind == 0:
            raise not_enforced("WebSocket_FrameHeader:first2")
        yield from self._read_frame(first, kind, is_orig)
        frame = first
        while not frame[0] & _LAST:
            frame = yield 2
            if frame[0] & 0xF:
                raise not_enforced("WebSocket_FrameHeader:first2")
            yield from self._read_frame(frame, kind, is_orig)
        self.context.confirm(self.name, self.now)

    def _read_frame(self, start: bytes, kind: int, is_orig: bool) -> Frames:
        """Read the rest of a frame of a message of this kind; its content is passed on chunk by chunk."""
        length = start[1] & 0x7F
        if length >= 126:
            length = int.from_bytes((yield 2 if length == 126 else 8), "big")
        mask = (yield 4) if start[1] & _MASKED else None
        told = length
        if kind in _CONTROL and length > WEBSOCKET_CONTROL_BYTES:
            addl = f"{length} > {WEBSOCKET_CONTROL_BYTES}"
            self.context.weird("websocket_control_frame_size_exceeded", self.now, addl)
            told = WEBSOCKET_CONTROL_BYTES
        place = 0
        while place < length:
            chunk = yield min(length - place, WEBSOCKET_CHUNK_BYTES)
            if start[0] & 0xF == _CLOSE and min(len(chunk), max(told - place, 0)) < _STATUS_BYTES:
                raise out_of_bound("WebSocket_FramePayloadClose:status", _STATUS_BYTES, max(told - place, 0))
            if kind in _CONTENT and self._content is not None:
                clear = chunk if mask is None else _unmasked(chunk, mask, place)
                self._content.deliver(Data(is_orig, clear, [len(clear)], [self.now]))
            place += len(chunk)


def _unmasked(chunk: bytes, mask: bytes, place: int) -> bytes:
    """A chunk from this place of a frame on, its mask taken off."""
    turned = mask[place % 4 :] + mask[: place % 4]
    key = (turned * (len(chunk) // 4 + 1))[: len(chunk)]
    return (int.from_bytes(chunk, "big") ^ int.from_bytes(key, "big")).to_bytes(len(chunk), "big")
