"""Kerberos' messages (RFC 4120), made for tests."""

from struct import pack

from tests.parsers.files.certificates import integer, seq, tlv

LOGIN, TICKET = 10, 12
REALM, USER, SERVER = b"TEST.REALM", (b"bob",), (b"krbtgt", b"TEST.REALM")
AES256 = 18
FORWARDABLE, RENEWABLE = 0x40000000, 0x00800000
TILL = b"20370913024805Z"


def element(index: int, *contents: bytes) -> bytes:
    return tlv(0xA0 + index, *contents)


def text(content: bytes) -> bytes:
    return tlv(0x1B, content)


def name(*parts: bytes) -> bytes:
    return seq(element(0, integer(1)), element(1, seq(*map(text, parts))))


def time(content: bytes) -> bytes:
    return tlv(0x18, content)


def options(flags: int) -> bytes:
    return element(0, tlv(0x03, pack(">xI", flags)))


def encrypted(cipher: int = AES256, version: int | None = 1) -> bytes:
    versions = [] if version is None else [element(1, integer(version))]
    return seq(element(0, integer(cipher)), *versions, element(2, tlv(0x04, bytes(200))))


def ticket(service: tuple[bytes, ...] = SERVER, cipher: int = AES256) -> bytes:
    parts = element(0, integer(5)), element(1, text(REALM)), element(2, name(*service)), element(3, encrypted(cipher))
    return tlv(0x61, seq(*parts))


def padata(kind: int, content: bytes) -> bytes:
    return seq(element(1, integer(kind)), element(2, tlv(0x04, content)))


def proof() -> bytes:
    """A ticket that is shown to a service."""
    head = element(0, integer(5)), element(1, integer(14)), element(2, tlv(0x03, bytes(5)))
    return tlv(0x6E, seq(*head, element(3, ticket()), element(4, encrypted(version=None))))


def wishes(
    client: tuple[bytes, ...] | None = USER,
    service: tuple[bytes, ...] | None = SERVER,
    flags: int = FORWARDABLE,
    till: bytes = TILL,
    *more: bytes,
) -> bytes:
    return seq(
        options(flags),
        *([element(1, name(*client))] if client is not None else []),
        element(2, text(REALM)),
        *([element(3, name(*service))] if service is not None else []),
        element(5, time(till)),
        element(7, integer(12345)),
        element(8, seq(integer(AES256), integer(23))),
        *more,
    )


def request(kind: int = LOGIN, *proofs: bytes, wanted: bytes = wishes()) -> bytes:
    head = element(1, integer(5)), element(2, integer(kind))
    return tlv(0x60 + kind, seq(*head, *([element(3, seq(*proofs))] if proofs else []), element(4, wanted)))


def reply(kind: int = LOGIN + 1, *proofs: bytes, service: tuple[bytes, ...] = SERVER, cipher: int = AES256) -> bytes:
    head = element(0, integer(5)), element(1, integer(kind)), *([element(2, seq(*proofs))] if proofs else [])
    who = element(3, text(REALM)), element(4, name(*USER))
    return tlv(0x60 + kind, seq(*head, *who, element(5, ticket(service, cipher)), element(6, encrypted())))


def error(code: int, *more: bytes, before: tuple[bytes, ...] = ()) -> bytes:
    head = element(0, integer(5)), element(1, integer(30)), element(4, time(b"20200913122640Z")), element(5, integer(7))
    return tlv(0x7E, seq(*head, *before, element(6, integer(code)), *more))


def signed(certificate: bytes, heads: int) -> bytes:
    """PKINIT's padata around a certificate, `heads` being what lies around what is signed."""
    content = integer(3) + tlv(0x31) + seq() + element(0, certificate)
    wrapped = tlv(0x06, b"\x2a\x03") + element(0, seq(content))
    for _ in range(heads - 1):
        wrapped = seq(wrapped)
    return wrapped


def framed(message: bytes) -> bytes:
    return pack(">I", len(message)) + message
