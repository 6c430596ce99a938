"""DTLS, from datagrams to rows."""

from hashlib import sha256
from struct import pack
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols.ssl import DTLS, RECORD
from parsers.protocols.ssl.names import DTLS10, DTLS12, DTLS13
from tests.parsers.files.certificates import certificate
from tests.parsers.protocols.feeding import Told, connection, converse
from tests.parsers.protocols.tls_messages import (
    ALERT,
    CIPHER,
    CLIENT_KEY,
    DATA,
    DONE,
    HANDSHAKE,
    TLS13_SUITE,
    VERIFY,
    certificates,
    client_hello,
    datagram,
    extension,
    fragments,
    message,
    server_hello,
    server_key,
    sized,
)

HOST = certificate()
HELLO = client_hello(version=DTLS12, cookie=b"")
(CLIENT,) = fragments(HELLO)
(SERVER,) = fragments(server_hello(version=DTLS12), number=1)
CHANGE = datagram(CIPHER, b"\x01", number=7)
CIPHERED = datagram(HANDSHAKE, b"\xee" * 40, epoch=1)
Turn = tuple[bool, bytes]


def talk(*turns: Turn) -> Told:
    return converse(DTLS, turns, to=connection("udp", 5000))


def row(*turns: Turn) -> dict[str, Any]:
    return talk(*turns).only("ssl")


def test_a_handshake_is_one_row() -> None:
    chain = fragments(certificates(HOST, HOST), sequence=2, number=2, size=300)
    (verify,) = fragments(message(VERIFY, pack(">H", DTLS10), sized(1, b"cookie")))
    (again,) = fragments(client_hello(version=DTLS12, cookie=b"cookie"), sequence=1, number=1)
    flight = [*chain, *fragments(server_key(), sequence=3, number=8), *fragments(message(DONE), sequence=4, number=9)]
    (exchange,) = fragments(message(CLIENT_KEY, b"k"), sequence=2, number=2)
    told = talk(
        (True, CLIENT),
        (False, verify),
        (True, again),
        (False, SERVER),
        *((False, each) for each in flight),
        (True, exchange + CHANGE + CIPHERED),
        (False, CHANGE + CIPHERED),
    )
    shown = told.only("ssl")
    assert told.service == "dtls"
    assert shown["version"] == "DTLSv12"
    assert shown["curve"] == "secp256r1"
    assert shown["ssl_history"] == "CvCsxknGIi"
    assert shown["established"]
    assert shown["cert_chain_fps"] == [sha256(HOST).hexdigest()] * 2


