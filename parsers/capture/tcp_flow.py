"""The TCP connections of one flow: the loop over its packets."""

from collections.abc import Iterator, Sequence
from typing import Final

from parsers.capture.columns import Columns
from parsers.capture.endpoint import EASY_BYTES, MASK, Endpoint
from parsers.capture.flows import Ends
from parsers.capture.headers import ACK, SYN
from parsers.capture.interactive import is_interactive
from parsers.capture.packets import BROKEN, CORRUPT, UNREAD, Packets
from parsers.capture.ports import SERVER_TCP
from parsers.capture.streams import Deliveries
from parsers.capture.tcp import Tcp
from parsers.capture.tcp_weirds import note_header, note_syn
from parsers.capture.timers import QUIET, QUIET_INTERACTIVE
from parsers.limits import UNACKED_BYTES
from parsers.protocols.analyzer import Mark

# Where a header says how long it is.
_WORDS: Final = 12


def tcp_connections(
    c: Columns, packets: Packets, start: int, stop: int, ends: Ends, marks: Sequence[Mark] = ()
) -> Iterator[Tcp]:
    """The connections in the packets from `start` to before `stop`, all of one flow.

    `marks` are what analysers add to the history of the first of them.
    """
    tcp: Tcp | None = None
    smooth = False
    last = timeout = 0
    sender = peer = Endpoint(0)
    pair = (sender, peer)
    out = Deliveries()
    for i, (plain, side, size, seq, ack, ts, now) in enumerate(c.segments(start, stop), start):
        # A plain packet of an established connection, in its turn: nothing changes but counters.
        if plain and smooth and now - last < timeout:
            sender, peer = pair[side], pair[1 - side]
            acked = (ack - peer.start) & MASK
            # In relative numbers too: an old acknowledgement from before a wrap is a larger number, not a later one.
            if seq == sender.last_seq and peer.trimmed <= acked <= peer.delivered and ack >= peer.ack_seq:
                if not size:
                    moved = sender.seen_ack
                else:
                    end = sender.delivered + size
                    moved = (
                        sender.seen_data
                        and sender.heard
                        and seq + size <= MASK
                        and end - sender.trimmed <= UNACKED_BYTES
                    )
                    if moved:
                        sender.last_seq, sender.delivered = seq + size, end
                        if out.side == side and out.room >= size:
                            out.room -= size
                            out.chunk.append(i)
                        else:
                            out.add(side, i, size)
                            smooth = end < EASY_BYTES
                if moved:
                    last = ts
                    if ack != peer.ack_seq:
                        peer.ack_seq, peer.heard = ack, acked > 1
                        peer.trimmed = max(peer.trimmed, acked)
                    continue
        flags = c.flags[i]
        if tcp is not None:
            tcp.last = last
            if _is_over(tcp, c, packets, i):
                tcp.stop = i
                yield tcp
                tcp, marks = None, ()
        if tcp is None:
            tcp = Tcp(i, ts, now, ends.ports, side, marks, turned=_turned_round(flags, side, ends))
            pair, out = tcp.ends, tcp.out
        if not (flags & (SYN | UNREAD) and _note_odd(tcp, c, packets, i)):
            tcp.process(i, ts, now, side, seq, ack, flags, c.window[i], size, c.captured[i])
        smooth, last, timeout = tcp.smooth, tcp.last, tcp.timers.timeout
    if tcp is not None:
        tcp.last, tcp.stop = last, stop
        yield tcp


def _note_odd(tcp: Tcp, c: Columns, packets: Packets, i: int) -> bool:
    """What is weird in a SYN, or in a packet that is not read; whether it is such a packet."""
    tcp.now = c.now[i]
    flags = c.flags[i]
    if flags & BROKEN:
        note_header(tcp, packets.payload(c.offset[i], _WORDS + 1)[_WORDS] >> 4)
        return True
    if flags & CORRUPT:
        tcp.weird("bad_TCP_checksum")
        tcp.history.count(c.side[i], "C")
        return True
    note_syn(tcp, c.side[i], c.ack[i], flags, c.length[i], c.scale[i])
    return False


def _is_over(tcp: Tcp, c: Columns, packets: Packets, i: int) -> bool:
    """Whether the packet at `i` is no more of this connection."""
    now, flags = c.now[i], c.flags[i]
    if now - tcp.last >= QUIET == tcp.timers.timeout and is_interactive(tcp, c, packets):
        tcp.timers.timeout = QUIET_INTERACTIVE
    if tcp.is_over(now, packets.clock):
        return True
    return bool(flags & SYN) and tcp.is_reuse(c.seq[i], flags, c.ts[i], now)


def _turned_round(flags: int, side: int, ends: Ends) -> bool:
    """Whether the sender of a connection's first packet is more likely its responder.

    Source: Zeek, src/packet_analysis/protocol/tcp/TCP.cc (WantConnection).
    """
    if flags & (SYN | ACK) == SYN:
        return False
    source, target = ends.ports[side], ends.ports[1 - side]
    if source not in SERVER_TCP or ends.is_broadcast(1 - side):
        return False
    return target not in SERVER_TCP or (not flags & SYN and source < target)
