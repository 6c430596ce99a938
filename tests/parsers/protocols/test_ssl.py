"""SSL and TLS over a stream, from records to rows."""

from hashlib import md5, sha256
from struct import pack
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.files.x509 import RECORD as CERTIFICATES
from parsers.protocols.analyzer import Event, Gap
from parsers.protocols.ssl import RECORD, SSL
from parsers.protocols.ssl.names import SSL3, TLS10, TLS11, TLS12, TLS13
from tests.parsers.files.certificates import certificate, common, dns, names
from tests.parsers.protocols.feeding import SECOND, START, Turn, connection, converse, data, each_way, run
from tests.parsers.protocols.tls_messages import (
    ALERT,
    CHANGE,
    CLIENT_KEY,
    DATA,
    DHE_SUITE,
    DONE,
    FINISHED,
    HANDSHAKE,
    HEARTBEAT,
    PROVEN,
    RETRY,
    RSA_SUITE,
    SERVER_KEY,
    STATUS,
    TICKET,
    TLS13_SUITE,
    WANTED,
    certificates,
    ciphered,
    client_hello,
    extension,
    handshake,
    message,
    protocols,
    record,
    server_hello,
    server_key,
    server_name,
    sized,
)

HOST = certificate(subject=common(b"www.example.org"), extensions=[names(dns(b"*.example.org"))])
ISSUER = certificate(subject=common(b"Example CA"))
HOST_FP, ISSUER_FP = sha256(HOST).hexdigest(), sha256(ISSUER).hexdigest()

CLIENT = handshake(client_hello(server_name(b"www.example.org"), protocols(b"h2", b"http/1.1")))
SERVER = handshake(
    server_hello(protocols(b"h2")), certificates(HOST, ISSUER), server_key(), message(DONE), version=TLS12
)
EXCHANGE = handshake(message(CLIENT_KEY, b"k" * 66)) + CHANGE + ciphered()
TLS_1_2: list[Turn] = [(True, CLIENT), (False, SERVER), (True, EXCHANGE), (False, CHANGE + ciphered())]

SHARE = extension(51, pack(">H", 29), sized(2, b"p" * 32))
CHOSEN_13 = extension(43, pack(">H", TLS13))
OFFERED_13 = extension(43, sized(1, pack(">HH", TLS13, TLS12)))
TLS_1_3: list[Turn] = [
    (True, handshake(client_hello(OFFERED_13, extension(51, sized(2, pack(">H", 29), sized(2, b"p" * 32)))))),
    (False, handshake(server_hello(SHARE, CHOSEN_13, suite=TLS13_SUITE)) + CHANGE + ciphered(DATA)),
    (True, CHANGE + ciphered(DATA)),
]


def row(turns: list[Turn], way: str = "whole") -> dict[str, Any]:
    return converse(SSL, turns, way, connection(resp_p=443)).only("ssl")


@each_way
def test_a_handshake_is_one_row(way: str) -> None:
    told = converse(SSL, TLS_1_2, way, connection(resp_p=443), trailing=ciphered(DATA, 1000))
    assert told.service == "ssl"
    assert told.only("ssl") == {
        "ts": START + SECOND,
        "uid": "CuidOfTheTests",
        "id.orig_h": "10.0.0.1",
        "id.orig_p": 40000,
        "id.resp_h": "192.0.2.80",
        "id.resp_p": 443,
        "version": "TLSv12",
        "cipher": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "curve": "secp256r1",
        "server_name": "www.example.org",
        "resumed": False,
        "last_alert": None,
        "next_protocol": "h2",
        "established": True,
        "ssl_history": "CsxknGIi",
        "cert_chain_fps": [HOST_FP, ISSUER_FP],
        "client_cert_chain_fps": [],
        "sni_matches_cert": True,
        "ja3": md5(b"771,156-49199,0-16,,").hexdigest(),
        "ja3s": md5(b"771,49199,16").hexdigest(),
        "ja4": "t12d0202h2_08dfa304a768_000000000000",
    }
    assert [(seen["ts"], seen["fingerprint"], seen["host_cert"]) for seen in told.rows["x509"]] == [
        (START + 2 * SECOND, HOST_FP, True),
        (START + 2 * SECOND, ISSUER_FP, False),
    ]
    assert RECORD.table([tuple(told.only("ssl").values())]).num_rows == 1
    assert CERTIFICATES.table([tuple(seen.values()) for seen in told.rows["x509"]]).num_rows == 2


