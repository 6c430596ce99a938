"""What weird.log tells of SSL and TLS."""

from struct import pack

import pytest

from parsers.files.handle import endpoints, fuid, seconds
from parsers.protocols.ssl import SSL
from tests.parsers.files.certificates import certificate
from tests.parsers.protocols.feeding import START, Turn, connection, converse
from tests.parsers.protocols.tls_messages import (
    ALERT,
    DATA,
    HEARTBEAT,
    STATUS,
    certificates,
    client_hello,
    extension,
    handshake,
    message,
    record,
    server_hello,
    sized,
)

CLIENT: Turn = True, handshake(client_hello())
SERVER: Turn = False, handshake(server_hello())
CHOSEN_13 = extension(43, pack(">H", 0x0304))
TWO_NAMES = extension(0, sized(2, b"\0", sized(2, b"a.example"), b"\0", sized(2, b"b.example")))


def weirds(*turns: Turn) -> list[tuple[str, str | None, str | None]]:
    told = converse(SSL, turns, to=connection(resp_p=443)).rows.get("weird", [])
    return [(row["name"], row["addl"], row["source"]) for row in told]


@pytest.mark.parametrize(
    ("turns", "told"),
    [
        ([CLIENT, SERVER, (False, record(ALERT, b"\1\0" * 10))], []),
        (
            [CLIENT, SERVER, (False, record(ALERT, b"\1\0" * 11))],
            [("SSL_excessive_alerts_in_record", "11", "SSL")],
        ),
        (
            [CLIENT, (False, handshake(server_hello(CHOSEN_13)) + record(ALERT, b"\1\0" * 2))],
            [("SSL_excessive_alerts_in_record", "2", "SSL")],
        ),
        (
            [CLIENT, *[(True, record(HEARTBEAT, b"\1\0\0"))] * 100],
            [("SSL_max_ssl_history_length_reached", None, None)],
        ),
        (
            [(True, handshake(client_hello(TWO_NAMES)))],
            [("SSL_many_server_names", "[a.example, b.example]", None)],
        ),
        (
            [(True, handshake(client_hello(extension(0, sized(2, b"\7name")))))],
            [("ssl_ext_unknown_server_name_type", "7", "SSL")],
        ),
        ([CLIENT, SERVER, (False, record(DATA, b"early"))], [("ssl_early_application_data", None, None)]),
        ([CLIENT, SERVER, (False, handshake(certificates(b"")))], [("zero_length_certificate", None, "SSL")]),
        (
            [CLIENT, SERVER, (False, handshake(message(STATUS, b"\1", sized(3))))],
            [("SSL_zero_length_stapled_OCSP_message", None, "SSL")],
        ),
        ([(False, CLIENT[1]), (True, SERVER[1])], []),
        (
            [(False, CLIENT[1]), (False, SERVER[1]), (False, CLIENT[1]), (False, SERVER[1])],
            [("SSL_unclear_connection_direction", None, "SSL")],
        ),
    ],
)
def test_what_is_weird(turns: list[Turn], told: list[tuple[str, str | None, str | None]]) -> None:
    assert weirds(*turns) == told


def test_what_is_weird_in_a_certificate_is_told_of_its_file() -> None:
    to = connection(resp_p=443)
    ends = endpoints(to.orig_h, to.orig_p, to.resp_h, to.resp_p)
    chain = handshake(certificates(certificate(), b"junk"))
    told = converse(SSL, [CLIENT, SERVER, (False, chain)], to=to).only("weird")
    assert (told["uid"], told["name"]) == (None, "x509_cert_parse_error")
    assert told["addl"] == fuid(f"Analyzer::ANALYZER_SSL{seconds(to.start)}F{ends}1")
    assert told["ts"] > START
