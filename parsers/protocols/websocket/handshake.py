"""How HTTP becomes a WebSocket (RFC 6455, 4): what both sides say of it in their header fields.

Source: Zeek, base/protocols/websocket/main.zeek.
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha1
from typing import Final

from parsers import escape
from parsers.protocols.analyzer import Connection
from parsers.schema import Row

# Under this name a connection's analysers leave the handshake for each other.
SHARED: Final = "websocket"
SOURCE: Final = "WebSocket"
PROTOCOL, EXTENSIONS, KEY, ACCEPT = (
    b"sec-websocket-protocol",
    b"sec-websocket-extensions",
    b"sec-websocket-key",
    b"sec-websocket-accept",
)
# All the fields that tell that a WebSocket is wanted.
FIELDS: Final = (PROTOCOL, EXTENSIONS, KEY, ACCEPT, b"sec-websocket-version")
_COMMA: Final = re.compile(rb" *, *")
_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Handshake:
    """What request and reply say; `http` is what http.log says of them, when they have come: host, URI, user agent."""

    def __init__(self) -> None:
        self.ts = 0
        self.http: tuple[bytes | None, ...] = (None, None, None)
        self._once: dict[tuple[bool, bytes], bytes] = {}
        self._lists: dict[tuple[bool, bytes], list[bytes]] = {}
        self._is_expected = False

    def read(self, is_orig: bool, name: bytes, value: bytes) -> str | None:
        """A field; the name of what is weird about it, if anything is."""
        self._is_expected = True
        field = is_orig, name
        if field in {(True, PROTOCOL), (True, EXTENSIONS), (False, EXTENSIONS)}:
            self._lists.setdefault(field, []).extend(_COMMA.split(value))
        elif field in {(True, KEY), (False, PROTOCOL), (False, ACCEPT)}:
            again = field in self._once
            self._once[field] = value
            if again:
                return f"websocket_multiple_{name.rsplit(b'-')[-1].decode()}_headers"
        return None

    def weirds(self) -> Iterator[tuple[str, str]]:
        """What is weird about it as a whole: names, and more about each."""
        key, accept = self._once.get((True, KEY)), self._once.get((False, ACCEPT))
        if not self._is_expected:
            yield "websocket_established_unexpected", ""
        if key is None:
            yield "websocket_missing_key_header", ""
        if accept is None:
            yield "websocket_missing_accept_header", ""
        if key is not None and accept is not None:
            expected = b64encode(sha1(key + _GUID, usedforsecurity=False).digest())
            if accept != expected:
                yield "websocket_wrong_accept_header", f"expected={expected.decode()}, found={escape.text(accept)}"

    def row(self, connection: Connection) -> Row:
        """The row of websocket.log."""
        return (
            self.ts,
            *connection.head,
            *(_text(said) for said in self.http),
            _text(self._once.get((False, PROTOCOL))),
            self._texts(True, PROTOCOL),
            self._texts(False, EXTENSIONS),
            self._texts(True, EXTENSIONS),
        )

    def _texts(self, is_orig: bool, name: bytes) -> list[str] | None:
        found = self._lists.get((is_orig, name))
        return None if found is None else [escape.text(text) for text in found]


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else escape.text(raw)