@each_way
def test_tls_1_3(way: str) -> None:
    shown = row(TLS_1_3, way)
    assert shown["version"] == "TLSv13"
    assert shown["cipher"] == "TLS_AES_128_GCM_SHA256"
    assert shown["curve"] == "x25519"
    assert shown["ssl_history"] == "CsiI"
    assert shown["established"]
    assert shown["cert_chain_fps"] is None


def test_a_hello_retried() -> None:
    again = server_hello(extension(51, pack(">H", 24)), CHOSEN_13, suite=TLS13_SUITE, random=RETRY)
    turns = [TLS_1_3[0], (False, handshake(again)), *TLS_1_3]
    shown = row(turns)
    assert shown["ssl_history"] == "CjCsiI"
    assert shown["curve"] == "x25519"


@pytest.mark.parametrize(
    ("offer", "accept", "resumed"),
    [
        pytest.param({"session_id": b"s" * 32}, {"session_id": b"s" * 32}, True, id="session id"),
        pytest.param({"session_id": b"short"}, {"session_id": b"short"}, True, id="short session id"),
        pytest.param({"session_id": b"s" * 32}, {"session_id": b"t" * 32}, False, id="another session id"),
        pytest.param({}, {}, False, id="no session id"),
        pytest.param({"session_id": bytes(32)}, {}, False, id="session id of zeros"),
    ],
)
def test_resumption_by_session_id(offer: dict[str, bytes], accept: dict[str, bytes], resumed: bool) -> None:
    turns = [(True, handshake(client_hello(**offer))), (False, handshake(server_hello(**accept)))]  # type: ignore[arg-type]
    assert row(turns)["resumed"] is resumed


def test_a_session_id_says_nothing_in_tls_1_3() -> None:
    first = handshake(client_hello(OFFERED_13, session_id=b"s" * 32))
    assert not row([(True, first), (False, handshake(server_hello(CHOSEN_13, session_id=b"s" * 32)))])["resumed"]


@pytest.mark.parametrize(("ticket", "resumed"), [(b"ticket", True), (b"", False)])
def test_resumption_by_ticket(ticket: bytes, resumed: bool) -> None:
    first = handshake(client_hello(extension(35, ticket)))
    turns = [(True, first), (False, handshake(server_hello()) + CHANGE + ciphered()), (True, CHANGE + ciphered())]
    shown = row(turns)
    assert shown["resumed"] is resumed
    assert shown["ssl_history"] == "CsiI"


def test_resumption_by_pre_shared_key() -> None:
    offered = extension(41, sized(2, sized(2, b"identity"), bytes(4)), sized(2, sized(1, b"b" * 32)))
    turns = [
        (True, handshake(client_hello(OFFERED_13, offered)) + ciphered(DATA)),
        (False, handshake(server_hello(CHOSEN_13, extension(41, b"\x00\x00"), suite=TLS13_SUITE)) + ciphered(DATA)),
    ]
    shown = row(turns)
    assert shown["resumed"]
    assert shown["established"]
    assert shown["ssl_history"] == "Cs"


def test_a_client_with_a_certificate() -> None:
    wanted = message(WANTED, sized(1, b"\x01"), sized(2, b"\x04\x01"), sized(2, sized(2, b"a name")))
    turns = [
        TLS_1_2[0],
        (False, handshake(server_hello(), certificates(ISSUER), server_key(), wanted, message(DONE))),
        (True, handshake(certificates(HOST), message(CLIENT_KEY, b"k"), message(PROVEN, b"s")) + CHANGE + ciphered()),
        (False, handshake(message(TICKET, bytes(4), sized(2, b"ticket"))) + CHANGE + ciphered()),
    ]
    told = converse(SSL, turns, "whole", connection(resp_p=443))
    shown = told.only("ssl")
    assert shown["ssl_history"] == "CsxkrnXGYIti"
    assert shown["client_cert_chain_fps"] == [HOST_FP]
    assert [(seen["fingerprint"], seen["client_cert"]) for seen in told.rows["x509"]] == [
        (ISSUER_FP, False),
        (HOST_FP, True),
    ]
    assert shown["sni_matches_cert"] is False


@each_way
def test_a_message_in_many_records_and_many_in_one(way: str) -> None:
    whole = server_hello() + certificates(HOST, ISSUER) + message(DONE)
    pieces = b"".join(handshake(whole[at : at + 7]) for at in range(0, len(whole), 7))
    shown = row([(True, CLIENT), (False, pieces)], way)
    assert shown["ssl_history"] == "Csxn"
    assert shown["cert_chain_fps"] == [HOST_FP, ISSUER_FP]
    assert not shown["established"]


