"""known_certs.log: the certificates that local servers showed.

Source: Zeek, scripts/policy/protocols/ssl/known-certs.zeek.
"""

from collections.abc import Iterable, Iterator, Sequence

from parsers import escape
from parsers.files.x509.certificate import Certificate
from parsers.protocols.analyzer import Connection
from parsers.protocols.expiry import Expiry
from parsers.protocols.known import daily
from parsers.schema import Field, Record, Row
from parsers.site import is_local

RECORD = Record(
    "known_certs",
    "A certificate that a server of the local network showed. Each server's are listed once a day.",
    "#c9a8d7",
    (
        Field("ts", "time", "When the certificate was first seen, UTC.", 1),
        Field("host", "addr", "The address of the server that showed it.", 2),
        Field("port_num", "port", "The port that the server listens on.", 3),
        Field("subject", "string", "Whom the certificate names: the owner of the key.", 4),
        Field("issuer_subject", "string", "Who vouches for it; the subject itself when it is self-signed.", 5),
        Field("serial", "string", "The number that the issuer gave it, in hexadecimal."),
    ),
)
# A certificate is told from others by all that it says.
SIGHTINGS = Record(
    RECORD.name,
    "A certificate that a local server showed.",
    RECORD.colour,
    (*RECORD.fields, Field("fingerprint", "string", "The SHA-256 of the certificate.")),
)


def sightings(connection: Connection, ts: int, certificate: Certificate | None) -> Iterator[Row]:
    """What TLS that was established at `ts` tells: the server's own certificate, None where it cannot be read."""
    if certificate is not None and is_local(connection.resp_h):
        said = escape.text(certificate.subject), escape.text(certificate.issuer), certificate.serial
        yield ts, connection.resp_h, connection.resp_p, *said, certificate.fingerprint


def thinned(rows: Sequence[Row]) -> list[Row]:
    """Of what a shard has told, what may be written."""
    return daily.thinned(rows, _server_and_certificate)


def logged(rows: Iterable[Row], expiry: Expiry) -> list[Row]:
    """The rows that Zeek writes; `expiry` is that of the capture's clock."""
    return [row[:-1] for row in daily.logged(rows, _server_and_certificate, expiry)]


def _server_and_certificate(row: Row) -> tuple[str, str]:
    return row[1], row[-1]
