"""QUIC's packets: those of the handshake are told, the first are opened for the hellos in them, short ones counted.

Source: Zeek, src/analyzer/protocol/quic/QUIC.spicy, src/spicy/{protocol-analyzer,runtime-support}.cc.
"""

from dataclasses import dataclass
from functools import partial

from parsers.limits import QUIC_DISCARDED
from parsers.protocols.analyzer import Analyzer, Context, Data
from parsers.protocols.datagrams import DatagramAnalyzer
from parsers.protocols.quic.crypto import Crypto
from parsers.protocols.quic.frames import read_frames
from parsers.protocols.quic.protection import Protection
from parsers.protocols.quic.session import Session
from parsers.protocols.quic.wire import Kind, Packet, read_packet
from parsers.protocols.spicy import SpicyError
from parsers.protocols.ssl.session import Session as SslSession

_LONG, _FIXED = 0x80, 0x40


class _TlsGoneError(Exception):
    """The analyser of the hellos has given up, and more of them comes."""


@dataclass(slots=True)
class _Shorts:
    """How many short packets one side has sent, and the next count that is told."""

    count: int = 0
    told_next: int = 1


class QuicAnalyzer(DatagramAnalyzer):
    """One connection's packets."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._session = Session(context)
        self._is_over = self._is_confirmed = False
        # The length of the client's connection id, which short packets of either side are taken to open with.
        self._client_id_length = 0
        self._shorts = {True: _Shorts(), False: _Shorts()}
        self._discarded = 0
        self._reset()

    def _reset(self) -> None:
        """Begin with a handshake. What read the hellos of one before is not finished: its row goes on."""
        self._tls: Analyzer | None = None
        self._first_dcid: bytes | None = None
        self._protection: dict[bool, tuple[int, Protection]] = {}
        self._crypto = {is_orig: Crypto(partial(self._pass_on, is_orig)) for is_orig in (True, False)}

    def deliver(self, data: Data) -> None:
        if self._is_over:
            return
        self._session.now = data.ts
        try:
            self._read(data.data, is_orig=data.is_orig)
        except SpicyError as error:
            self._is_over = True
            self._context.reject("quic", data.ts, str(error), data.data)
        except _TlsGoneError:
            self._is_over = True

    def finish(self, ts: int) -> None:
        if self._tls is not None:
            self._tls.finish(ts)
        self._session.finish()

    def _read(self, datagram: bytes, *, is_orig: bool) -> None:
        """A datagram's packets; a short one, and what is none, take all that is left."""
        place = 0
        while place < len(datagram):
            first = datagram[place]
            if not first & _FIXED:
                self._discard(is_orig=is_orig)
                return
            if not first & _LONG:
                self._count_short(len(datagram) - place - 1, is_orig=is_orig)
                return
            place = self._read_long(datagram, place, is_orig=is_orig)

    def _discard(self, *, is_orig: bool) -> None:
        self._discarded += 1
        if self._is_confirmed and self._discarded <= QUIC_DISCARDED:
            self._session.discarded(is_orig=is_orig)

    def _count_short(self, length: int, *, is_orig: bool) -> None:
        if length < self._client_id_length:
            raise SpicyError(f"expected {self._client_id_length} bytes ({length} available)")
        shorts = self._shorts[is_orig]
        shorts.count += 1
        if shorts.count == shorts.told_next:
            shorts.told_next *= 2
            self._session.short_packets(shorts.count, is_orig=is_orig)

    def _read_long(self, datagram: bytes, place: int, *, is_orig: bool) -> int:
        """A packet with a long header; where it ends."""
        packet = read_packet(datagram, place)
        self._session.packet(packet, is_orig=is_orig)
        if packet.kind is Kind.UNKNOWN:
            raise SpicyError(f"unhandled QUIC version 0x{packet.version:x}")
        if packet.kind is Kind.RETRY:
            self._check_tls()
            self._reset()
        elif packet.kind is Kind.INITIAL:
            crypto = self._crypto[is_orig]
            if not crypto.is_finished and (is_orig or self._first_dcid is not None):
                content = self._open(datagram, place, packet, is_orig=is_orig)
                read_frames(content, packet, crypto, partial(self._session.closed, is_orig=is_orig))
        return packet.stop

    def _open(self, datagram: bytes, place: int, packet: Packet, *, is_orig: bool) -> bytes:
        """What is in an Initial packet; it was QUIC if that is not protected any more."""
        self._client_id_length = len(packet.scid if is_orig else packet.dcid)
        if self._first_dcid is None:
            self._first_dcid = packet.dcid
        version, protection = self._protection.get(is_orig, (0, None))
        if protection is None or version != packet.version:
            protection = Protection(packet.version, self._first_dcid, is_client=is_orig)
            self._protection[is_orig] = packet.version, protection
        content = protection.open(datagram, place, packet.body, packet.stop)
        if not content:
            raise SpicyError("decryption failed")
        if not self._is_confirmed:
            self._is_confirmed = True
            self._context.confirm("quic", self._session.now)
        return content

    def _pass_on(self, is_orig: bool, content: bytes) -> None:
        """A part of a hello."""
        self._check_tls()
        if self._tls is None:
            SslSession.of(self._context).carrier = self._session
            self._tls = self._context.hand_over("ssl")
        if self._tls is not None:
            self._tls.deliver(Data(is_orig, content, [len(content)], [self._session.now]))

    def _check_tls(self) -> None:
        # A stream is idle when whoever read it has given up.
        if getattr(self._tls, "idle", False):
            raise _TlsGoneError
