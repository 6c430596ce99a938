"""Certificates built octet by octet, so that tests can make them as wrong as they like."""

from collections.abc import Sequence

from parsers.files.x509.oids import encode

RSA = encode("1.2.840.113549.1.1.1")
SHA256_RSA = encode("1.2.840.113549.1.1.11")
EC = encode("1.2.840.10045.2.1")
P256 = encode("1.2.840.10045.3.1.7")
CN, O, OU, C = "2.5.4.3", "2.5.4.10", "2.5.4.11", "2.5.4.6"  # noqa: E741
PRINTABLE, UTF8, BMP = 0x13, 0x0C, 0x1E

# One attribute: type, tag of the value, value.
Attribute = tuple[str, int, bytes]


def tlv(tag: int, *contents: bytes) -> bytes:
    body = b"".join(contents)
    if len(body) < 0x80:
        return bytes((tag, len(body))) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def seq(*contents: bytes) -> bytes:
    return tlv(0x30, *contents)


def oid(contents: bytes) -> bytes:
    return tlv(0x06, contents)


def integer(value: int) -> bytes:
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def name(*sets: Sequence[Attribute]) -> bytes:
    """A distinguished name of sets of attributes."""
    return seq(*(tlv(0x31, *(seq(oid(encode(kind)), tlv(tag, value)) for kind, tag, value in each)) for each in sets))


def common(text: bytes) -> bytes:
    return name([(CN, PRINTABLE, text)])


def rsa_key(modulus: int = (1 << 2047) + 9, exponent: int = 65537) -> bytes:
    return key(seq(oid(RSA), b"\x05\x00"), seq(integer(modulus), integer(exponent)))


def key(algorithm: bytes, octets: bytes) -> bytes:
    return seq(algorithm, tlv(0x03, b"\x00", octets))


def extension(kind: str, value: bytes, *, critical: bool = False) -> bytes:
    return seq(oid(encode(kind)), *([b"\x01\x01\xff"] if critical else []), tlv(0x04, value))


def names(*general: bytes) -> bytes:
    return extension("2.5.29.17", seq(*general))


def dns(text: bytes) -> bytes:
    return tlv(0x82, text)


def certificate(
    *,
    serial: bytes | None = None,
    subject: bytes = common(b"www.example.org"),
    issuer: bytes = common(b"Example CA"),
    before: bytes = tlv(0x17, b"250101000000Z"),
    after: bytes = tlv(0x17, b"260101000000Z"),
    spki: bytes | None = None,
    signature: bytes = SHA256_RSA,
    extensions: Sequence[bytes] = (),
) -> bytes:
    algorithm = seq(oid(signature), b"\x05\x00")
    tbs = seq(
        tlv(0xA0, integer(2)),
        serial or integer(0x1234),
        algorithm,
        issuer,
        seq(before, after),
        subject,
        spki or rsa_key(),
        *([tlv(0xA3, seq(*extensions))] if extensions else []),
    )
    return seq(tbs, algorithm, tlv(0x03, b"\x00" + b"\x55" * 32))
