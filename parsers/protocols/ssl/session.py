"""What is known of one SSL connection until its row is written.

Source: Zeek, scripts/base/protocols/ssl/{main,files}.zeek.
"""

from typing import Final
from typing import Protocol as Interface

from parsers import escape
from parsers.files import x509
from parsers.files.handle import endpoints, seconds
from parsers.limits import SSL_HISTORY
from parsers.protocols.analyzer import Context
from parsers.protocols.known import certs
from parsers.protocols.ssl import names
from parsers.protocols.ssl.record import RECORD

_LETTERS: Final = {
    0: "h",
    1: "c",
    2: "s",
    3: "v",
    4: "t",
    5: "e",
    6: "j",
    8: "o",
    11: "x",
    12: "k",
    13: "r",
    14: "n",
    15: "y",
    16: "g",
    20: "f",
    21: "w",
    22: "u",
    23: "a",
    24: "p",
    254: "m",
}
CLIENT_KEY_EXCHANGE: Final = 16
SESSION_TICKET, PRE_SHARED_KEY = 35, 41
# A server hello with this in the place of random bytes asks for another client hello (RFC 8446, 4.1.3).
_RETRY: Final = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
_NO_SESSION: Final = bytes(32)

# What is left for other protocols of the connection: TLS has come as far as it can be read.
ESTABLISHED: Final = "ssl_established"
_SESSION: Final = "ssl_session"


class Carrier(Interface):
    """A protocol that carries the handshake (QUIC), and what it is told of the hellos."""

    def client_named(self, server_name: bytes) -> None: ...
    def client_offered(self, protocols: list[bytes]) -> None: ...
    def hello(self, *, is_client: bool) -> None: ...


