"""How QUIC lays out what it sends: numbers of one to eight octets, packets with a long header.

Source: RFC 9000, sections 16 and 17.2; RFC 9369, section 3.2; Zeek, src/analyzer/protocol/quic/QUIC.spicy.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from parsers.protocols.quic.protection import SALTS, VERSION_2
from parsers.protocols.spicy import SpicyError

# An Initial packet is protected with octets of its own, behind the longest packet number: it cannot be shorter.
_SHORTEST: Final = 20
_RETRY_TAG_BYTES: Final = 16


class Reader:
    """Octets from `place` on; a SpicyError where they end too early."""

    __slots__ = ("data", "place")

    def __init__(self, data: bytes, place: int = 0) -> None:
        self.data = data
        self.place = place

    @property
    def left(self) -> int:
        """How many octets follow."""
        return len(self.data) - self.place

    def number(self, octets: int) -> int:
        """A number of so many octets."""
        if octets > self.left:
            available = f"{self.left} byte{'s' * (self.left != 1)} available"
            raise SpicyError(f"expecting {octets} bytes for unpacking value ({available})")
        return int.from_bytes(self.octets(octets), "big")

    def varint(self) -> int:
        """A number whose first two bits say how long it is."""
        first = self.number(1)
        number = first & 0x3F
        for _ in range((1 << (first >> 6)) - 1):
            number = number << 8 | self.number(1)
        return number

    def octets(self, length: int) -> bytes:
        """So many octets."""
        if length > self.left:
            raise SpicyError(f"expected {length} bytes ({self.left} available)")
        start, self.place = self.place, self.place + length
        return self.data[start : self.place]

    def skip(self, length: int) -> None:
        """Pass over so many octets."""
        if length > self.left:
            raise SpicyError("not enough bytes for skipping (0 bytes available)")
        self.place += length


class Kind(Enum):
    """What a packet with a long header is, with its letter of the history."""

    INITIAL = "i"
    ZERO_RTT = "z"
    HANDSHAKE = "h"
    RETRY = "r"
    UNKNOWN = "u"


_KINDS: Final = (Kind.INITIAL, Kind.ZERO_RTT, Kind.HANDSHAKE, Kind.RETRY)


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet with a long header.

    bits   the two that say its kind
    dcid   the connection id of the end that it is sent to, scid that of its sender
    body   of an Initial packet: where the packet number begins, which is hidden, in the datagram
    stop   where the packet ends in the datagram
    """

    kind: Kind
    bits: int
    version: int
    dcid: bytes
    scid: bytes
    body: int
    stop: int


def read_packet(datagram: bytes, place: int) -> Packet:
    """The packet that begins at `place`."""
    reader = Reader(datagram, place)
    bits = reader.number(1) >> 4 & 0x03
    version = reader.number(4)
    dcid = reader.octets(reader.number(1))
    scid = reader.octets(reader.number(1))
    body = 0
    if version not in SALTS:
        kind = Kind.UNKNOWN
        reader.skip(reader.left)
    else:
        # The second version turned the kinds by one.
        kind = _KINDS[(bits - (version == VERSION_2)) % len(_KINDS)]
        if kind is Kind.RETRY:
            if reader.left < _RETRY_TAG_BYTES:
                raise SpicyError("integer overflow")
            reader.skip(reader.left)
        else:
            if kind is Kind.INITIAL:
                reader.octets(reader.varint())
            length = reader.varint()
            if kind is Kind.INITIAL and length < _SHORTEST:
                raise SpicyError(f"&requires failed: (self.length.result_ >= {_SHORTEST})")
            body = reader.place
            reader.skip(length)
    return Packet(kind, bits, version, dcid, scid, body, reader.place)