def test_fragments_come_in_any_order_and_more_than_once() -> None:
    first, *others, last = fragments(certificates(HOST), sequence=1, number=5, size=100)
    pieces = [last, *reversed(others), first, first]
    shown = row((True, CLIENT), (False, SERVER), *((False, piece) for piece in pieces))
    assert shown["ssl_history"] == "Csx"


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param(
            datagram(HANDSHAKE, b"\x0b\x00\x00\x40\x00\x01" + bytes(3) + b"\x00\x00\x08short"), id="not its length"
        ),
        pytest.param(datagram(HANDSHAKE, b"\x0b\x0f\xff\xff\x00\x01" + bytes(3) + sized(3, b"x")), id="too long"),
        pytest.param(datagram(HANDSHAKE, b"\x0b\x00\x00\x02\x00\x01\x00\x00\x02" + sized(3, b"x")), id="past its end"),
        pytest.param(datagram(HANDSHAKE, b"\x0b\x00"), id="cut header"),
        pytest.param(CLIENT[:20], id="cut record"),
        pytest.param(b"\x16\xfe", id="cut record header"),
        pytest.param(datagram(99, b"x"), id="another type"),
        pytest.param(datagram(ALERT, b"\x01\x00", version=0x0303), id="another version"),
    ],
)
def test_what_is_not_dtls_ends_it(spoilt: bytes) -> None:
    told = talk((True, CLIENT), (False, spoilt), (False, SERVER))
    assert told.service is None
    assert told.only("ssl")["ssl_history"] == "C"


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        (
            datagram(HANDSHAKE, b"\x0b\x00\x00\x40\x00\x01" + bytes(3) + b"\x00\x00\x08short"),
            "DTLS handshake record length does not match packet length",
        ),
        (
            datagram(HANDSHAKE, b"\x0b\x0f\xff\xff\x00\x01" + bytes(3) + sized(3, b"x")),
            "DTLS record length 1048575 larger than allowed maximum.",
        ),
        (
            datagram(HANDSHAKE, b"\x0b\x00\x00\x02\x00\x01\x00\x00\x02" + sized(3, b"x")),
            "DTLS handshake fragment trying to write past end of buffer",
        ),
        (
            datagram(HANDSHAKE, b"\x0b\x00"),
            "Binpac exception: binpac exception: out_of_bound: Handshake:fragment_length: 12 > 2",
        ),
        (CLIENT[:20], f"Binpac exception: binpac exception: out_of_bound: SSLRecord:rec: {len(CLIENT) - 1} > 19"),
        (b"\x16\xfe", "Binpac exception: binpac exception: out_of_bound: SSLRecord:length: 12 > 1"),
        (datagram(99, b"x"), "unknown SSL record type (99) from responder"),
        (
            datagram(ALERT, b"\x01\x00", version=0x0303),
            "Invalid version in DTLS connection. Packet reported version: 771",
        ),
    ],
)
def test_why_it_ends_is_told(spoilt: bytes, reason: str) -> None:
    assert talk((True, CLIENT), (False, spoilt)).only("analyzer")["failure_reason"] == reason


def test_fragments_too_far_apart_end_it() -> None:
    first, second = fragments(certificates(HOST), size=400)[:2]
    told = talk((True, CLIENT), (False, first), (False, second[:5] + (99).to_bytes(6, "big") + second[11:]))
    assert told.service is None
    reason = "DTLS handshake fragment sequence number outside reassembly window."
    assert told.only("analyzer")["failure_reason"] == reason


def test_dtls_1_3_is_established_by_its_short_records() -> None:
    chosen = extension(43, pack(">H", DTLS13))
    (server,) = fragments(server_hello(chosen, version=DTLS12, suite=TLS13_SUITE))
    shown = row(
        (True, CLIENT), (False, server), (False, b"\x2f\x00\x01\x00\x10" + bytes(16)), (True, b"\x3e" + bytes(20))
    )
    assert shown["version"] == "DTLSv13"
    assert shown["established"]
    assert shown["ssl_history"] == "Cs"


def test_stun_in_between_is_passed_over() -> None:
    stun = b"\x00\x01\x00\x08\x21\x12\xa4\x42" + bytes(20)
    assert row((True, CLIENT), (False, stun), (False, SERVER))["ssl_history"] == "Cs"


def test_datagrams_of_another_protocol_are_no_row() -> None:
    assert converse(DTLS, [(True, b"\x00" * 40)] * 20, to=connection("udp", 443)).rows == {}


def test_encrypted_datagrams_without_a_handshake_are_no_row() -> None:
    told = converse(DTLS, [(True, CIPHERED), (False, datagram(DATA, b"x", epoch=1))], to=connection("udp", 443))
    assert told.rows == {}


@settings(max_examples=120)
@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.sampled_from([CLIENT, SERVER, CHANGE, CIPHERED, *fragments(certificates(HOST), size=300)]),
            st.integers(0, 100),
            st.binary(max_size=12),
        ),
        max_size=6,
    )
)
def test_no_bytes_make_it_fail(turns: list[tuple[bool, bytes, int, bytes]]) -> None:
    spoilt = [
        (is_orig, content[:place] + junk + content[place + len(junk) :]) for is_orig, content, place, junk in turns
    ]
    for shown in converse(DTLS, [(True, CLIENT), *spoilt], to=connection("udp", 443)).rows.get("ssl", ()):
        RECORD.table([tuple(shown.values())])
