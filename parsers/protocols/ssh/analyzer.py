"""SSH on one connection: the versions, what is agreed on, the server's key, whether someone logs in.

Source: Zeek, src/analyzer/protocol/ssh/{SSH.cc,ssh-analyzer.pac,ssh-protocol.pac}.
"""

from parsers import escape
from parsers.limits import SSH_ALGORITHMS, SSH_PACKET_BYTES, SSH_STRING_BYTES
from parsers.protocols.analyzer import Context, Data, End, Gap
from parsers.protocols.binpac import BinpacError, mismatch, out_of_bound
from parsers.protocols.ssh.login import Login
from parsers.protocols.ssh.messages import NEWKEYS, SESSION_KEY, Fields, State, exchange, ssh1_message
from parsers.protocols.ssh.offers import Offer, exchange_of, first_common, read_offer
from parsers.protocols.ssh.session import common_version, session_of, version_of
from parsers.protocols.ssh.side import Side


class SshAnalyzer:
    """One session's messages, until they are encrypted."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._session = session_of(context)
        self._sides = {True: Side(is_orig=True), False: Side(is_orig=False)}
        self._versions: dict[bool, int | None] = {}
        self._version: int | None = None
        self._offer: tuple[bool, Offer] | None = None
        self._login = Login()
        self._confirmed = False
        # Neither side can be followed over a hole.
        self._is_deaf = context.connection.partial
        self._now = 0

    def deliver(self, data: Data) -> None:
        if self._is_deaf:
            return
        side = self._sides[data.is_orig]
        if side.state is State.ENCRYPTED and self._login.decided:
            return
        start = 0
        for end, self._now in zip(data.ends, data.times, strict=True):
            if side.state is State.ENCRYPTED:
                self._read_encrypted(side, end - start)
            elif not self._read(side, data.data[start:end]):
                return
            start = end

    def gap(self, gap: Gap) -> None:  # noqa: ARG002
        self._is_deaf = True

    def end(self, end: End) -> None:
        """One side has closed: what it sent is read."""

    def finish(self, ts: int) -> None:
        """Nothing waits for the end: the session's row is written when the connection is removed."""

    def _read(self, side: Side, data: bytes) -> bool:
        """The next segment of a side; whether there will be another."""
        try:
            side.take(data)
            while side.state is not State.ENCRYPTED and self._read_unit(side):
                pass
        except BinpacError as error:
            side.rest()
            return not self._context.reject("ssh", self._now, str(error))
        if side.state is State.ENCRYPTED:
            size = side.rest()
            if size:
                self._read_encrypted(side, size)
        return True

    def _read_unit(self, side: Side) -> bool:
        """The next line or packet; whether it was complete."""
        if side.state is State.VERSION:
            line = side.line()
            if line is not None:
                self._read_banner(side, line)
            return line is not None
        length = side.length()
        if length is None:
            return False
        if length > SSH_PACKET_BYTES:
            self._exceed("SSH_max_packet_length_exceeded", length, SSH_PACKET_BYTES)
            length = SSH_PACKET_BYTES
        if self._version is None:
            raise BinpacError("invalid index for case: SSH_Key_Exchange: 3")
        size = length + 4
        if self._version == 1:
            size += 8 - length % 8
        packet = side.packet(size)
        if packet is None:
            return False
        fields = Fields(packet, self._cut_string)
        fields.raw(4, "SSH_Key_Exchange:packet_length")
        if self._version == 1:
            self._read_ssh1(side, length, fields)
        else:
            self._read_ssh2(side, length, fields)
        return True

    def _read_banner(self, side: Side, line: bytes) -> None:
        """A side's version; a server may send other lines before it."""
        if not line.startswith(b"SSH-"):
            if side.is_orig:
                raise mismatch("ssh-protocol.pac:48", "SSH-.*", line)
            return
        side.state = State.KEX_INIT
        self._session.name_version(side.is_orig, line, self._now)
        self._versions[side.is_orig] = version_of(line)
        if len(self._versions) == 2:
            self._version = common_version(set(self._versions.values()))

    def _read_ssh1(self, side: Side, length: int, fields: Fields) -> None:
        fields.raw(8 - length % 8, "SSH1_Key_Exchange:pad_fill")
        kind = fields.number(1, "SSH1_Key_Exchange:msg_type")
        fields.bound(length - 5, "SSH1_Message")
        ssh1_message(kind, fields)
        side.state = State.ENCRYPTED
        if kind == SESSION_KEY:
            self._confirm()

    def _read_ssh2(self, side: Side, length: int, fields: Fields) -> None:
        if length < 2:
            raise out_of_bound("SSH2_Header", 2, length)
        padding = fields.number(1, "SSH2_Header:padding_length")
        kind = fields.number(1, "SSH2_Header:msg_type")
        payload = length - padding - 2
        if kind == NEWKEYS:
            side.state = State.ENCRYPTED
            fields.raw(payload, "SSH2_Message:unknown")
            self._confirm()
        elif side.state is State.KEX_INIT:
            self._take_offer(side.is_orig, read_offer(payload, fields))
        else:
            key = exchange(side.state, kind, payload, fields)
            if key is not None:
                self._session.show_key(key)

    def _take_offer(self, is_orig: bool, offer: Offer) -> None:
        if self._offer is None:
            self._offer = is_orig, offer
        elif self._offer[0] != is_orig:
            other = self._offer[1]
            self._choose_exchange(offer, other) if is_orig else self._choose_exchange(other, offer)
        self._session.take_offer(is_orig, offer)
        for kind, count in offer.excesses():
            self._exceed(f"SSH_max_kexinit_{kind}_exceeded", count, SSH_ALGORITHMS)

    def _choose_exchange(self, client: Offer, server: Offer) -> None:
        algorithm = first_common(client.kex, server.kex)
        if algorithm is None:
            return
        state = exchange_of(algorithm)
        if state is None:
            self._context.weird("ssh_unknown_kex_algorithm", self._now, escape.text(algorithm.partition(b"\0")[0]))
            return
        for side in self._sides.values():
            side.state = state

    def _confirm(self) -> None:
        if not self._confirmed:
            self._confirmed = True
            self._context.confirm("ssh", self._now)

    def _read_encrypted(self, side: Side, size: int) -> None:
        if self._login.decided or self._version != 2:
            return
        success = self._login.segment(size, is_orig=side.is_orig)
        if success is not None:
            self._session.attempt(success)

    def _exceed(self, name: str, count: int, bound: int) -> None:
        self._context.connection.give_up(self._now)
        self._context.weird(name, self._now, f"{count} > {bound}")

    def _cut_string(self, length: int) -> None:
        self._exceed("SSH_max_string_length_exceeded", length, SSH_STRING_BYTES)
