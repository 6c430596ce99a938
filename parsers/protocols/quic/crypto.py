"""The handshake's bytes of one side, which its CRYPTO frames bring in any order, up to the end of the hello.

Source: Zeek, src/analyzer/protocol/quic/QUIC.spicy (CryptoSinkUnit, Frame); Spicy, runtime/src/sink.cc.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from parsers.limits import QUIC_HEADLESS_BYTES, QUIC_HELLO_BYTES, QUIC_PENDING_BYTES, QUIC_PENDING_PIECES
from parsers.protocols.spicy import SpicyError

_HEAD_BYTES: Final = 4
# A record of TLS that holds handshake messages, in the version that all of TLS 1.3 goes by.
_RECORD: Final = b"\x16\x03\x03"


@dataclass(slots=True)
class _Piece:
    """Bytes that came, and where they belong."""

    start: int
    stop: int
    data: bytes


class Crypto:
    """One side's stream of the handshake; `pass_on` is given the hello, as a record of TLS, as it comes.

    Which bytes count where frames overlap is decided as Zeek decides it: what came first stays.

    is_finished  the hello is whole: nothing after it is read
    """

    def __init__(self, pass_on: Callable[[bytes], None]) -> None:
        self.is_finished = False
        self._pass_on = pass_on
        self._pieces: list[_Piece] = []
        self._place = self._trimmed = self._size = 0
        self._head = b""
        self._length = self._missing = 0
        self._is_unreadable = False

    def write(self, offset: int, data: bytes) -> None:
        """The contents of a frame."""
        if data:
            self._add(offset, data)
        if self._length and self._size > self._length:
            raise SpicyError(f"too much crypto data received {self._size} > {self._length}")
        if not self._length and self._size > QUIC_HEADLESS_BYTES:
            raise SpicyError(f"too much crypto data without length received {self._size}")

    def _add(self, start: int, data: bytes) -> None:
        pieces = self._pieces
        if not pieces and start == self._place:
            self._place += len(data)
            self._deliver(data)
            return
        length = len(data)
        stop = start + length
        if stop <= self._trimmed:
            return
        if start < self._trimmed:
            data = data[self._trimmed - start :]
            start = self._trimmed
        if pieces:
            first = self._insert(start, stop, data)
        else:
            # Zeek takes it for as long as it was before its beginning was cut off.
            pieces.append(_Piece(start, start + length, data))
            first = 0
        if pieces[first].start <= self._place < pieces[first].stop:
            self._flush(first)
        if len(pieces) > QUIC_PENDING_PIECES or sum(len(piece.data) for piece in pieces) > QUIC_PENDING_BYTES:
            raise SpicyError(f"too many frames of crypto data out of order {len(pieces)}")

    def _insert(self, start: int, stop: int, data: bytes) -> int:
        """Add what is new of a piece to those that are there; where in the list it begins."""
        pieces = self._pieces
        index, first = 0, -1
        while True:
            while index < len(pieces) and pieces[index].stop <= start:
                index += 1
            if index == len(pieces) or stop <= pieces[index].start:
                pieces.insert(index, _Piece(start, stop, data))
                return index if first < 0 else first
            if start < pieces[index].start:
                size = pieces[index].start - start
                pieces.insert(index, _Piece(start, start + size, data[:size]))
                first = index if first < 0 else first
                index += 1
                start, data = start + size, data[size:]
            overlap = pieces[index].stop - start
            if stop - start <= overlap:
                return index if first < 0 else first
            start, data = start + overlap, data[overlap:]

    def _flush(self, first: int) -> None:
        """Deliver what is in order now, and forget what lies before."""
        for piece in self._pieces[first:]:
            if piece.start == self._place:
                self._place = piece.stop
                self._deliver(piece.data)
        self._trimmed = self._place
        self._pieces[:] = [piece for piece in self._pieces if piece.start >= self._place]

    def _deliver(self, data: bytes) -> None:
        self._size += len(data)
        if self._is_unreadable:
            return
        if self.is_finished:
            raise SpicyError("more data after sink's unit has already completed parsing")
        if not self._length:
            missing = _HEAD_BYTES - len(self._head)
            self._head += data[:missing]
            data = data[missing:]
            if len(self._head) < _HEAD_BYTES:
                return
            self._begin()
        if not self._is_unreadable and self._missing:
            data = data[: self._missing]
            self._missing -= len(data)
            if data:
                self._pass_on(data)
            self.is_finished = not self._missing

    def _begin(self) -> None:
        """A handshake message says how long it is (RFC 8446, section 4)."""
        self._missing = int.from_bytes(self._head[1:], "big")
        self._length = _HEAD_BYTES + self._missing
        self._is_unreadable = self._length > QUIC_HELLO_BYTES
        if not self._is_unreadable:
            self._pass_on(_RECORD + self._length.to_bytes(2, "big") + self._head)
            self.is_finished = not self._missing