class Session:
    """One connection's row in the making; `now` is when the bytes came that are being read.

    The session begins with the first thing that the connection says of itself; nothing changes its row once that
    is written. `carrier` is there where the hellos did not come as they are but inside another protocol's packets.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.carrier: Carrier | None = None
        self.now = 0
        self.ts: int | None = None
        self.logged = False
        self.version: int | None = None
        self.cipher: int | None = None
        self.curve: int | None = None
        self.server_name: bytes | None = None
        self.resumed = False
        self.last_alert: int | None = None
        self.next_protocol: bytes | None = None
        self.established = False
        self.history = ""
        self.ja3: str | None = None
        self.ja3s: str | None = None
        self.ja4: str | None = None
        self._session_id: bytes | None = None
        self._ticket_offered = False
        self._key_exchanged = False
        self._psk_offered = False
        self._retried = False
        self._unclear = False
        self._chains: dict[bool, list[x509.Certificate | None]] | None = None

    @staticmethod
    def of(context: Context) -> "Session":
        """The connection's session: all analysers that read TLS on it fill the same row; the last speaks for it."""
        found = context.shared.get(_SESSION)
        if not isinstance(found, Session):
            found = context.shared[_SESSION] = Session(context)
        found.context = context
        return found

    def begin(self) -> None:
        """Something was seen that Zeek opens the row for."""
        if self.ts is None:
            self.ts = self.now

    def note(self, letter: str, *, is_client: bool) -> None:
        """A message joins the history."""
        self.begin()
        if len(self.history) != SSL_HISTORY:
            self.history += letter.upper() if is_client else letter
            if len(self.history) == SSL_HISTORY:
                self.weird("SSL_max_ssl_history_length_reached", source="")

    def flip(self, *, back: bool) -> None:
        """Client and server have changed sides, or have changed back."""
        self.begin()
        self.history += "^"
        if back and not self._unclear:
            self._unclear = True
            self.weird("SSL_unclear_connection_direction")

    def handshake(self, kind: int, *, is_client: bool) -> None:
        """A handshake message has been read."""
        if is_client and kind == CLIENT_KEY_EXCHANGE:
            self._key_exchanged = True
        letter = _LETTERS.get(kind, "z")
        if letter == "s" and self._retried:
            self._retried = False
            letter = "j"
        self.note(letter, is_client=is_client)

    def client_hello(self, session_id: bytes) -> None:
        """A client hello; the session id counts where it is more than zeros."""
        self.begin()
        if session_id != _NO_SESSION:
            self._session_id = session_id
            self._ticket_offered = False
        if self.carrier is not None:
            self.carrier.hello(is_client=True)

    def server_hello(self, version: int, cipher: int, session_id: bytes, random: bytes) -> None:
        """A server hello; an extension may have named the version before."""
        self.begin()
        if self.version is None:
            self.version = version
        self.cipher = cipher
        if random == _RETRY:
            self._retried = True
        tls13 = names.is_draft(self.version) or self.version == names.TLS13
        if self._session_id == session_id and not tls13:
            self.resumed = True
        if self.carrier is not None:
            self.carrier.hello(is_client=False)

    def server_names(self, names: list[bytes], *, is_client: bool) -> None:
        """The hosts that a client asks for."""
        self.begin()
        if is_client and names:
            self.server_name = names[0]
            if len(names) > 1:
                self.weird("SSL_many_server_names", escape.text(b"[%s]" % b", ".join(names)), "")
            if self.carrier is not None:
                self.carrier.client_named(names[0])

    def protocols(self, names: list[bytes], *, is_client: bool) -> None:
        """The protocols that a client offers, or the one that the server chose."""
        self.begin()
        if is_client and self.carrier is not None:
            self.carrier.client_offered(names)
        if not is_client and names:
            self.next_protocol = names[0]

    def resumption(self, kind: int, length: int, *, is_client: bool) -> None:
        """An extension of a hello that offers, or accepts, an earlier session."""
        if is_client and kind == SESSION_TICKET and length:
            self._ticket_offered = True
        elif is_client and kind == PRE_SHARED_KEY:
            self._psk_offered = True
        elif not is_client and kind == PRE_SHARED_KEY and self._psk_offered:
            self.resumed = True

    def change_cipher(self, *, is_client: bool) -> None:
        """From here on this side encrypts."""
        self.note("i", is_client=is_client)
        if is_client and self._ticket_offered and not self._key_exchanged:
            self.resumed = True

    def alert(self, description: int, *, is_client: bool) -> None:
        """An alert that is not encrypted."""
        self.note("l", is_client=is_client)
        self.last_alert = description

    def certificates(self, chain: list[bytes], *, is_client: bool) -> None:
        """The certificates of one side, its own first: a row of x509.log each, and a place in the chain."""
        for place, data in enumerate(chain):
            if not data:
                self.weird("zero_length_certificate")
                continue
            handle = f"{self._handle(is_client=is_client)}{place}"
            certificate = x509.show(self.context.rows, data, self.now, handle, host=place == 0, client=is_client)
            if self.ts is not None:
                if self._chains is None:
                    self._chains = {True: [], False: []}
                self._chains[is_client].append(certificate)

    def stapled(self, response: bytes) -> None:
        """The server's proof that its certificate is not revoked: a file of its own."""
        handle = f"{self._handle(is_client=False)}ocsp"
        kind = "application/ocsp-response"
        file = self.context.files.open(handle, "SSL", self.context.connection, False, self.now, mime_type=kind)
        file.data(response, self.now)
        file.close(self.now)

    def _handle(self, *, is_client: bool) -> str:
        """What the handles of one side's files begin with."""
        connection = self.context.connection
        ends = endpoints(connection.orig_h, connection.orig_p, connection.resp_h, connection.resp_p)
        return f"Analyzer::ANALYZER_SSL{seconds(connection.start)}{'T' if is_client else 'F'}{ends}"

    def early_data(self) -> None:
        """Data of the protocol inside that is not encrypted."""
        self.begin()
        if self.version is not None and not self.established:
            self.weird("ssl_early_application_data", source="")

    def establish(self) -> None:
        """Both sides encrypt: all that can be known is known."""
        self.begin()
        self.established = True
        self.context.shared[ESTABLISHED] = True
        if self._chains is not None and self._chains[False]:
            for row in certs.sightings(self.context.connection, self.now, self._chains[False][0]):
                self.context.rows.add(certs.SIGHTINGS, row)
        self.log()

    def log(self) -> None:
        """Write the row, once, if there is a session at all."""
        if self.ts is None or self.logged:
            return
        self.logged = True
        self.context.rows.add(
            RECORD,
            (
                self.ts,
                *self.context.connection.head,
                None if self.version is None else names.version(self.version),
                None if self.cipher is None else names.cipher(self.cipher),
                None if self.curve is None else names.curve(self.curve),
                None if self.server_name is None else escape.text(self.server_name),
                self.resumed,
                None if self.last_alert is None else names.alert(self.last_alert),
                None if self.next_protocol is None else escape.text(self.next_protocol),
                self.established,
                self.history,
                self._fingerprints(is_client=False),
                self._fingerprints(is_client=True),
                self._name_matches(),
                self.ja3,
                self.ja3s,
                self.ja4,
            ),
        )

    def weird(self, name: str, addl: str = "", source: str | None = None) -> None:
        """Something that weird.log tells."""
        self.context.weird(name, self.now, addl, source)

    def _fingerprints(self, *, is_client: bool) -> list[str] | None:
        if self._chains is None:
            return None
        return [certificate.fingerprint for certificate in self._chains[is_client] if certificate is not None]

    def _name_matches(self) -> bool | None:
        if self._chains is None or self.server_name is None or not self._chains[False]:
            return None
        first = self._chains[False][0]
        return None if first is None else x509.matches(first, self.server_name)
