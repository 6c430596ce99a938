"""SSL 2.0: the hello that old clients of SSL 3 also sent, and the few messages before it encrypts.

Source: the SSL protocol, version 2.0 (1995), section 2; Zeek, src/analyzer/protocol/ssl/ssl-protocol.pac.
"""

from typing import TYPE_CHECKING, Final

from parsers.protocols.ssl import names
from parsers.protocols.ssl.hello import padded
from parsers.protocols.ssl.wire import MessageError, u16

if TYPE_CHECKING:
    from parsers.protocols.ssl.tls import Tls

# Kinds of record from here on are SSL 2.0's message types.
KIND: Final = 300
ERROR, CLIENT_HELLO, CLIENT_MASTER_KEY, SERVER_HELLO = 0, 1, 2, 4


def read(layer: "Tls", header: bytes, kind: int, body: bytes, *, is_orig: bool) -> None:
    """One message, its first five bytes in `header`."""
    message = kind - KIND
    if message == CLIENT_HELLO:
        _client_hello(layer, header, body)
    elif message == SERVER_HELLO:
        _server_hello(layer, body, is_orig)
    elif message == CLIENT_MASTER_KEY:
        _parts(body, 7, (1, 3, 5))
        layer.encrypted = {True: True, False: True}
        layer.session.establish()
        layer.done = True
    elif message == ERROR:
        layer.session.alert(header[3] << 8 | header[4], is_client=layer.handshake.is_client(is_orig))
    else:
        layer.unknown_record(kind, is_orig=is_orig)
    layer.session.begin()


def _parts(body: bytes, place: int, lengths: tuple[int, ...]) -> list[bytes]:
    """What follows from `place` on, of the lengths that stand at these places."""
    parts = []
    for at in lengths:
        stop = place + u16(body, at, len(body))
        if stop > len(body):
            raise MessageError
        parts.append(body[place:stop])
        place = stop
    return parts


def _client_hello(layer: "Tls", header: bytes, body: bytes) -> None:
    _, session_id, _ = _parts(body, 6, (0, 2, 4))
    layer.handshake.accept(header[3] << 8 | header[4])
    layer.session.client_hello(padded(session_id))
    layer.session.note("c", is_client=True)


def _server_hello(layer: "Tls", body: bytes, is_orig: bool) -> None:
    certificate, ciphers, random = _parts(body, 8, (2, 4, 6))
    version = u16(body, 0, len(body))
    if version != names.SSL2:
        layer.violate(f"Invalid version in SSL server hello. Version: {version}")
        layer.skip()
        return
    chosen = int.from_bytes(ciphers[:3], "big") if len(ciphers) >= 3 else 0
    layer.session.server_hello(names.SSL2, chosen, bytes(32), random)
    layer.session.note("s", is_client=False)
    layer.session.certificates([certificate], is_client=layer.handshake.is_client(is_orig))
