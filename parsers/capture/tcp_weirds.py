"""What is weird in the flags of a TCP packet, by the state that its sender is in.

Source: Zeek, src/packet_analysis/protocol/tcp/{TCP,TCPSessionAdapter}.cc.
"""

from typing import TYPE_CHECKING, Final

from parsers.capture.endpoint import CLOSED, INACTIVE, MASK, PARTIAL, RESET, SYN_ACK_SENT, SYN_SENT, Endpoint
from parsers.capture.headers import ACK, FIN, RST, SYN, URG
from parsers.capture.timers import LINGER
from parsers.limits import STORM_INTERVAL, STORM_PACKETS

if TYPE_CHECKING:
    from parsers.capture.tcp import Tcp

# RFC 7323: a window is shifted by so many bits at most.
WIDEST: Final = 14


def note_reuse(tcp: "Tcp", first: Endpoint, ts: int) -> None:
    """A SYN that begins another connection between the same ports; `first` is the side that sent the last one."""
    orig, resp = tcp.orig, tcp.resp
    if not (orig.did_close or resp.did_close):
        tcp.weird("SYN_seq_jump" if first.state == SYN_SENT else "active_connection_reuse")
    elif RESET in (orig.state, resp.state):
        return
    elif orig.is_active or resp.is_active:
        tcp.weird("active_connection_reuse")
    elif ts - tcp.last < LINGER:
        tcp.weird("premature_connection_reuse")


def note_syn(tcp: "Tcp", side: int, ack: int, flags: int, size: int, scale: int) -> None:
    """A SYN that is about to be taken up, with `size` bytes of data and windows that are shifted by `scale` bits."""
    endpoint, peer = tcp.ends[side], tcp.ends[1 - side]
    if flags & RST:
        tcp.weird("TCP_christmas")
    if flags & URG:
        tcp.weird("baroque_SYN")
    if size:
        tcp.weird("SYN_with_data")
    if scale > WIDEST and tcp.weirds is None:
        tcp.weird("TCP_scale_range", addl=str(scale))
    answers = flags & ACK and endpoint.state == INACTIVE and peer is tcp.orig and peer.state not in {INACTIVE, PARTIAL}
    if answers and (ack - peer.start) & MASK > (peer.last_seq - peer.start) & MASK:
        tcp.weird("bad_SYN_ack")


def note_repeated_syn(tcp: "Tcp", endpoint: Endpoint, flags: int, *, is_orig: bool) -> None:
    """A SYN of a side that has sent one."""
    if is_orig:
        if flags & (ACK | FIN | RST) == ACK and endpoint.state != SYN_ACK_SENT:
            tcp.weird("repeated_SYN_with_ack")
    elif not flags & ACK and endpoint.state != SYN_SENT:
        tcp.weird("repeated_SYN_reply_wo_ack")


def note_after_end(tcp: "Tcp", endpoint: Endpoint, flags: int, size: int, *, advanced: bool) -> None:
    """A packet of a side that has sent a FIN or a RST; `advanced` where it goes beyond that."""
    if endpoint.state == CLOSED:
        if flags & SYN:
            tcp.weird("SYN_after_close")
        if flags & FIN and advanced:
            tcp.weird("FIN_advanced_last_seq")
        return
    if flags & SYN:
        tcp.weird("SYN_after_reset")
    if flags & FIN:
        tcp.weird("FIN_after_reset")
    if size and not flags & RST:
        tcp.weird("data_after_reset")


def note_storm(tcp: "Tcp", endpoint: Endpoint, flags: int, ts: int) -> None:
    """One more FIN or RST, which has been counted."""
    if ts < endpoint.ended + STORM_INTERVAL:
        if flags & FIN and endpoint.fins >= STORM_PACKETS:
            tcp.weird("FIN_storm")
        if flags & RST and endpoint.resets >= STORM_PACKETS:
            tcp.weird("RST_storm")
    endpoint.ended = ts


def note_header(tcp: "Tcp", words: int) -> None:
    """A header of so many words of four bytes, which cannot be or is longer than what is there."""
    tcp.weird("bad_TCP_header_len" if words * 4 < 20 else "truncated_header")
