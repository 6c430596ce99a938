"""One TCP connection, packet by packet: states, history, and what is delivered.

Source: Zeek, src/packet_analysis/protocol/tcp/TCPSessionAdapter.cc, src/analyzer/protocol/tcp/TCP_Endpoint.cc.
The words orig and resp follow Zeek's: who is which may turn round.
"""

from collections.abc import Sequence
from typing import Final

from parsers.capture import reassembly
from parsers.capture.endpoint import (
    CLOSED,
    ESTABLISHED,
    INACTIVE,
    MASK,
    PARTIAL,
    RESET,
    SYN_ACK_SENT,
    SYN_SENT,
    WIDE,
    Endpoint,
    difference,
)
from parsers.capture.headers import ACK, FIN, RST, SYN
from parsers.capture.history import (
    SEEN_ACK,
    SEEN_DATA,
    SEEN_FIN,
    SEEN_FIN_RST,
    SEEN_MANY,
    SEEN_RST,
    SEEN_SYN,
    History,
)
from parsers.capture.packets import Ints
from parsers.capture.ports import is_interactive
from parsers.capture.streams import Deliveries
from parsers.capture.tcp_weirds import note_after_end, note_repeated_syn, note_reuse, note_storm
from parsers.capture.timers import QUIET, QUIET_INTERACTIVE, Timers
from parsers.capture.weirds import Weird, Weirds
from parsers.protocols.analyzer import Mark

# A sequence number this far off is not trusted where it would matter.
_FAR: Final = 1048576
_OPEN: Final = frozenset((PARTIAL, ESTABLISHED))
_SENT_SYN: Final = frozenset((SYN_SENT, SYN_ACK_SENT, ESTABLISHED))


