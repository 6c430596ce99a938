"""The order in which one side's data goes on to the analysers, and where acknowledgements reveal holes.

Data goes on as soon as everything before it did; the bytes that came first win. A hole is given up when the other
side acknowledges what lies beyond it. Nothing that still waits behind a hole at the connection's end goes on.
Source: Zeek, src/analyzer/protocol/tcp/TCP_Reassembler.cc, src/Reassem.cc.
"""

from bisect import bisect_left
from typing import Final, Protocol

from parsers.capture.endpoint import Endpoint
from parsers.limits import PENDING_SEGMENTS, UNACKED_BYTES

# Zeek's tcp_max_initial_window and tcp_max_above_hole_without_any_acks: what a side may send before it is taken for
# granted that the other side's packets are not in the capture.
_WITHOUT_ACKS: Final = 16384


class Sink(Protocol):
    """What happens with data and holes."""

    @property
    def partial(self) -> bool:
        """Whether the connection's start was not seen."""

    def size_of(self, endpoint: Endpoint) -> int:
        """Bytes that a side sent, by its sequence numbers."""

    def deliver(self, side: int, packet: int, skip: int, size: int) -> None:
        """The next bytes of a side: `size` bytes of a packet's payload from `skip` on."""

    def gap(self, endpoint: Endpoint, length: int) -> None:
        """The next bytes of a side will not come."""

    def weird(self, name: str) -> None:
        """Something that weird.log tells."""


def add(sink: Sink, endpoint: Endpoint, packet: int, seq: int, length: int) -> None:
    """Take up a segment that begins at a relative sequence number."""
    if endpoint.skipping:
        return
    end = seq + length
    acked = (endpoint.ack_wraps << 32) + endpoint.ack_seq - endpoint.start
    keep = max(seq, acked, endpoint.trimmed)
    if keep >= end:
        return
    if keep > endpoint.delivered or endpoint.pending:
        _insert(endpoint, packet, seq, keep, end)
        _deliver_ready(sink, endpoint)
    elif end > endpoint.delivered:
        sink.deliver(endpoint.side, packet, endpoint.delivered - seq, end - endpoint.delivered)
        endpoint.delivered = end
        _trim_unseen(sink, endpoint)
    if endpoint.nothing_acked and endpoint.pending and endpoint.pending[-1][1] - endpoint.delivered > _WITHOUT_ACKS:
        sink.weird("above_hole_data_without_any_acks")
        _give_up(endpoint)
    kept = endpoint.delivered - endpoint.trimmed + endpoint.pending_bytes
    if kept > UNACKED_BYTES or len(endpoint.pending) > PENDING_SEGMENTS:
        sink.weird("excessive_data_without_further_acks")
        _give_up(endpoint)


def acknowledge(sink: Sink, endpoint: Endpoint, seq: int) -> bool:
    """The other side has everything before a relative sequence number; whether that was news."""
    if endpoint.fins and seq >= endpoint.fin_seq:
        seq = endpoint.fin_seq - 1
    if seq <= endpoint.trimmed:
        return False
    if seq > endpoint.delivered and not (seq <= 2 and sink.partial):
        _pass_holes(sink, endpoint, seq)
    _deliver_ready(sink, endpoint)
    endpoint.trimmed = max(endpoint.trimmed, seq)
    return True


def _pass_holes(sink: Sink, endpoint: Endpoint, seq: int) -> None:
    pending = endpoint.pending
    while pending and pending[0][0] < seq:
        sink.gap(endpoint, pending[0][0] - endpoint.delivered)
        endpoint.delivered = pending[0][0]
        _deliver_ready(sink, endpoint)
    if seq > endpoint.delivered:
        if not endpoint.skipping:
            sink.gap(endpoint, seq - endpoint.delivered)
        endpoint.delivered = seq


def _deliver_ready(sink: Sink, endpoint: Endpoint) -> None:
    pending = endpoint.pending
    count = 0
    while count < len(pending) and pending[count][0] == endpoint.delivered:
        seq, end, packet, skip = pending[count]
        sink.deliver(endpoint.side, packet, skip, end - seq)
        endpoint.delivered = end
        endpoint.pending_bytes -= end - seq
        count += 1
    if count:
        del pending[:count]
        _trim_unseen(sink, endpoint)


def _trim_unseen(sink: Sink, endpoint: Endpoint) -> None:
    """Keep nothing for acknowledgements that will not come."""
    if endpoint.nothing_acked and sink.size_of(endpoint) > _WITHOUT_ACKS:
        endpoint.trimmed = max(endpoint.trimmed, endpoint.delivered)


def _give_up(endpoint: Endpoint) -> None:
    endpoint.pending.clear()
    endpoint.pending_bytes = 0
    endpoint.skipping = True


def _insert(endpoint: Endpoint, packet: int, base: int, start: int, end: int) -> None:
    """Keep the bytes from `start` to `end` that nothing kept or delivered covers; the payload begins at `base`."""
    pending = endpoint.pending
    start = max(start, endpoint.delivered)
    place = bisect_left(pending, (start,))
    if place and pending[place - 1][1] > start:
        start = pending[place - 1][1]
    while start < end:
        following = pending[place][0] if place < len(pending) else end
        piece_end = min(end, following)
        if piece_end > start:
            pending.insert(place, (start, piece_end, packet, start - base))
            endpoint.pending_bytes += piece_end - start
            place += 1
        if place >= len(pending):
            return
        start = max(start, pending[place][1])
        place += 1
