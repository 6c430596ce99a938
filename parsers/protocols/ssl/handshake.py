"""The handshake: messages put together from records or datagrams, and what they say.

Source: RFC 5246, section 7.4; RFC 8446, section 4; Zeek, src/analyzer/protocol/ssl/tls-handshake-*.pac.
"""

from typing import Final
from typing import Protocol as Interface

from parsers.limits import HANDSHAKE_BYTES
from parsers.protocols.binpac import BinpacError, out_of_bound, past_capacity
from parsers.protocols.grammar import Reading
from parsers.protocols.ssl import fingerprints, names
from parsers.protocols.ssl.extensions import Extensions, signature_algorithms
from parsers.protocols.ssl.hello import CLIENT_HELLO, SERVER_HELLO, client_hello, server_hello
from parsers.protocols.ssl.session import CLIENT_KEY_EXCHANGE, Session
from parsers.protocols.ssl.wire import sender, sized, u24

HELLO_REQUEST, VERIFY_REQUEST, TICKET = 0, 3, 4
CERTIFICATE, SERVER_KEY_EXCHANGE, CERTIFICATE_REQUEST, HELLO_DONE, CERTIFICATE_VERIFY = 11, 12, 13, 14, 15
FINISHED, CERTIFICATE_URL, CERTIFICATE_STATUS = 20, 21, 22
_OPAQUE: Final = frozenset({HELLO_DONE, CERTIFICATE_VERIFY, CLIENT_KEY_EXCHANGE, FINISHED, CERTIFICATE_URL})
_NAMED_CURVE: Final = 3
# Suites whose key exchange Zeek does not read.
_UNREAD: Final = frozenset({0xCCAC, 0xD004})


class Layer(Interface):
    """What carries the handshake and is told how it goes; `transport` is what JA4 calls it."""

    transport: str

    def confirm(self) -> None: ...
    def violate(self, reason: str) -> None: ...
    def skip(self) -> None: ...


