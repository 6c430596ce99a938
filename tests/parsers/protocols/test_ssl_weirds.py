"""What weird.log tells of SSL and TLS, and why analyzer.log says that a message is none."""

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
    SERVER_KEY,
    STATUS,
    TICKET,
    WANTED,
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


def asked(length: int, *rest: bytes) -> bytes:
    """A server's request for certificates, in TLS 1.2."""
    return message(WANTED, sized(1, b"\1"), sized(2, b"\4\1"), pack(">H", length), *rest)


def agreed(*contents: bytes) -> bytes:
    """A server's part of the key exchange, by elliptic curves."""
    return message(SERVER_KEY, *contents)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (extension(0, b"\0"), "ServerNameExt:length: 2 > 1"),
        (extension(0, b"\0\5\0\0\1a"), "ServerNameExt: 7 > 6"),
        (extension(0, sized(2, b"\0")), "ServerNameHostName:length: 2 > 0"),
        (extension(0, sized(2, b"\0\0\3ab")), "ServerNameHostName:host_name: 5 > 4"),
        (extension(16, b"\0\2\1"), "ApplicationLayerProtocolNegotiationExtension: 4 > 3"),
        (extension(16, sized(2, b"\2h")), "ProtocolName:name: 3 > 2"),
        (extension(43, b"\3"), "OneSupportedVersion: 2 > 1"),
        (extension(51, b"\0\x1d\0"), "KeyShareEntry:key_exchange_length: 4 > 3"),
        (extension(51, b"\0\x1d\0\2k"), "KeyShareEntry:key_exchange: 6 > 5"),
        (extension(41, b"\0"), "SelectedPreSharedKeyIdentity: 2 > 1"),
        (extension(10, sized(2, b"\0\x1d")[:3]), "EllipticCurves:elliptic_curve_list: 1 > 1"),
        (extension(11, b"\2\0"), "EcPointFormats:point_format_list: 2 > 1"),
        (extension(13, sized(2, b"\4\1\4")), "SignatureAndHashAlgorithm: 2 > 1"),
        (extension(45, b"\2\1"), "PSKKeyExchangeModes: 3 > 2"),
        (extension(54, b"\2\1"), "ConnectionId:cid: 3 > 2"),
        (extension(18, sized(2, b"\0\1")), "SignedCertificateTimestamp:version: 3 > 2"),
        (extension(18, sized(2, b"\0\5\0")), "SignedCertificateTimestamp: 7 > 3"),
        (extension(18, sized(2, sized(2, bytes(9)))), "SignedCertificateTimestamp:logid: 35 > 11"),
    ],
)
def test_a_server_hello_that_does_not_fit(said: bytes, why: str) -> None:
    assert reason(handshake(server_hello(said))) == why


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (message(TICKET, bytes(5)), "SessionTicketHandshake:length: 6 > 5"),
        (message(TICKET, bytes(4), b"\0\1"), "SessionTicketHandshake:data: 7 > 6"),
        (message(STATUS, b"\1\0"), "CertificateStatus:length: 4 > 2"),
        (message(WANTED, b"\2\1"), "CertificateRequest:certificate_types: 2 > 1"),
        (asked(1), "CertificateRequest:certificate_authorities: 9 > 8"),
        (asked(1, b"\0"), "CertificateAuthorities:certificate_authority_len: 2 > 1"),
        (asked(3, b"\0\2a"), "CertificateAuthorities:certificate_authority: 4 > 3"),
        (agreed(), "EcdheServerKeyExchange:curve_type: 1 > 0"),
        (agreed(b"\3\0\x17"), "ServerECDHParamsAndSignature:point_length: 3 > 2"),
        (agreed(b"\3\0\x17\2p"), "ServerECDHParamsAndSignature:point: 5 > 4"),
        (agreed(b"\3\0\x17\1p\4"), "SignatureAndHashAlgorithm: 2 > 1"),
        (agreed(b"\3\0\x17\1p\4\1\0"), "ServerKeyExchangeSignature:signature_length: 4 > 3"),
        (agreed(b"\3\0\x17\1p\4\1\0\2s"), "ServerKeyExchangeSignature:signature: 6 > 5"),
    ],
)
def test_a_message_that_does_not_fit(said: bytes, why: str) -> None:
    assert reason(handshake(server_hello()), handshake(said)) == why


def test_a_client_hello_that_does_not_fit_confirms_nothing() -> None:
    offer = handshake(client_hello(extension(41, sized(2, b"\0\1i"))))
    told = converse(SSL, [(True, offer)], to=connection(resp_p=443))
    assert (told.service, "analyzer" in told.rows) == (None, False)


def reason(*said: bytes) -> str:
    """Why a server that says this is given up."""
    told = converse(SSL, [CLIENT, *((False, each) for each in said)], to=connection(resp_p=443))
    found = str(told.only("analyzer")["failure_reason"])
    return found.removeprefix("Binpac exception: binpac exception: out_of_bound: ")
