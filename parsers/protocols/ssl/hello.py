"""Client and server hello up to their extensions.

Source: RFC 8446, section 4.1; RFC 6347, section 4.2.1; Zeek, src/analyzer/protocol/ssl/tls-handshake-protocol.pac.
"""

from dataclasses import dataclass

from parsers.protocols.grammar import Reading
from parsers.protocols.ssl.names import DTLS10, DTLS12, TLS13

CLIENT_HELLO, SERVER_HELLO = 1, 2


@dataclass(slots=True)
class Hello:
    """What a hello says outside its extensions; the session id is padded to 32 octets, as Zeek's.

    cipher      the one that a server chose
    extensions  where the first one begins
    ciphers     those that a client offers, two octets each
    """

    version: int
    random: bytes
    session_id: bytes
    cipher: int
    extensions: int
    ciphers: bytes = b""


def padded(session_id: bytes) -> bytes:
    """A session id as Zeek compares it: 32 octets, zeros for what is missing, all of them for one that is too long."""
    return session_id.ljust(32, b"\x00") if len(session_id) <= 32 else bytes(32)


def client_hello(body: bytes) -> Hello:
    """A client hello up to its extensions."""
    hello = Reading(body)
    version, _ = hello.numbers("ClientHello:gmt_unix_time", ">HI")
    random = hello.octets("ClientHello:random_bytes", 28)
    session_id = _session_id(hello, "ClientHello")
    if version in (DTLS10, DTLS12):
        cookie = hello.inner()
        (length,) = cookie.numbers("ClientHelloCookie:cookie_len", "B")
        cookie.octets("ClientHelloCookie:cookie", length)
        hello.place = cookie.place
    (length,) = hello.numbers("ClientHello:csuit_len", ">H")
    # An odd length is rounded down.
    ciphers = hello.array("ClientHello:csuits", length // 2, 2)
    (length,) = hello.numbers("ClientHello:cmeth_len", "B")
    hello.array("ClientHello:cmeths", length, 1)
    return Hello(version, random, session_id, 0, _extensions(hello, "ClientHello"), ciphers)


def server_hello(body: bytes) -> Hello:
    """A server hello up to its extensions; TLS 1.3's drafts once left out the session id and the compression."""
    choice = Reading(body)
    (version,) = choice.numbers("ServerHelloChoice:server_version1", ">H")
    hello = choice.inner()
    if version == TLS13 or version >> 8 == 0x7F:
        random = hello.octets("ServerHello13:random", 32)
        (cipher,) = hello.numbers("ServerHello13:cipher_suite", ">H")
        return Hello(version, random, bytes(32), cipher, _extensions(hello, "ServerHello13"))
    random = hello.octets("ServerHello:random_bytes", 32)
    session_id = _session_id(hello, "ServerHello")
    cipher, _ = hello.numbers("ServerHello:compression_method", ">HB")
    return Hello(version, random, session_id, cipher, _extensions(hello, "ServerHello"))


def _session_id(hello: Reading, where: str) -> bytes:
    (length,) = hello.numbers(f"{where}:session_len", "B")
    return padded(hello.array(f"{where}:session_id", length, 1))


def _extensions(hello: Reading, where: str) -> int:
    """Where the first extension begins; their length is not believed."""
    if hello.left:
        hello.numbers(f"{where}:ext_len__elem", ">H")
    return hello.place