class Handshake:
    """Both sides' handshake messages.

    version  the version that the server chose, 0 while it is not known
    flipped  whether the client is the connection's responder
    """

    __deletable__ = ("layer",)

    def __init__(self, session: Session, layer: Layer) -> None:
        self.session = session
        self.layer = layer
        self.version = 0
        self.flipped = False
        self._suite = ""
        self._held = {True: bytearray(), False: bytearray()}

    def let_go(self) -> None:
        """Nothing more is fed; the layer holds this in turn."""
        del self.layer

    def feed(self, data: bytes, *, is_orig: bool) -> None:
        """The next bytes of one side's messages; those that are whole now are read."""
        held = self._held[is_orig]
        if held:
            held += data
            if len(held) < 4 or len(held) < 4 + int.from_bytes(held[1:4], "big"):
                return
            data = bytes(held)
            held.clear()
        place = 0
        while len(data) - place >= 4:
            stop = place + 4 + u24(data, place + 1, len(data))
            if stop - place > HANDSHAKE_BYTES:
                self.layer.violate(str(past_capacity(stop - place, HANDSHAKE_BYTES)))
                return
            if stop > len(data):
                break
            try:
                self._message(data[place], data[place + 4 : stop], is_orig)
            except BinpacError as error:
                self.layer.violate(str(error))
                return
            place = stop
        held += data[place:]

    def is_client(self, is_orig: bool) -> bool:
        """Whether this side of the connection is the client."""
        return is_orig != self.flipped

    def _message(self, kind: int, body: bytes, is_orig: bool) -> None:
        if kind == CLIENT_HELLO:
            self._client_hello(body, is_orig)
        elif kind == SERVER_HELLO:
            self._server_hello(body, is_orig)
        elif kind == CERTIFICATE:
            self._certificates(body, is_orig)
        elif kind == SERVER_KEY_EXCHANGE:
            self._server_key_exchange(body)
        elif kind == CERTIFICATE_STATUS:
            self._certificate_status(body)
        elif kind == CERTIFICATE_REQUEST:
            self._certificate_request(body)
        elif kind == HELLO_REQUEST:
            self._check_direction(is_orig, client_sends=False)
        elif kind == TICKET:
            message = Reading(body)
            (length,) = message.numbers("SessionTicketHandshake:length", ">4xH")
            message.octets("SessionTicketHandshake:data", length)
        elif kind == VERIFY_REQUEST:
            message = Reading(body)
            (length,) = message.numbers("HelloVerifyRequest:cookie_length", ">HB")[1:]
            message.octets("HelloVerifyRequest:cookie", length)
        elif kind not in _OPAQUE:
            self.layer.violate(f"unknown handshake message ({kind}) from {sender(is_orig=is_orig)}")
        self.session.handshake(kind, is_client=self.is_client(is_orig))

    def _check_direction(self, is_orig: bool, *, client_sends: bool) -> None:
        if self.flipped == (client_sends == is_orig):
            self.flipped = not self.flipped
            self.session.flip(back=not self.flipped)

    def _client_hello(self, body: bytes, is_orig: bool) -> None:
        self._check_direction(is_orig, client_sends=True)
        hello = client_hello(body)
        Extensions(self.session, CLIENT_HELLO, self.is_client(is_orig)).read(body, hello.extensions)
        self.accept(hello.version)
        self.session.client_hello(hello.session_id)
        if self.session.ja3 is None:
            # A second hello is what the server asked for.
            self.session.ja3, self.session.ja4 = fingerprints.client(hello, body, self.layer.transport)

    def accept(self, version: int) -> None:
        """A client's hello confirms the protocol, unless nobody knows its version."""
        if names.is_known(version):
            self.session.begin()
            self.layer.confirm()
        else:
            self.layer.violate(f"unsupported client SSL version 0x{version:04x}")
            self.layer.skip()

    def _server_hello(self, body: bytes, is_orig: bool) -> None:
        self._check_direction(is_orig, client_sends=False)
        hello = server_hello(body)
        extensions = Extensions(self.session, SERVER_HELLO, self.is_client(is_orig))
        try:
            extensions.read(body, hello.extensions)
        finally:
            # The version stays what it was said to be first.
            self.version = self.version or extensions.chosen or 0
        self.version = self.version or hello.version
        self._suite = names.cipher(hello.cipher) if hello.cipher not in _UNREAD else ""
        if not names.is_known(hello.version):
            self.layer.violate(f"unsupported server SSL version 0x{hello.version:04x}")
            self.layer.skip()
        self.session.server_hello(hello.version, hello.cipher, hello.session_id, hello.random)
        self.session.ja3s = fingerprints.server(hello, body)

    def _certificates(self, body: bytes, is_orig: bool) -> None:
        chain = []
        place = 3
        stop = place + int.from_bytes(Reading(body).octets("Certificate:length", 3), "big")
        if stop > len(body):
            raise out_of_bound("Certificate", stop, len(body))
        while place < stop:
            entry = Reading(body, place, stop)
            length = int.from_bytes(entry.octets("X509Certificate:length", 3), "big")
            chain.append(entry.octets("X509Certificate:certificate", length))
            place = entry.place
        self.session.certificates(chain, is_client=self.is_client(is_orig))

    def _certificate_status(self, body: bytes) -> None:
        Reading(body).octets("CertificateStatus:length", 4)
        response = body[4:]
        if body[0] == 1 and response:
            self.session.stapled(response)
        elif not response:
            self.session.weird("SSL_zero_length_stapled_OCSP_message")

    def _signs_with_algorithm(self) -> bool:
        """Since TLS 1.2, signatures say how they were made."""
        return self.version > names.TLS11 and self.version != names.DTLS10

    def _certificate_request(self, body: bytes) -> None:
        message = Reading(body)
        (count,) = message.numbers("CertificateRequest:certificate_types_len", "B")
        message.array("CertificateRequest:certificate_types", count, 1)
        if self._signs_with_algorithm():
            signature_algorithms(message)
        (length,) = message.numbers("CertificateRequest:certificate_authorities_len", ">H")
        start = message.place
        message.octets("CertificateRequest:certificate_authorities", length)
        authorities = Reading(body, start, message.place)
        while authorities.left:
            one = authorities.inner()
            field = "CertificateAuthorities:certificate_authority"
            sized(one, 2, f"{field}_len", field)
            authorities.place = one.place

    def _server_key_exchange(self, body: bytes) -> None:
        suite, message = self._suite, Reading(body)
        signed = not suite.startswith(("TLS_ECDH_ANON", "TLS_DH_ANON"))
        if suite.startswith(("TLS_ECDHE_", "TLS_ECDH_ANON")):
            (kind,) = message.numbers(f"{'Ecdhe' if signed else 'EcdhAnon'}ServerKeyExchange:curve_type", "B")
            if kind != _NAMED_CURVE:
                return
            point = message.inner()
            curve, length = point.numbers("ServerECDHParamsAndSignature:point_length", ">HB")
            point.octets("ServerECDHParamsAndSignature:point", length)
            message.place = point.place
            if signed:
                self._signature(message.inner())
            self.session.begin()
            self.session.curve = curve
        elif suite.startswith(("TLS_DHE_", "TLS_DH_ANON", "TLS_PSK_DHE_")):
            for name in ("dh_p", "dh_g", "dh_Ys"):
                field = f"{'Dhe' if signed else 'DhAnon'}ServerKeyExchange:{name}"
                sized(message, 2, f"{field}_length", field)
            if signed:
                self._signature(message.inner())

    def _signature(self, message: Reading) -> None:
        if self._signs_with_algorithm():
            message.octets("SignatureAndHashAlgorithm", 2)
        sized(message, 2, "ServerKeyExchangeSignature:signature_length", "ServerKeyExchangeSignature:signature")
