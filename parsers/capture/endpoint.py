"""One side of a TCP connection: its state, its sequence numbers, what of its data has been delivered.

Source: Zeek, src/analyzer/protocol/tcp/TCP_Endpoint.{h,cc}.
"""

from typing import Final

MASK: Final = 0xFFFFFFFF
HALF: Final = 0x80000000
WIDE: Final = 0xFFFFFFFFFFFFFFFF
# Longer streams meet Zeek's rules for sequence numbers that wrap; they are left to the whole machine.
EASY_BYTES: Final = 1 << 30
# Where an endpoint stands; a partial one has sent without a SYN.
INACTIVE: Final = 0
SYN_SENT: Final = 1
SYN_ACK_SENT: Final = 2
PARTIAL: Final = 3
ESTABLISHED: Final = 4
CLOSED: Final = 5
RESET: Final = 6


def difference(a: int, b: int) -> int:
    """How far `a` lies after `b`, two 32-bit sequence numbers, as a signed 32-bit number."""
    delta = (a - b) & MASK
    return delta - 0x100000000 if delta & HALF else delta


class Endpoint:
    """One side of a TCP connection.

    start      32-bit sequence number of the SYN, or of the byte before the first one seen
    last_seq, ack_seq  32-bit: one past the last one sent, the last one acknowledged; *_wraps counts overflows
    delivered  relative sequence number up to which data went on to the analysers, holes included (1 is the first)
    trimmed    relative sequence number up to which nothing is kept
    pending    blocks above a hole: (relative seq, relative end, packet, bytes to skip), sorted, apart
    pending_bytes  their size
    skipping   no data is delivered any more: too much came without acknowledgements
    opened     when it first was PARTIAL, ESTABLISHED or CLOSED
    fins, resets, ended  FIN and RST packets of it, and when the last of them came
    seen_data, seen_ack, heard  whether D and A stand in the history, and whether data of it was acknowledged
    """

    __slots__ = (
        "ack_seq",
        "ack_wraps",
        "delivered",
        "did_close",
        "did_eof",
        "ended",
        "fin_seq",
        "fins",
        "heard",
        "last_fin",
        "last_rst",
        "last_seq",
        "last_syn",
        "opened",
        "pending",
        "pending_bytes",
        "previous",
        "resets",
        "seen_ack",
        "seen_data",
        "seq_wraps",
        "side",
        "skipping",
        "start",
        "state",
        "trimmed",
    )

    def __init__(self, side: int) -> None:
        self.side = side
        self.state = self.previous = INACTIVE
        self.start = self.last_seq = self.ack_seq = 0
        self.seq_wraps = self.ack_wraps = 0
        self.fins = self.fin_seq = self.resets = self.ended = 0
        self.last_syn = self.last_fin = self.last_rst = 0
        self.did_close = self.did_eof = self.skipping = False
        self.seen_data = self.seen_ack = self.heard = False
        self.delivered = self.trimmed = 1
        self.opened: int | None = None
        self.pending: list[tuple[int, int, int, int]] = []
        self.pending_bytes = 0

    def begin(self, start: int, last_seq: int) -> None:
        """Take up sequence numbers."""
        self.start = self.ack_seq = start & MASK
        self.last_seq = last_seq & MASK

    def relative(self, number: int, last: int, wraps: int) -> tuple[int, bool]:
        """A sequence number relative to `start`, and whether it lies before it; unsigned 64 bits as in Zeek."""
        if number < last:
            # Later all the same: the sequence space has begun anew.
            if (number - last) & MASK < HALF:
                wraps += 1
        elif wraps and number > last and (number - last) & MASK >= HALF:
            wraps -= 1
        if not wraps:
            delta = (number - self.start) & MASK
            return (delta, False) if delta < HALF else ((delta - (1 << 32)) & WIDE, True)
        return ((wraps << 32) + number - self.start) & WIDE, False

    def update_last(self, seq: int) -> None:
        if seq < self.last_seq:
            self.seq_wraps += 1
        self.last_seq = seq

    def update_ack(self, ack: int) -> None:
        if ack < self.ack_seq:
            self.ack_wraps += 1
        self.ack_seq = ack

    @property
    def is_active(self) -> bool:
        """Whether it has sent something and not closed."""
        return self.state != INACTIVE and not self.did_close

    @property
    def nothing_acked(self) -> bool:
        """Whether none of its data has been acknowledged (its SYN may be)."""
        return (self.ack_wraps << 32) + self.ack_seq - self.start in {0, 1}

    def size(self, peer: "Endpoint") -> int:
        """Bytes that it sent, by its sequence numbers; none where it gave up before the peer said anything."""
        if self.previous == SYN_SENT and self.state == RESET and peer.state == INACTIVE and not self.nothing_acked:
            return 0
        last = (self.seq_wraps << 32) + self.last_seq
        acked = (self.ack_wraps << 32) + self.ack_seq
        size = (max(last, acked) - self.start) & WIDE
        if size:
            size -= 1
        if self.fins and size:
            size -= 1
        return size

    @property
    def is_level(self) -> bool:
        """Whether all that it sent was delivered, nothing beyond it acknowledged, and no number is far from `start`."""
        start, delivered = self.start, self.delivered
        return (self.seq_wraps << 32) + self.last_seq - start == delivered < EASY_BYTES and 0 <= (
            self.ack_wraps << 32
        ) + self.ack_seq - start <= delivered

    @property
    def undelivered(self) -> bool:
        """Whether data of it is kept: above a hole, or delivered and not acknowledged."""
        return not self.skipping and (self.delivered > self.trimmed or bool(self.pending))

    def has_to_wait(self, peer: "Endpoint") -> bool:
        """Whether its close has to wait for data, its own or the peer's.

        Source: Zeek, src/analyzer/protocol/tcp/TCP_Reassembler.cc (DataPending).
        """
        if self.skipping:
            return False
        delivered = (self.start + self.delivered) & WIDE
        last = (self.seq_wraps << 32) + self.last_seq
        if last < delivered:
            return False
        if delivered not in {last - 1, last}:
            return True
        return self.state != RESET and peer.undelivered

    @property
    def clean(self) -> bool:
        """Established, or closed from there."""
        return self.state == ESTABLISHED or (self.state == CLOSED and self.previous == ESTABLISHED)
