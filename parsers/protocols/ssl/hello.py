"""Client and server hello up to their extensions.

Source: RFC 8446, section 4.1; RFC 6347, section 4.2.1; Zeek, src/analyzer/protocol/ssl/tls-handshake-protocol.pac.
"""

from dataclasses import dataclass

from parsers.protocols.ssl.names import DTLS10, DTLS12, TLS13
from parsers.protocols.ssl.wire import MessageError, u16, vector

CLIENT_HELLO, SERVER_HELLO = 1, 2


@dataclass(slots=True)
class Hello:
    """What a hello says outside its extensions; the session id is padded to 32 octets, as Zeek's."""

    version: int
    random: bytes
    session_id: bytes
    cipher: int
    extensions: int


def padded(session_id: bytes) -> bytes:
    """A session id as Zeek compares it: 32 octets, zeros for what is missing, all of them for one that is too long."""
    return session_id.ljust(32, b"\x00") if len(session_id) <= 32 else bytes(32)


def client_hello(body: bytes) -> Hello:
    """A client hello up to its extensions."""
    end = len(body)
    version = u16(body, 0, end)
    start, place = vector(body, 34, end, 1)
    session_id = body[start:place]
    if version in (DTLS10, DTLS12):
        _, place = vector(body, place, end, 1)
    ciphers = u16(body, place, end)
    # An odd length is rounded down.
    place += 2 + (ciphers & ~1)
    _, place = vector(body, place, end, 1)
    return Hello(version, body[6:34], padded(session_id), 0, _extensions(body, place))


def server_hello(body: bytes) -> Hello:
    """A server hello up to its extensions; TLS 1.3's drafts once left out the session id and the compression."""
    end = len(body)
    version = u16(body, 0, end)
    if version == TLS13 or version >> 8 == 0x7F:
        cipher = u16(body, 34, end)
        return Hello(version, body[2:34], bytes(32), cipher, _extensions(body, 36))
    start, place = vector(body, 34, end, 1)
    cipher = u16(body, place, end)
    if place + 3 > end:
        raise MessageError
    return Hello(version, body[2:34], padded(body[start:place]), cipher, _extensions(body, place + 3))


def _extensions(body: bytes, place: int) -> int:
    """Where the first extension begins; their length is not believed."""
    if place == len(body):
        return place
    u16(body, place, len(body))
    return place + 2