def test_a_certificate_that_cannot_be_read_has_no_row_and_no_fingerprint() -> None:
    told = converse(SSL, [(True, CLIENT), (False, handshake(server_hello(), certificates(b"junk", b"", ISSUER)))])
    shown = told.only("ssl")
    assert shown["cert_chain_fps"] == [ISSUER_FP]
    assert shown["sni_matches_cert"] is None
    assert [seen["host_cert"] for seen in told.rows["x509"]] == [False]


def test_a_stapled_proof_is_a_file() -> None:
    status = message(STATUS, b"\x01", sized(3, b"proof"))
    told = converse(SSL, [(True, CLIENT), (False, handshake(server_hello(), status))])
    (file,) = told.files
    assert file.handle == "Analyzer::ANALYZER_SSL1600000000.0F10.0.0.1:40000 > 192.0.2.80:80ocsp"
    assert file.content == b"proof"
    assert file.file.done
    assert told.only("ssl")["ssl_history"] == "Csu"


@pytest.mark.parametrize(
    ("version", "name"),
    [(SSL3, "SSLv3"), (TLS10, "TLSv10"), (TLS11, "TLSv11"), (0x7F1C, "TLSv13-draft28"), (TLS13, "TLSv13")],
)
def test_versions(version: int, name: str) -> None:
    if version > TLS12:
        hello = message(2, pack(">H", version), bytes(32), pack(">H", TLS13_SUITE), sized(2, SHARE))
    else:
        hello = server_hello(version=version)
    assert row([(True, CLIENT), (False, handshake(hello))])["version"] == name


def test_alerts() -> None:
    shown = row([(True, CLIENT), (False, record(ALERT, b"\x02\x28"))])
    assert shown["last_alert"] == "handshake_failure"
    assert shown["ssl_history"] == "Cl"
    assert shown["version"] is None
    shown = row([(True, CLIENT), (False, record(ALERT, b"\x01\x00" * 30 + b"\x02\xfe"))])
    assert shown["last_alert"] == "close_notify"
    assert shown["ssl_history"] == "C" + "l" * 10


def test_a_heartbeat() -> None:
    assert row([(True, CLIENT + record(HEARTBEAT, b"\x01\x40\x00"))])["ssl_history"] == "CB"


def test_unknown_numbers_have_names_too() -> None:
    shown = row([(True, CLIENT), (False, handshake(server_hello(suite=0xFAFA)) + record(ALERT, b"\x02\xfe"))])
    assert shown["cipher"] == "grease_0xFAFA"
    assert shown["last_alert"] == "unknown-254"
    assert row([(True, CLIENT), (False, handshake(server_hello(suite=0xABCD)))])["cipher"] == "unknown-43981"


def test_a_handshake_turned_round() -> None:
    turned = [(not is_orig, content) for is_orig, content in TLS_1_2]
    shown = converse(SSL, turned, to=connection(resp_p=443)).only("ssl")
    assert shown["ssl_history"] == "^CsxknGIi"
    assert shown["cert_chain_fps"] == [HOST_FP, ISSUER_FP]


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", id="no tls"),
        pytest.param(record(HANDSHAKE, b"\x02", version=0x0500), id="another version"),
        pytest.param(handshake(message(2, b"short")), id="hello cut"),
        pytest.param(record(ALERT, b"\x02"), id="half an alert"),
        pytest.param(record(HEARTBEAT, b"\x01"), id="half a heartbeat"),
    ],
)
@each_way
def test_what_is_not_tls_ends_it(second: bytes, way: str) -> None:
    told = converse(SSL, [(True, CLIENT), (False, second), *TLS_1_2], way, connection(resp_p=443))
    shown = told.only("ssl")
    assert told.service is None
    assert shown["ssl_history"] == "C"
    assert not shown["established"]
    assert shown["server_name"] == "www.example.org"


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (b"HTTP/1.1 400", "Invalid version late in TLS connection. Packet reported version: 21588"),
        (record(30, b"x"), "unknown SSL record type (30) from responder"),
        (handshake(message(99, b"x")), "unknown handshake message (99) from responder"),
        (handshake(server_hello(version=0x0505)), "unsupported server SSL version 0x0505"),
        (
            handshake(b"\x0b\xff\xff\xff"),
            "Binpac exception: binpac exception: flowbuffer allocation failed: "
            "expand past max capacity 16777219/10485760",
        ),
    ],
)
@each_way
def test_why_it_ends_is_told(second: bytes, reason: str, way: str) -> None:
    told = converse(SSL, [(True, CLIENT), (False, second)], way, connection(resp_p=443)).only("analyzer")
    assert told["failure_reason"] == reason
    assert told["ts"] == START + 2 * SECOND


