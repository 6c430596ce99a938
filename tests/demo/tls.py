"""A TLS 1.2 conversation with a chain of three certificates; what is encrypted is filler of the right size."""

import hashlib
import struct
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

START = datetime(2026, 1, 5)


def filler(label: str, size: int) -> bytes:
    """Bytes that look random and are the same each time."""
    return hashlib.shake_128(label.encode()).digest(size)


def _key(label: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(filler(label, 31), "big"), ec.SECP256R1())


def _name(common: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CH"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: str, signer: str, serial: int, days: int, names: list[str]
) -> bytes:
    extension: x509.ExtensionType = (
        x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        if names
        else x509.BasicConstraints(ca=True, path_length=None)
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(_key(key).public_key())
        .serial_number(serial)
        .not_valid_before(START)
        .not_valid_after(START + timedelta(days=days))
        .add_extension(extension, critical=not names)
        .sign(_key(signer), SHA256(), ecdsa_deterministic=True)
    )
    return made.public_bytes(Encoding.DER)


def chain(names: list[str]) -> list[bytes]:
    """A host's certificate, the one that signed it, and the root."""
    root = _name("Example Root CA", "Example Trust Services")
    middle = _name("Example Issuing CA 3", "Example Trust Services")
    host = _name(names[0], "Example Parcel Tracking")
    return [
        _certificate(host, middle, names[0], "middle", 0x1F00D0A1, 397, names),
        _certificate(middle, root, "middle", "root", 0x3A5511, 1825, []),
        _certificate(root, root, "root", "root", 0x01, 7300, []),
    ]


def record(kind: int, body: bytes) -> bytes:
    """A TLS record of version 1.2 (RFC 5246, section 6.2.1)."""
    return struct.pack(">BHH", kind, 0x0303, len(body)) + body


def _message(kind: int, body: bytes) -> bytes:
    return struct.pack(">I", kind << 24 | len(body)) + body


def _extension(kind: int, body: bytes) -> bytes:
    return struct.pack(">HH", kind, len(body)) + body


def client_hello(server_name: str) -> bytes:
    """The client's first record: the name that it looks for, the protocols that it would speak."""
    suites = struct.pack(">5H", 0xC02B, 0xC02F, 0xC02C, 0xC030, 0x009C)
    name = server_name.encode()
    server = struct.pack(">HBH", len(name) + 3, 0, len(name)) + name
    protocols = b"\x02h2\x08http/1.1"
    extensions = (
        _extension(0, server)
        + _extension(10, struct.pack(">HHH", 4, 0x001D, 0x0017))
        + _extension(11, b"\x01\x00")
        + _extension(13, struct.pack(">HHH", 4, 0x0403, 0x0401))
        + _extension(16, struct.pack(">H", len(protocols)) + protocols)
    )
    body = b"\x03\x03" + filler(f"client {server_name}", 32) + b"\x00"
    body += struct.pack(">H", len(suites)) + suites + b"\x01\x00" + struct.pack(">H", len(extensions)) + extensions
    return record(22, _message(1, body))


def server_flight(server_name: str, certificates: list[bytes]) -> bytes:
    """Hello, certificates, key exchange, done: what the server answers."""
    extensions = _extension(11, b"\x01\x00") + _extension(16, struct.pack(">HB", 9, 8) + b"http/1.1")
    session = filler(f"session {server_name}", 32)
    hello = b"\x03\x03" + filler(f"server {server_name}", 32) + b"\x20" + session + b"\xc0\x2b\x00"
    hello += struct.pack(">H", len(extensions)) + extensions
    listed = b"".join(struct.pack(">I", len(c))[1:] + c for c in certificates)
    exchange = b"\x03\x00\x17\x41\x04" + filler(f"point {server_name}", 64)
    exchange += b"\x04\x03" + struct.pack(">H", 71) + filler(f"signature {server_name}", 71)
    return (
        record(22, _message(2, hello))
        + record(22, _message(11, struct.pack(">I", len(listed))[1:] + listed))
        + record(22, _message(12, exchange))
        + record(22, _message(14, b""))
    )


def client_finish(server_name: str) -> bytes:
    """The client's key, the change of cipher, the first encrypted record."""
    key = b"\x41\x04" + filler(f"client point {server_name}", 64)
    return record(22, _message(16, key)) + record(20, b"\x01") + record(22, filler(f"finish {server_name}", 40))


def server_finish(server_name: str) -> bytes:
    """The server's change of cipher and its first encrypted record."""
    return record(20, b"\x01") + record(22, filler(f"finished {server_name}", 40))
