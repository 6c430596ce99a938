"""What the records of TLS and of DTLS have in common: alerts, the switch to encryption, the end of the handshake.

Source: RFC 5246, section 6 and 7; RFC 8446, section 5; Zeek, src/analyzer/protocol/ssl/ssl-dtls-*.pac.
"""

from typing import Final

from parsers.limits import ALERTS_PER_RECORD
from parsers.protocols.analyzer import Context, End
from parsers.protocols.binpac import out_of_bound
from parsers.protocols.ssl import names
from parsers.protocols.ssl.handshake import Handshake
from parsers.protocols.ssl.session import Session
from parsers.protocols.ssl.wire import sender

CHANGE_CIPHER: Final = 20
ALERT: Final = 21
HANDSHAKE: Final = 22
APPLICATION_DATA: Final = 23
HEARTBEAT: Final = 24


class Layer:
    """One connection's record layer.

    done       nothing that comes later matters
    violated   the bytes were not this protocol: what came with them is read, nothing after
    skipping   Zeek would not look at another record
    transport  what JA4 calls what is underneath: t for TCP, q for QUIC, d for DTLS
    """

    name: str
    transport: str

    def __init__(self, context: Context) -> None:
        self.context = context
        self.session = Session.of(context)
        self.handshake = Handshake(self.session, self)
        self.encrypted = {True: False, False: False}
        self.done = self.violated = self.skipping = False

    def confirm(self) -> None:
        """The client's hello has been read."""
        self.context.confirm(self.name, self.session.now)

    def violate(self, reason: str) -> None:
        """The bytes are not this protocol; what is known by now is logged."""
        self.session.log()
        self.violated = True
        self.context.reject(self.name, self.session.now, reason)

    def skip(self) -> None:
        """Read no further record."""
        self.skipping = True

    def end(self, end: End) -> None:
        """A closed direction changes nothing: the row waits for the connection's end."""

    def finish(self, ts: int) -> None:  # noqa: ARG002
        """The connection is over; a session that never came to encryption is logged now."""
        self.done = True
        self.session.log()
        self.handshake.let_go()

    def is_tls13(self) -> bool:
        """Whether the server chose TLS 1.3 or a draft of it."""
        return self.handshake.version == names.TLS13 or names.is_draft(self.handshake.version)

    def plaintext(self, kind: int, body: bytes, *, is_orig: bool) -> int:
        """Read what stands at the start of a record that is not encrypted; how many bytes that was."""
        taken = len(body)
        is_client = self.handshake.is_client(is_orig)
        if kind == CHANGE_CIPHER:
            # TLS 1.3 sends these only for the sake of boxes in between that expect them.
            if not self.is_tls13():
                self.encrypted[is_orig] = True
            self.session.change_cipher(is_client=is_client)
            taken = 1
        elif kind == ALERT:
            self._alerts(body, is_client)
        elif kind == HEARTBEAT:
            if len(body) < 3:
                raise out_of_bound("Heartbeat:payload_length", 3, len(body))
            self.session.note("b", is_client=is_client)
        elif kind == HANDSHAKE:
            self.handshake_record(body, is_orig)
        elif kind == APPLICATION_DATA:
            self.session.early_data()
        else:
            self.unknown_record(kind, is_orig=is_orig)
        self.session.begin()
        return taken

    def unknown_record(self, kind: int, *, is_orig: bool) -> None:
        """A record of a kind that nobody knows."""
        self.violate(f"unknown SSL record type ({kind}) from {sender(is_orig=is_orig)}")

    def handshake_record(self, body: bytes, is_orig: bool) -> None:
        """A record of handshake messages, or of a part of one."""
        raise NotImplementedError

    def _alerts(self, body: bytes, is_client: bool) -> None:
        most = 2 if self.is_tls13() else 2 * ALERTS_PER_RECORD
        if len(body) > most:
            self.session.weird("SSL_excessive_alerts_in_record", str(len(body) // 2))
        for place in range(1, min(len(body), most) + 1, 2):
            if place == len(body):
                raise out_of_bound("Alert", 2, 1)
            self.session.alert(body[place], is_client=is_client)

    def ciphertext(self, *, is_orig: bool) -> None:
        """An encrypted record has passed; once both sides encrypt, the session is established."""
        self.encrypted[is_orig] = True
        if self.encrypted[not is_orig]:
            self.session.establish()
            self.done = True
