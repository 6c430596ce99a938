"""TLS and DTLS messages built octet by octet."""

from struct import pack

from parsers.protocols.ssl.names import TLS12

# Message types.
HELLO, SERVER_HELLO, VERIFY, TICKET, CERTIFICATE = 1, 2, 3, 4, 11
SERVER_KEY, WANTED, DONE, PROVEN, CLIENT_KEY, FINISHED, STATUS = 12, 13, 14, 15, 16, 20, 22
# Record types.
CIPHER, ALERT, HANDSHAKE, DATA, HEARTBEAT = 20, 21, 22, 23, 24
RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
RSA_SUITE, ECDHE_SUITE, DHE_SUITE, TLS13_SUITE = 0x009C, 0xC02F, 0x009E, 0x1301


def sized(octets: int, *contents: bytes) -> bytes:
    """Contents behind their length in so many octets."""
    body = b"".join(contents)
    return len(body).to_bytes(octets, "big") + body


def record(kind: int, *contents: bytes, version: int = TLS12) -> bytes:
    return pack(">BH", kind, version) + sized(2, *contents)


def message(kind: int, *contents: bytes) -> bytes:
    return bytes((kind,)) + sized(3, *contents)


def handshake(*messages: bytes, version: int = TLS12) -> bytes:
    return record(HANDSHAKE, *messages, version=version)


def extension(kind: int, *contents: bytes) -> bytes:
    return pack(">H", kind) + sized(2, *contents)


def server_name(host: bytes) -> bytes:
    return extension(0, sized(2, b"\x00", sized(2, host)))


def protocols(*names: bytes) -> bytes:
    return extension(16, sized(2, *(sized(1, name) for name in names)))


def client_hello(
    *extensions: bytes, version: int = TLS12, session_id: bytes = b"", cookie: bytes | None = None
) -> bytes:
    return message(
        HELLO,
        pack(">H", version),
        bytes(range(32)),
        sized(1, session_id),
        b"" if cookie is None else sized(1, cookie),
        sized(2, pack(">HH", RSA_SUITE, ECDHE_SUITE)),
        sized(1, b"\x00"),
        sized(2, *extensions) if extensions else b"",
    )


def server_hello(
    *extensions: bytes,
    version: int = TLS12,
    suite: int = ECDHE_SUITE,
    session_id: bytes = b"",
    random: bytes = bytes(32),
) -> bytes:
    return message(
        SERVER_HELLO,
        pack(">H", version),
        random,
        sized(1, session_id),
        pack(">HB", suite, 0),
        sized(2, *extensions) if extensions else b"",
    )


def certificates(*chain: bytes) -> bytes:
    return message(CERTIFICATE, sized(3, *(sized(3, each) for each in chain)))


def server_key(curve: int = 23) -> bytes:
    return message(SERVER_KEY, pack(">BH", 3, curve), sized(1, b"\x04" + b"p" * 64), b"\x04\x01", sized(2, b"s" * 70))


def ciphered(kind: int = HANDSHAKE, length: int = 40) -> bytes:
    """A record that is encrypted."""
    return record(kind, b"\xee" * length)


CHANGE = record(CIPHER, b"\x01")


def datagram(kind: int, *contents: bytes, number: int = 0, epoch: int = 0, version: int = 0xFEFD) -> bytes:
    """One DTLS record."""
    return pack(">BHH", kind, version, epoch) + number.to_bytes(6, "big") + sized(2, *contents)


def fragments(whole: bytes, *, sequence: int = 0, number: int = 0, size: int = 1 << 16) -> list[bytes]:
    """A handshake message as DTLS records of fragments of so many bytes."""
    kind, body = whole[:1], whole[4:]
    length = len(body).to_bytes(3, "big")
    pieces = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    return [
        datagram(
            HANDSHAKE,
            kind + length + pack(">H", sequence) + (i * size).to_bytes(3, "big") + sized(3, piece),
            number=number + i,
        )
        for i, piece in enumerate(pieces)
    ]