class Tcp:
    """A TCP connection between the two sides of a flow, 0 and 1.

    first, stop   the places of its first packet and after its last one
    start, last   times of its first packet, and of the last one before both sides had closed
    ports         of both sides
    began         the side that is the originator at first
    established   when both sides had agreed to it
    marks         what analysers add to the history and has no place in it yet: (time, letter), the last one first
    missed        bytes of its holes
    smooth        whether its next packets may be plain ones, which only move counters on (see tcp_flow)
    weirds        what is weird on it, None while nothing is
    """

    __slots__ = (
        "began",
        "close_deferred",
        "ends",
        "established",
        "first",
        "first_seen",
        "history",
        "last",
        "marks",
        "missed",
        "now",
        "out",
        "partial",
        "ports",
        "report_close",
        "smooth",
        "start",
        "stop",
        "timers",
        "weirds",
    )

    def __init__(
        self,
        first: int,
        ts: int,
        now: int,
        ports: tuple[int, int],
        side: int,
        marks: Sequence[Mark] = (),
        *,
        turned: bool,
    ) -> None:
        self.first = self.stop = first
        self.start = self.last = ts
        self.now = now
        self.ports = ports
        self.ends = (Endpoint(0), Endpoint(1))
        self.began = 1 - side if turned else side
        self.history = History(self.began, turned=turned)
        self.marks = list(reversed(marks))
        self.timers = Timers(now)
        self.out = Deliveries()
        self.first_seen = [False, False]
        self.partial = self.smooth = False
        self.close_deferred = self.report_close = False
        self.missed = 0
        self.established: int | None = None
        self.weirds: Weirds | None = None

    @property
    def orig(self) -> Endpoint:
        return self.ends[self.history.orig]

    @property
    def resp(self) -> Endpoint:
        return self.ends[1 - self.history.orig]

    def peer_of(self, endpoint: Endpoint) -> Endpoint:
        return self.ends[1 - endpoint.side]

    def size_of(self, endpoint: Endpoint) -> int:
        """Bytes that a side sent, by its sequence numbers."""
        return endpoint.size(self.peer_of(endpoint))

    def weird(self, name: str, source: str = "TCP", addl: str = "") -> None:
        """Something that weird.log tells."""
        if self.weirds is None:
            self.weirds = Weirds()
        self.weirds.add(Weird(self.now, self.history.orig, name, addl, source))

    def is_over(self, now: int, clock: Ints) -> bool:
        """Whether a timer ended it before the packet that moves the clock on to `now`."""
        return self.timers.have_fired(now, self.last, self.orig, self.resp, clock)

    def is_reuse(self, seq: int, flags: int, ts: int, now: int) -> bool:
        """Whether a SYN begins another connection between the same ports."""
        orig, resp = self.orig, self.resp
        first = orig
        if flags & ACK:
            if orig.state != INACTIVE:
                return False
            first = resp
        if not (orig.did_close or resp.did_close):
            crossed = not flags & ACK and first.state == SYN_ACK_SENT and resp.state == INACTIVE and seq == resp.start
            if seq == first.start or crossed:
                return False
        self.now = now
        note_reuse(self, first, ts)
        return True

    # One packet -----------------------------------------------------------------------------------------------

    def process(
        self,
        place: int,
        ts: int,
        now: int,
        side: int,
        seq: int,
        ack: int,
        flags: int,
        window: int,
        size: int,
        held: int,
    ) -> None:
        """Take up the packet at `place`: `size` bytes of payload, of which the capture holds `held`."""
        if self.marks:
            self.leave_marks(now)
        self.now = now
        endpoint = self.ends[side]
        peer = self.ends[1 - side]
        is_orig = side == self.history.orig
        self._note_partial(flags, is_orig)
        # A SYN and a FIN take a sequence number each; data beside a RST is none of the stream's.
        space = (0 if flags & RST else size) + bool(flags & SYN) + bool(flags & FIN)
        last_seq = (seq + space) & MASK
        if endpoint.state == INACTIVE or flags & SYN:
            self._begin(endpoint, flags, seq, last_seq)
        rel_seq, underflow = endpoint.relative(seq, endpoint.last_seq, endpoint.seq_wraps)
        if underflow and not flags & RST:
            self.weird("TCP_seq_underflow_or_misorder")
        self._note_history(flags, endpoint, rel_seq, size)
        if not window and not flags & RST and peer.state != CLOSED and endpoint.state != RESET:
            self.history.count(endpoint.side, "W")
        if not (endpoint.did_close and peer.did_close):
            self.last = ts
        if flags & FIN:
            endpoint.fins += 1
            endpoint.fin_seq = (rel_seq + space) & WIDE
        if flags & RST:
            endpoint.resets += 1
            self.out.reset(side, now)
        if flags & (FIN | RST):
            note_storm(self, endpoint, flags, ts)
        rel_ack = 0
        if flags & ACK:
            rel_ack = self._note_ack(peer, flags, ack)
        advanced = self._note_last(endpoint, last_seq, flags, size)
        closes, report = self._advance(endpoint, flags, size, is_orig, ts, advanced=advanced)
        if flags & ACK and reassembly.acknowledge(self, peer, rel_ack):
            self._check_end(peer)
        self.first_seen[not is_orig] = True
        if size and not flags & RST and not underflow:
            if held >= size:
                reassembly.add(self, endpoint, place, rel_seq + 1 if flags & SYN else rel_seq, size)
            else:
                self.weird("truncated_tcp_payload")
        self._check_end(endpoint)
        if closes:
            self._close(endpoint, report)
        self._note_smooth()

    def _begin(self, endpoint: Endpoint, flags: int, seq: int, last_seq: int) -> None:
        """Set a side's first sequence numbers, or set them anew where a SYN says so."""
        state = endpoint.state
        if state == INACTIVE:
            if flags & SYN:
                endpoint.begin(seq, last_seq)
            else:
                # As if a SYN had come before; the first packet is no repetition.
                endpoint.begin(seq - 1, seq)
            return
        jumps = seq != endpoint.start
        if state in _OPEN and self.size_of(endpoint):
            self.weird("SYN_inside_connection", "")
        if jumps and state < CLOSED:
            self.weird("SYN_seq_jump", "")
        if state in _OPEN or (jumps and state < CLOSED) or (state == RESET and endpoint.previous == INACTIVE):
            endpoint.begin(seq, last_seq)

    def _note_partial(self, flags: int, is_orig: bool) -> None:
        if is_orig:
            if not self.first_seen[0]:
                self.partial = not flags & SYN or bool(flags & ACK)
        elif not self.first_seen[1] and not self.partial:
            self.partial = not flags & SYN

    def _note_history(self, flags: int, endpoint: Endpoint, rel_seq: int, size: int) -> None:
        kinds = flags & (SYN | FIN | RST)
        if kinds & (kinds - 1):
            if flags & FIN and flags & RST:
                self._see(endpoint, SEEN_FIN_RST, "I")
            else:
                self._see(endpoint, SEEN_MANY, "Q")
        elif kinds == SYN:
            code = "H" if flags & ACK else "S"
            if self._see(endpoint, SEEN_SYN, code) and rel_seq != endpoint.last_syn:
                self.history.write(endpoint.side, code)
            endpoint.last_syn = rel_seq
        elif kinds == FIN:
            if self._see(endpoint, SEEN_FIN, "F") and rel_seq + size != endpoint.last_fin:
                self.history.write(endpoint.side, "F")
            endpoint.last_fin = rel_seq + size
        elif kinds == RST:
            if self._see(endpoint, SEEN_RST, "R") and rel_seq != endpoint.last_rst:
                self.history.write(endpoint.side, "R")
            endpoint.last_rst = rel_seq
        elif size:
            self._see(endpoint, SEEN_DATA, "D")
        elif flags & ACK:
            self._see(endpoint, SEEN_ACK, "A")

    def _see(self, endpoint: Endpoint, bit: int, code: str) -> bool:
        """Write a letter into the history the first time; whether it was there already."""
        if code in "AD" and self.history.letters == ["H"]:
            # A SYN-ACK opened the capture's view; since traffic follows, it was the answer of a server.
            self._flip()
            self.history.letters = ["^", "h"]
            self.first_seen[0] = True
        return self.history.see(endpoint.side, bit, code)

    def leave_marks(self, before: int) -> None:
        """Take up what analysers added to the history before this time."""
        while self.marks and self.marks[-1][0] < before:
            _, letter = self.marks.pop()
            if letter == "^":
                self._flip()
            elif letter not in self.history.letters:
                self.history.letters.append(letter)

    def _flip(self) -> None:
        self.history.flip()
        self.first_seen.reverse()
        self.partial = False

    def _note_ack(self, peer: Endpoint, flags: int, ack: int) -> int:
        if peer.state == INACTIVE:
            sender = self.peer_of(peer)
            if not flags & (SYN | FIN | RST) and sender.state in _SENT_SYN and self.weirds is None:
                self.weird("possible_split_routing", "")
            peer.begin(ack - 1, ack - 1)
            return 1
        rel_ack, underflow = peer.relative(ack, peer.ack_seq, peer.ack_wraps)
        if underflow:
            self.weird("TCP_ack_underflow_or_misorder")
            return 0
        if not flags & RST:
            delta = difference(ack, peer.ack_seq)
            if delta > 0 and not (ack == 0 and delta > _FAR):
                peer.update_ack(ack)
        return rel_ack

    def _note_last(self, endpoint: Endpoint, last_seq: int, flags: int, size: int) -> bool:
        """Whether the packet ends beyond all that its side has sent before."""
        delta = difference(last_seq, endpoint.last_seq)
        if flags & (SYN | RST) and abs(delta) > _FAR:
            pass
        elif flags & FIN and endpoint.last_seq == (endpoint.start + 1) & MASK:
            endpoint.update_last(last_seq)
        elif endpoint.state == RESET:
            pass
        elif delta > 0:
            endpoint.update_last(last_seq)
        elif size:
            self.history.count(endpoint.side, "T")
        return delta > 0

    # The state machine ----------------------------------------------------------------------------------------

    def _advance(
        self, endpoint: Endpoint, flags: int, size: int, is_orig: bool, ts: int, *, advanced: bool
    ) -> tuple[bool, bool]:
        """Whether the packet closes its side, and whether that is an end to report."""
        state = endpoint.state
        if state == INACTIVE:
            return self._advance_inactive(endpoint, flags, size, is_orig, ts)
        if state in {SYN_SENT, SYN_ACK_SENT}:
            return self._advance_syn_sent(endpoint, flags, size, is_orig)
        if state in {ESTABLISHED, PARTIAL}:
            return self._advance_established(endpoint, flags)
        note_after_end(self, endpoint, flags, size, advanced=advanced)
        if state == CLOSED and flags & RST and self.peer_of(endpoint).state != CLOSED:
            self._enter(endpoint, RESET)
            return not endpoint.did_close, False
        return False, False

    def _advance_inactive(self, endpoint: Endpoint, flags: int, size: int, is_orig: bool, ts: int) -> tuple[bool, bool]:
        peer = self.peer_of(endpoint)
        closes = report = False
        if flags & SYN:
            self._advance_syn(endpoint, flags, is_orig, ts)
        if flags & FIN:
            self._enter(endpoint, CLOSED)
            closes = report = True
            if peer.state != PARTIAL and not flags & SYN:
                self.weird("spontaneous_FIN")
        if flags & RST:
            self._enter(endpoint, RESET)
            rejected = peer.state == ESTABLISHED if is_orig else peer.state in {SYN_SENT, SYN_ACK_SENT}
            closes, report = True, not rejected
            if report and peer.state == INACTIVE:
                self.weird("spontaneous_RST")
        if endpoint.state == INACTIVE:
            if not is_orig and not size and self.orig.state == SYN_SENT:
                pass
            elif flags & ACK and peer.state == ESTABLISHED:
                self._enter(endpoint, ESTABLISHED)
                self.partial = False
                self.first_seen[not is_orig] = True
            else:
                self._enter(endpoint, PARTIAL)
        return closes, report

    def _advance_syn(self, endpoint: Endpoint, flags: int, is_orig: bool, ts: int) -> None:
        peer = self.peer_of(endpoint)
        if is_orig:
            if flags & ACK:
                self.weird("connection_originator_SYN_ack")
            self._enter(endpoint, SYN_ACK_SENT if flags & ACK else SYN_SENT)
            self.timers.attempt(ts)
            return
        if not flags & ACK and peer.state == SYN_ACK_SENT:
            # SYN and SYN-ACK came in the wrong order.
            self.partial = False
            self._flip()
            self._enter(peer, ESTABLISHED)
            self.first_seen[0] = True
        elif not flags & ACK:
            self.weird("simultaneous_open")
        if peer.state == SYN_SENT:
            self._enter(peer, ESTABLISHED)
        elif peer.state == INACTIVE:
            self.weird("unsolicited_SYN_response")
        self._enter(endpoint, ESTABLISHED)
        if peer.state == ESTABLISHED and not flags & (FIN | RST):
            self.established = self.now
        ports = self.ports[self.orig.side], self.ports[self.resp.side]
        if peer.state != PARTIAL and is_interactive(*ports, both=self.orig.state != INACTIVE):
            self.timers.timeout = QUIET_INTERACTIVE

    def _advance_syn_sent(self, endpoint: Endpoint, flags: int, size: int, is_orig: bool) -> tuple[bool, bool]:
        closes = report = False
        if flags & SYN:
            note_repeated_syn(self, endpoint, flags, is_orig=is_orig)
        if flags & FIN:
            if self.peer_of(endpoint).state in {INACTIVE, SYN_SENT}:
                self.weird("inappropriate_FIN")
            self._enter(endpoint, CLOSED)
            closes = report = True
        if flags & RST:
            self._enter(endpoint, RESET)
            self.timers.active = False
            closes = True
        elif size:
            self.weird("data_before_established")
        return closes, report

    def _advance_established(self, endpoint: Endpoint, flags: int) -> tuple[bool, bool]:
        peer = self.peer_of(endpoint)
        closes = report = False
        if flags & SYN and endpoint.state == PARTIAL and peer.state == INACTIVE and not flags & ACK:
            self.weird("SYN_after_partial")
            self._enter(endpoint, SYN_SENT)
        if flags & FIN and not flags & RST:
            self._enter(endpoint, CLOSED)
            if peer.state == RESET and peer.previous == CLOSED:
                self._enter(peer, CLOSED)
            closes = report = True
        if flags & RST:
            self._enter(endpoint, RESET)
            closes = True
            if peer.state != RESET or peer.previous != ESTABLISHED:
                self.timers.active = False
        return closes, report

    def _enter(self, endpoint: Endpoint, state: int) -> None:
        if state == endpoint.state:
            return
        if state > SYN_ACK_SENT >= endpoint.state and self.peer_of(endpoint).state <= SYN_ACK_SENT:
            self.timers.timeout = QUIET
        endpoint.previous, endpoint.state = endpoint.state, state
        if endpoint.opened is None and PARTIAL <= state <= CLOSED:
            endpoint.opened = self.now

    # Its close ------------------------------------------------------------------------------------------------

    def _check_end(self, endpoint: Endpoint) -> None:
        if not (endpoint.fins or endpoint.state >= CLOSED) or endpoint.did_eof:
            return
        if endpoint.has_to_wait(self.peer_of(endpoint)):
            return
        endpoint.did_eof = True
        self.out.end(endpoint.side, self.now)
        if self.close_deferred:
            self._close(endpoint, self.report_close)
            self.close_deferred = False

    def _close(self, endpoint: Endpoint, report: bool) -> None:
        peer = self.peer_of(endpoint)
        if endpoint.has_to_wait(peer):
            self.close_deferred = True
            self.report_close = self.report_close or report
            return
        self.close_deferred = False
        if endpoint.did_close:
            return
        endpoint.did_close = True
        if endpoint.state == RESET or peer.did_close or peer.state == INACTIVE:
            if endpoint.previous != INACTIVE or peer.state != INACTIVE:
                if self.report_close:
                    report, self.report_close = True, False
                if report:
                    self.timers.active = False
            self.timers.close(self.last)
        elif endpoint.previous != INACTIVE:
            self.timers.half_close(self.last)

    # What is delivered ----------------------------------------------------------------------------------------

    def deliver(self, side: int, packet: int, skip: int, size: int) -> None:
        """The next bytes of a side: `size` bytes of a packet's payload from `skip` on."""
        self.out.add(side, (packet, skip, size, self.now), size)

    def gap(self, endpoint: Endpoint, length: int) -> None:
        """The next bytes of a side will not come."""
        if endpoint.clean and self.peer_of(endpoint).clean:
            self.history.count(endpoint.side, "G")
            self.missed += length
        self.out.gap(endpoint.side, length, self.now)

    def _note_smooth(self) -> None:
        """Whether the next packets may be plain ones, which only move counters on (see `tcp_flow`)."""
        here, there = self.ends
        self.smooth = (
            here.state in _OPEN
            and there.state in _OPEN
            and not (here.fins or there.fins or here.pending or there.pending or here.skipping or there.skipping)
            and here.is_level
            and there.is_level
            and not self.marks
        )
        if self.smooth:
            for endpoint in self.ends:
                endpoint.seen_data = self.history.has_seen(endpoint.side, SEEN_DATA)
                endpoint.seen_ack = self.history.has_seen(endpoint.side, SEEN_ACK)
                endpoint.heard = not endpoint.nothing_acked