@pytest.mark.parametrize(
    ("second", "fault"),
    [
        (record(ALERT, b"\x02"), "Alert: 2 > 1"),
        (record(HEARTBEAT, b"\x01"), "Heartbeat:payload_length: 3 > 1"),
        (handshake(message(2, b"short")), "ServerHello:random_bytes: 32 > 3"),
        (handshake(message(2, bytes(34))), "ServerHello:session_len: 33 > 32"),
        (handshake(message(2, bytes(34) + b"\x20id")), "ServerHello:session_id: 32 > 2"),
        (handshake(message(2, bytes(37))), "ServerHello:compression_method: 36 > 35"),
        (handshake(message(2, bytes(39))), "ServerHello:ext_len__elem: 38 > 37"),
        (handshake(message(2, bytes(40) + b"\0")), "SSLExtension:data_len: 4 > 1"),
        (handshake(message(2, bytes(40) + b"\0\x0a\0\2g")), "SSLExtension: 6 > 5"),
        (handshake(message(2, pack(">H", TLS13) + bytes(33))), "ServerHello13:cipher_suite: 34 > 33"),
        (handshake(message(11, b"\0\0")), "Certificate:length: 3 > 2"),
        (handshake(message(11, b"\0\0\5cert")), "Certificate: 8 > 7"),
        (handshake(message(11, sized(3, b"\0\0"))), "X509Certificate:length: 3 > 2"),
        (handshake(message(11, sized(3, b"\0\0\5cert"))), "X509Certificate:certificate: 8 > 7"),
    ],
)
@each_way
def test_what_is_too_short_is_named(second: bytes, fault: str, way: str) -> None:
    told = converse(SSL, [(True, CLIENT), (False, second)], way, connection(resp_p=443)).only("analyzer")
    assert told["failure_reason"] == f"Binpac exception: binpac exception: out_of_bound: {fault}"


@pytest.mark.parametrize(
    ("size", "fault"),
    [
        (4, "gmt_unix_time: 6 > 4"),
        (33, "random_bytes: 34 > 33"),
        (34, "session_len: 35 > 34"),
        (36, "csuit_len: 37 > 36"),
        (39, "csuits: 2 > 2"),
        (41, "cmeth_len: 42 > 41"),
        (42, "cmeths: 1 > 0"),
        (44, "ext_len__elem: 45 > 44"),
    ],
)
def test_a_second_hello_that_is_too_short(size: int, fault: str) -> None:
    hello = message(1, client_hello(protocols(b"h2"))[4 : 4 + size])
    told = converse(SSL, [(True, CLIENT), (True, handshake(hello))], to=connection(resp_p=443)).only("analyzer")
    assert told["failure_reason"] == f"Binpac exception: binpac exception: out_of_bound: ClientHello:{fault}"


def test_the_segment_that_ends_it_is_the_one_with_the_whole_header() -> None:
    fed: list[Event] = [data(True, CLIENT), data(False, SERVER + b"GET / HTTP/1.1", START + SECOND, len(SERVER) + 4)]
    told = run(SSL, fed, connection(resp_p=443)).only("analyzer")
    assert told["ts"] == START + SECOND + 1000


def test_a_client_of_no_known_version_opens_a_row_but_no_service() -> None:
    hello = client_hello(version=0x0505)
    told = converse(SSL, [(True, handshake(hello)), (True, CLIENT)], to=connection(resp_p=443))
    assert told.service is None
    assert told.only("ssl")["ssl_history"] == "C"


def test_a_message_that_nobody_knows() -> None:
    shown = row([(True, CLIENT), (False, handshake(message(99, b"x")))])
    assert shown["ssl_history"] == "C"


def test_data_before_any_handshake_is_taken_for_tls_1_3() -> None:
    told = converse(SSL, [(True, ciphered(DATA)), (False, ciphered(DATA))], to=connection(resp_p=443))
    shown = told.only("ssl")
    assert told.service is None
    assert shown["established"]
    assert shown["ssl_history"] == ""
    assert shown["version"] is None


def test_a_gap_ends_it() -> None:
    fed: list[Event] = [data(True, CLIENT), Gap(False, 10, START + SECOND), data(False, SERVER, START + 2 * SECOND)]
    shown = run(SSL, fed, connection(resp_p=443)).only("ssl")
    assert shown["ssl_history"] == "C"


def test_a_connection_without_its_opening_is_left_alone() -> None:
    told = converse(SSL, TLS_1_2, to=connection(resp_p=443, partial=True))
    assert told.rows == {}


