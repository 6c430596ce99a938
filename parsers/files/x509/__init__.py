"""Certificates: what they say, and their rows in x509.log."""

from parsers import escape
from parsers.files.handle import fuid
from parsers.files.x509.certificate import Certificate, parse
from parsers.files.x509.sightings import first_of, first_rows
from parsers.pieces import holds
from parsers.protocols import weird
from parsers.protocols.analyzer import Rows
from parsers.schema import Field, Record, Row

__all__ = ["RECORD", "Certificate", "first_of", "first_rows", "matches", "parse", "row", "show"]

RECORD = Record(
    "x509",
    "A certificate that a server, a client or a file showed; each is listed once a day.",
    "#d7a8e0",
    (
        Field("ts", "time", "When the certificate was seen, UTC.", 1),
        Field("fingerprint", "string", "The SHA-256 of the certificate; ssl lists it in cert_chain_fps."),
        Field("certificate.version", "count", "The version of the X.509 format, nearly always 3."),
        Field("certificate.serial", "string", "The number that the issuer gave it, in hexadecimal."),
        Field("certificate.subject", "string", "Whom it names: the owner of the key.", 2),
        Field("certificate.issuer", "string", "Who vouches for it; the subject itself when it is self-signed.", 3),
        Field("certificate.not_valid_before", "time", "It is valid from this time on.", far=True),
        Field("certificate.not_valid_after", "time", "It is valid until this time.", 4, far=True),
        Field("certificate.key_alg", "string", "The algorithm of its public key.", repeats=True),
        Field("certificate.sig_alg", "string", "The algorithm of the issuer's signature.", repeats=True),
        Field("certificate.key_type", "string", "The kind of its public key: rsa, dsa, ecdsa, …", repeats=True),
        Field("certificate.key_length", "count", "The length of its public key, in bits."),
        Field("certificate.exponent", "string", "The exponent of an RSA key.", repeats=True),
        Field("certificate.curve", "string", "The curve of an elliptic-curve key.", repeats=True),
        Field("san.dns", "vector[string]", "The host names that it is valid for.", 5),
        Field("san.uri", "vector[string]", "The URIs that it is valid for."),
        Field("san.email", "vector[string]", "The mail addresses that it is valid for."),
        Field("san.ip", "vector[addr]", "The addresses that it is valid for."),
        Field("basic_constraints.ca", "bool", "Whether its owner may issue certificates."),
        Field("basic_constraints.path_len", "count", "How many issuers may stand between it and a host's certificate."),
        Field("host_cert", "bool", "Whether it stood first in its chain, for the host itself."),
        Field("client_cert", "bool", "Whether the client sent it."),
    ),
)


def row(certificate: Certificate, ts: int, *, host: bool, client: bool) -> Row:
    """The certificate's row in x509.log; `host` when it stood first in its chain, `client` when the client sent it.

    Source: Zeek, scripts/base/files/x509/main.zeek.
    """
    key, says = certificate.key, certificate.extensions
    return (
        ts,
        certificate.fingerprint,
        certificate.version,
        certificate.serial,
        escape.text(certificate.subject),
        escape.text(certificate.issuer),
        certificate.not_before * 1_000_000_000,
        certificate.not_after * 1_000_000_000,
        key.algorithm,
        certificate.signature,
        key.type,
        key.length,
        key.exponent,
        key.curve,
        _texts(says.dns),
        _texts(says.uri),
        _texts(says.email),
        says.ip,
        says.ca,
        says.path_length,
        host,
        client,
    )


def show(rows: Rows, data: bytes, ts: int, handle: str, *, host: bool, client: bool) -> Certificate | None:
    """A certificate that is a file of its own under this handle: its row, and what weird.log tells of it."""
    certificate = parse(data)
    if certificate is not None:
        rows.add(RECORD, row(certificate, ts, host=host, client=client))
    for name, more in [("x509_cert_parse_error", "")] if certificate is None else certificate.weirds:
        rows.add(weird.RECORD, weird.of_file(ts, fuid(handle), name, more, ""))
    return certificate


def _texts(found: list[bytes] | None) -> list[str] | None:
    return None if found is None else [escape.text(name) for name in found]


def matches(certificate: Certificate, host: bytes) -> bool:
    """Whether the certificate is valid for this host name; letters must agree in case.

    The common name counts only where there is no subject alternative name.
    Source: Zeek, src/file_analysis/analyzer/x509/functions.bif (check_hostname).
    """
    if certificate.extensions.has_names:
        names = certificate.extensions.dns or []
    else:
        names = [] if certificate.common_name is None else [certificate.common_name]
    return host in names or any(_covers(name, host) for name in names if holds(name, b"*"))


def _covers(name: bytes, host: bytes) -> bool:
    """A name with a star, which may end the first of at least three labels and stands for no dot."""
    start, _, parent = name.partition(b".")
    label, dot, host_parent = host.partition(b".")
    if not dot or not holds(parent, b".") or parent != host_parent:
        return False
    return start.endswith(b"*") and start.count(b"*") == 1 and label.startswith(start[:-1])
