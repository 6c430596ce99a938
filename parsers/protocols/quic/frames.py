"""The frames of an Initial packet.

Source: RFC 9000, section 19; Zeek, src/analyzer/protocol/quic/QUIC.spicy.
"""

from collections.abc import Callable
from typing import Final

from parsers.protocols.quic.crypto import Crypto
from parsers.protocols.quic.wire import Packet, Reader
from parsers.protocols.spicy import SpicyError

_PADDING, _PING, _ACK, _ACK_WITH_ECN, _CRYPTO, _CLOSE = 0x00, 0x01, 0x02, 0x03, 0x06, 0x1C
_FRAMES: Final = """
PADDING PING ACK1 ACK2 RESET_STREAM STOP_SENDING CRYPTO NEW_TOKEN STREAM1 STREAM2 STREAM3 STREAM4 STREAM5 STREAM6
STREAM7 STREAM8 MAX_DATA MAX_STREAM_DATA MAX_STREAMS1 MAX_STREAMS2 DATA_BLOCKED STREAM_DATA_BLOCKED STREAMS_BLOCKED1
STREAMS_BLOCKED2 NEW_CONNECTION_ID RETIRE_CONNECTION_ID PATH_CHALLENGE PATH_RESPONSE CONNECTION_CLOSE1
CONNECTION_CLOSE2 HANDSHAKE_DONE
"""
_NAMES: Final = _FRAMES.split()


def read_frames(content: bytes, packet: Packet, crypto: Crypto, closed: Callable[[], None]) -> None:
    """Read what is in a packet; `closed` is called where one side closes the connection."""
    reader = Reader(content)
    while reader.left:
        kind = reader.number(1)
        if kind == _PADDING:
            reader.place = len(content) - len(content[reader.place :].lstrip(b"\x00"))
        elif kind in (_ACK, _ACK_WITH_ECN):
            _pass_ack(reader, with_counts=kind == _ACK_WITH_ECN)
        elif kind == _CRYPTO:
            offset = reader.varint()
            crypto.write(offset, reader.octets(reader.varint()))
        elif kind == _CLOSE:
            for _ in ("error", "frame's kind"):
                reader.varint()
            reader.octets(reader.varint())
            closed()
        elif kind != _PING:
            name = _NAMES[kind] if kind < len(_NAMES) else f"<unknown-{kind}>"
            raise SpicyError(f"unhandled frame type FrameType::{name} in {packet.bits}")


def _pass_ack(reader: Reader, *, with_counts: bool) -> None:
    """Largest and delay, how many ranges there are and the first; a gap and a length for each of the others."""
    for _ in ("largest", "delay"):
        reader.varint()
    ranges = reader.varint()
    numbers = 1 + 2 * ranges + 3 * with_counts
    while numbers:
        reader.varint()
        numbers -= 1
