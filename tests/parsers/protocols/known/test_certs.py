"""Which certificates become known."""

from typing import Any

import numpy as np

from parsers.protocols.expiry import Expiry
from parsers.protocols.known import certs
from parsers.protocols.ssl import SSL
from parsers.schema import Row
from tests.parsers.files.certificates import certificate, common
from tests.parsers.protocols.feeding import SECOND, START, Turn, connection, converse
from tests.parsers.protocols.tls_messages import (
    CHANGE,
    CLIENT_KEY,
    DONE,
    certificates,
    ciphered,
    client_hello,
    handshake,
    message,
    server_hello,
    server_key,
)

HOST, ISSUER = certificate(subject=common(b"host")), certificate(subject=common(b"issuer"))
SERVER = "192.0.2.80"


def turns(*chain: bytes) -> list[Turn]:
    return [
        (True, handshake(client_hello())),
        (False, handshake(server_hello(), certificates(*chain), server_key(), message(DONE))),
        (True, handshake(message(CLIENT_KEY, b"k" * 66)) + CHANGE + ciphered()),
        (False, CHANGE + ciphered()),
    ]


def shown(said: list[Turn], server: str = SERVER) -> list[dict[str, Any]]:
    return converse(SSL, said, "whole", connection(resp_p=443, resp_h=server)).rows.get("known_certs", [])


def test_a_servers_own_certificate_is_known_when_tls_is_established() -> None:
    (row,) = shown(turns(HOST, ISSUER))
    assert (row["ts"], row["host"], row["port_num"]) == (START + 4 * SECOND, SERVER, 443)
    assert (row["subject"], row["fingerprint"] != "") == ("CN=host", True)


def test_nothing_is_known_of_others() -> None:
    assert not shown(turns(HOST), "203.1.113.9")
    assert not shown(turns())
    assert not shown(turns(b"junk", HOST))
    assert not shown(turns(HOST)[:3])


def test_each_servers_certificates_are_told_once() -> None:
    def row(second: int, host: str, fingerprint: str) -> Row:
        return START + second * SECOND, host, 443, "CN=a", "CN=b", "01", fingerprint

    rows = [row(0, SERVER, "aa"), row(1, SERVER, "aa"), row(2, "10.0.0.9", "aa"), row(3, SERVER, "bb")]
    clock = np.array([START, START + 9 * SECOND])
    assert certs.logged(certs.thinned(rows), Expiry(clock)) == [rows[n][:-1] for n in (0, 2, 3)]