def test_a_history_ends_at_a_hundred() -> None:
    again = b"".join(handshake(client_hello()) for _ in range(120))
    assert row([(True, again)])["ssl_history"] == "C" * 100


def test_the_groups_of_other_key_exchanges() -> None:
    group = b"".join(sized(2, b"n" * 8) for _ in range(3)) + b"\x04\x01" + sized(2, b"s")
    finite = handshake(server_hello(suite=DHE_SUITE), message(SERVER_KEY, group))
    assert row([(True, CLIENT), (False, finite)])["ssl_history"] == "Csk"
    cut = handshake(server_hello(suite=DHE_SUITE), message(SERVER_KEY, group[:-1]))
    assert row([(True, CLIENT), (False, cut)])["ssl_history"] == "Cs"
    other = handshake(server_hello(suite=RSA_SUITE), message(SERVER_KEY, b""), message(FINISHED, b""))
    assert row([(True, CLIENT), (False, other)])["ssl_history"] == "Cskf"


V2_CLIENT = b"\x80\x34\x01\x00\x02" + pack(">HHH", 3, 0, 16) + b"\x07\x00\xc0" + b"c" * 16
V2_HELLO = pack(">H", 0x8000 | len(V2_CLIENT) - 2) + V2_CLIENT[2:]
V2_SERVER_BODY = pack(">HHHH", 2, len(HOST), 3, 16) + HOST + b"\x07\x00\xc0" + b"i" * 16
V2_SERVER = pack(">H", 0x8000 | len(V2_SERVER_BODY) + 3) + b"\x04\x00\x01" + V2_SERVER_BODY
V2_KEY_BODY = b"\xc0" + pack(">HHH", 0, 8, 0) + b"k" * 8
V2_KEY = pack(">H", 0x8000 | len(V2_KEY_BODY) + 3) + b"\x02\x07\x00" + V2_KEY_BODY


@each_way
def test_ssl_2(way: str) -> None:
    shown = row([(True, V2_HELLO), (False, V2_SERVER), (True, V2_KEY)], way)
    assert shown["version"] == "SSLv2"
    assert shown["cipher"] == "SSLv20_CK_DES_192_EDE3_CBC_WITH_MD5"
    assert shown["ssl_history"] == "Cs"
    assert shown["established"]
    assert shown["cert_chain_fps"] == [HOST_FP]


def test_a_hello_of_ssl_2_for_a_later_version() -> None:
    hello = V2_HELLO[:2] + b"\x01\x03\x01" + V2_HELLO[5:]
    shown = row([(True, hello), *TLS_1_2[1:]])
    assert shown["ssl_history"] == "CsxknGIi"
    assert shown["version"] == "TLSv12"


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (b"HTTP/1.1 400", "Invalid version in TLS connection. Version: 21588"),
        (b"\x40" + CLIENT[1:], "Invalid type in TLS connection. Version: 771, Type: 64"),
        (b"\x80\x09\x07\x01\x02", "Invalid headers in SSL connection. Head1: 9, head2: 7, head3: 1"),
        (V2_SERVER[:5] + b"\x03\x00" + V2_SERVER[7:], "Invalid version in SSL server hello. Version: 768"),
    ],
)
def test_why_it_ends_before_the_first_record_of_tls(second: bytes, reason: str) -> None:
    told = converse(SSL, [(True, V2_HELLO), (False, second)], to=connection(resp_p=443)).only("analyzer")
    assert told["failure_reason"] == reason


def test_it_is_recognised_by_either_side() -> None:
    assert SSL.recognise is not None
    assert SSL.recognise(CLIENT, b"")
    assert SSL.recognise(b"", SERVER)
    assert SSL.recognise(b"", record(ALERT, b"\x01\x70") + SERVER)
    assert not SSL.recognise(SERVER, b"GET / HTTP/1.1")


@settings(max_examples=120)
@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.sampled_from([CLIENT, SERVER, EXCHANGE, V2_CLIENT, V2_SERVER, V2_KEY, CHANGE, handshake(b"")]),
            st.integers(0, 600),
            st.binary(max_size=12),
        ),
        max_size=5,
    )
)
def test_no_bytes_make_it_fail(turns: list[tuple[bool, bytes, int, bytes]]) -> None:
    spoilt = [
        (is_orig, content[:place] + junk + content[place + len(junk) :]) for is_orig, content, place, junk in turns
    ]
    for way in ("whole", "byte by byte"):
        told = converse(SSL, spoilt, way, connection(resp_p=443))
        for shown in told.rows.get("ssl", ()):
            RECORD.table([tuple(shown.values())])
