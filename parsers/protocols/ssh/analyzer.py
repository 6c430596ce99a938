"""SSH on one connection: the versions, what is agreed on, the server's key, whether someone logs in.

Source: Zeek, src/analyzer/protocol/ssh/{SSH.cc,ssh-analyzer.pac,ssh-protocol.pac}, base/protocols/ssh/main.zeek.
"""

import base64
import hashlib

from parsers import escape
from parsers.limits import SSH_ALGORITHMS, SSH_PACKET_BYTES, SSH_STRING_BYTES
from parsers.protocols.analyzer import Context, Data, End, Gap
from parsers.protocols.binpac import BinpacError, mismatch, out_of_bound
from parsers.protocols.ssh.login import Login
from parsers.protocols.ssh.messages import NEWKEYS, SESSION_KEY, Fields, State, exchange, ssh1_message
from parsers.protocols.ssh.offers import Offer, agreed, exchange_of, first_common, read_offer
from parsers.protocols.ssh.record import RECORD
from parsers.protocols.ssh.side import Side
from parsers.site import is_local

# Under these the sizes of packets tell nothing of a login.
_COMPRESSED = frozenset(("zlib", "zlib@openssh.com"))
_BOTH = 199
# Zeek cuts a fingerprint there: a digest has 32 bytes, and 43 characters as text.
_FINGERPRINT_CHARACTERS = 32
_NOTHING_AGREED = (None,) * 5


class SshAnalyzer:
    """One session.

    Its row is written when someone has logged in, or when the connection ends.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sides = {True: Side(is_orig=True), False: Side(is_orig=False)}
        self._banners: dict[bool, bytes] = {}
        self._version: int | None = None
        self._offer: tuple[bool, Offer] | None = None
        self._agreed: tuple[str | None, ...] = _NOTHING_AGREED
        self._fingerprint: str | None = None
        self._login = Login()
        self._auth_success: bool | None = None
        self._attempts = 0
        self._confirmed = False
        # Neither side can be followed over a hole.
        self._is_deaf = context.connection.partial
        self._began: int | None = None
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

    def finish(self, ts: int) -> None:  # noqa: ARG002
        if self._began is not None:
            self._write()

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
        if self._began is None:
            self._began = self._now
        self._banners[side.is_orig] = line
        if len(self._banners) == 2:
            self._compare_versions(self._banners[True], self._banners[False])

    def _compare_versions(self, client: bytes, server: bytes) -> None:
        addl = f"{escape.text(server)} vs {escape.text(client)}"
        if min(len(client), len(server)) <= 4:
            self._context.weird("SSH_cannot_determine_version", self._now, addl, "")
            return
        versions = _version(client), _version(server)
        if versions == (_BOTH, _BOTH):
            self._version = 2
        elif None not in versions:
            low, high = sorted(filter(None, versions))
            if high in {low, _BOTH}:
                self._version = low
            else:
                self._context.weird("SSH_version_mismatch", self._now, addl, "")

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
                self._fingerprint = _fingerprint(key)

    def _take_offer(self, is_orig: bool, offer: Offer) -> None:
        if self._offer is None:
            self._offer = is_orig, offer
        elif self._offer[0] != is_orig:
            client, server = (offer, self._offer[1]) if is_orig else (self._offer[1], offer)
            self._choose_exchange(client, server)
            self._agreed = agreed(client, server)
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
            self._context.confirm("ssh")

    def _read_encrypted(self, side: Side, size: int) -> None:
        if self._login.decided or self._version != 2:
            return
        success = self._login.segment(size, is_orig=side.is_orig)
        if success is None:
            return
        if self._agreed[2] not in _COMPRESSED:
            self._auth_success = success
            self._attempts += 1
        if success and self._began is not None:
            self._write()
            self._began = None

    def _exceed(self, name: str, count: int, bound: int) -> None:
        self._context.connection.give_up(self._now)
        self._context.weird(name, self._now, f"{count} > {bound}")

    def _cut_string(self, length: int) -> None:
        self._exceed("SSH_max_string_length_exceeded", length, SSH_STRING_BYTES)

    def _write(self) -> None:
        connection = self._context.connection
        client, server = (self._banners.get(is_orig) for is_orig in (True, False))
        row = (
            self._began,
            *connection.head,
            self._version,
            self._auth_success,
            self._attempts,
            _direction(connection.orig_h, connection.resp_h),
            None if client is None else escape.text(client),
            None if server is None else escape.text(server),
            *self._agreed,
            self._fingerprint,
        )
        self._context.rows.add(RECORD, row)


def _version(banner: bytes) -> int | None:
    """1, 2, or both; None for what is none of these."""
    number = banner[4:5]
    if number == b"1":
        return _BOTH if banner[6:8] == b"99" else 1
    return 2 if number == b"2" else None


def _fingerprint(key: bytes) -> str:
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest())[:_FINGERPRINT_CHARACTERS].decode()


def _direction(orig_h: str, resp_h: str) -> str | None:
    """Which way the session goes, where only one of its ends is local."""
    if is_local(orig_h) == is_local(resp_h):
        return None
    return "OUTBOUND" if is_local(orig_h) else "INBOUND"
