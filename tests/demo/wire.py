"""Packets of a made-up network: Ethernet, IPv4, UDP and whole TCP conversations, checksums right, as a pcap."""

import struct
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from zlib import crc32

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
SEGMENT = 1460


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    padded = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f">{len(padded) // 2}H", padded))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


@dataclass(frozen=True)
class Host:
    """A machine on the wire: its address, its network card, the time to live of what it sends."""

    address: str
    mac: str = "02:00:5e:10:00:01"
    ttl: int = 64

    @property
    def packed(self) -> bytes:
        return IPv4Address(self.address).packed

    @property
    def card(self) -> bytes:
        return bytes.fromhex(self.mac.replace(":", ""))


BROADCAST_CARD = b"\xff" * 6


@dataclass
class Wire:
    """Everything that passed, in the order in which it was put there; `time` is in microseconds."""

    packets: list[tuple[int, bytes]] = field(default_factory=list)
    identification: int = 0x1000

    def datagram(self, time: int, source: Host, to: Host, protocol: int, segment: bytes) -> None:
        """One IPv4 packet in an Ethernet frame."""
        self.identification = (self.identification + 1) & 0xFFFF
        flags = 0x4000 if protocol == 6 else 0
        head = struct.pack(
            ">BBHHHBBH4s4s",
            0x45, 0, 20 + len(segment), self.identification, flags, source.ttl, protocol, 0, source.packed, to.packed,
        )  # fmt: skip
        head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
        card = BROADCAST_CARD if to.address.endswith(".255") else to.card
        frame = card + source.card + b"\x08\x00" + head + segment
        self.packets.append((time, frame.ljust(60, b"\0")))

    def udp(self, time: int, source: Host, sport: int, to: Host, dport: int, payload: bytes) -> None:
        """One UDP datagram."""
        head = struct.pack(">HHHH", sport, dport, 8 + len(payload), 0)
        pseudo = source.packed + to.packed + struct.pack(">HH", 17, 8 + len(payload))
        total = checksum(pseudo + head + payload) or 0xFFFF
        self.datagram(time, source, to, 17, head[:6] + struct.pack(">H", total) + payload)

    def capture(self) -> bytes:
        """The packets in order of time as a little-endian pcap with microseconds."""
        out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)]
        for time, frame in sorted(self.packets, key=lambda packet: packet[0]):
            out.append(struct.pack("<IIII", time // 1_000_000, time % 1_000_000, len(frame), len(frame)) + frame)
        return b"".join(out)


@dataclass
class Conversation:
    """A TCP connection from its handshake to its end; `now` moves on by the round trip and the line's speed."""

    wire: Wire
    client: Host
    client_port: int
    server: Host
    server_port: int
    now: int
    trip: int = 24_000

    def __post_init__(self) -> None:
        seed = crc32(f"{self.client.address}:{self.client_port}>{self.server.address}:{self.server_port}".encode())
        self._next = {True: seed, False: ~seed & 0xFFFFFFFF}
        self._put(from_client=True, flags=SYN)
        self.now += self.trip
        self._put(from_client=False, flags=SYN | ACK)
        self.now += 300
        self._put(from_client=True, flags=ACK)

    def _put(self, *, from_client: bool, flags: int, payload: bytes = b"") -> None:
        source, to = (self.client, self.server) if from_client else (self.server, self.client)
        ports = (self.client_port, self.server_port) if from_client else (self.server_port, self.client_port)
        options = b"\x02\x04\x05\xb4\x01\x03\x03\x08\x01\x01\x04\x02" if flags & SYN else b""
        sequence = self._next[from_client]
        acknowledged = self._next[not from_client] if flags & ACK else 0
        words = (20 + len(options)) // 4
        head = struct.pack(">HHIIBBHHH", *ports, sequence, acknowledged, words << 4, flags, 64240, 0, 0) + options
        pseudo = source.packed + to.packed + struct.pack(">HH", 6, len(head) + len(payload))
        total = checksum(pseudo + head + payload)
        segment = head[:16] + struct.pack(">H", total) + head[18:] + payload
        self.wire.datagram(self.now, source, to, 6, segment)
        length = len(payload) + bool(flags & (SYN | FIN))
        self._next[from_client] = (sequence + length) & 0xFFFFFFFF

    def say(self, data: bytes, *, from_client: bool) -> None:
        """Send data in full segments; the other side acknowledges every second one, and the last."""
        pieces = [data[at : at + SEGMENT] for at in range(0, len(data), SEGMENT)]
        for number, piece in enumerate(pieces, 1):
            self.now += 180
            self._put(from_client=from_client, flags=ACK | (PSH if number == len(pieces) else 0), payload=piece)
            if number % 2 == 0 or number == len(pieces):
                self.now += 90
                self._put(from_client=not from_client, flags=ACK)

    def ask(self, request: bytes, reply: bytes) -> None:
        """One request, a round trip, one reply."""
        self.say(request, from_client=True)
        self.now += self.trip
        self.say(reply, from_client=False)

    def close(self) -> None:
        """Close in order, the server first."""
        self.now += 4_000
        self._put(from_client=False, flags=FIN | ACK)
        self.now += 200
        self._put(from_client=True, flags=FIN | ACK)
        self.now += self.trip
        self._put(from_client=False, flags=ACK)

    def reset(self) -> None:
        """The client drops the connection."""
        self.now += 29_000_000
        self._put(from_client=True, flags=RST | ACK)
