"""QUIC's packets and the rows that they come to."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.limits import QUIC_DISCARDED, QUIC_HISTORY
from parsers.protocols import ssl
from parsers.protocols.quic import PROTOCOL
from tests.parsers.protocols.feeding import START, Told, Turn, connection, datagrams, run
from tests.parsers.protocols.quic_messages import (
    DCID,
    HANDSHAKE,
    SCID,
    SERVER,
    V1_SALT,
    V2,
    V2_SALT,
    ZERO_RTT,
    ack,
    close,
    crypto,
    head,
    initial,
    keys,
    other,
    retry,
    server_initial,
    short,
)
from tests.parsers.protocols.tls_messages import (
    RETRY,
    TLS13_SUITE,
    client_hello,
    extension,
    protocols,
    server_hello,
    server_name,
)

AMONG = (PROTOCOL, ssl.SSL, ssl.DTLS)
HELLO = client_hello(server_name(b"www.example.com"), protocols(b"h3"))
ANSWER = server_hello(extension(43, b"\3\4"), extension(51, b"\0\x1d\0\1k"), suite=TLS13_SUITE)
C, S = initial(crypto(HELLO), size=1000), server_initial(ack() + crypto(ANSWER))


def talk(*turns: Turn, port: int = 443) -> Told:
    return run(AMONG, datagrams(turns), connection("udp", port))


def histories(told: Told) -> list[str]:
    return [row["history"] for row in told.rows["quic"]]


def weirds(told: Told) -> list[tuple[str, str | None]]:
    return [(row["name"], row["addl"]) for row in told.rows.get("weird", [])]


def failure(told: Told) -> str:
    return str(told.only("analyzer")["failure_reason"])


# The samples of RFC 9001 and RFC 9369, appendix A.
A_HELLO = bytes.fromhex(
    "010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c00000413011302010000c00000001000"
    "0e00000b6578616d706c652e636f6dff01000100000a00080006001d0017001800100007000504616c706e0005000501000000000033"
    "00260024001d00209370b2c9caa47fbabaf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b0003020304000d0010000e04"
    "03050306030203080408050806002d00020101001c00024001003900320408ffffffffffffffff05048000ffff07048000ffff080110"
    "0104800075300901100f088394c8f03e51570806048000ffff"
)
A_CLIENTS = bytes.fromhex(
    "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9bd8bab936b47d92ec356c"
)
A_ANSWERS = {
    1: "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb38cc5a99f5ede"
    "4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06ed"
    "bb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee",
    V2: "dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698baeea26b91eb761d9b89237bbf872630179153582300"
    "35f7fd3945d88965cf17f9af6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e42757507698075b2c984c707f0a0812d8cd5a688"
    "1eaf21ceda98f4bd23f6fe1a3e2c43edd9ce7ca84bed8521e2e140",
}


def test_the_builder_of_these_tests_is_right() -> None:
    built = initial(crypto(A_HELLO), scid=b"", number=2, number_size=4, size=1162)
    assert len(built) == 1200
    assert built.startswith(A_CLIENTS)
    assert built.endswith(bytes.fromhex("e221af44860018ab0856972e194cd934"))
    assert keys(DCID, V1_SALT, is_client=False)[2].hex() == "c206b8d9b9f0f37644430b490eeaa314"
    assert keys(DCID, V2_SALT, is_client=True, word="quicv2")[0].hex() == "8b1a0bc121284290a29e0971b5cd045d"


@pytest.mark.parametrize(("version", "name"), [(1, "1"), (V2, "quicv2")])
def test_the_samples_of_the_standards(version: int, name: str) -> None:
    hello = initial(crypto(A_HELLO), scid=b"", number=2, number_size=4, size=1162, version=version)
    told = talk((True, hello), (False, bytes.fromhex(A_ANSWERS[version])))
    assert told.service == "quic,ssl"
    row = told.only("quic")
    assert (row["ts"], row["version"], row["history"]) == (START, name, "ISis")
    assert (row["client_initial_dcid"], row["client_scid"], row["server_scid"]) == (DCID.hex(), "", SERVER.hex())
    assert (row["server_name"], row["client_protocol"]) == ("example.com", "alpn")
    row = told.only("ssl")
    assert (row["version"], row["cipher"], row["curve"]) == ("TLSv13", "TLS_AES_128_GCM_SHA256", "x25519")
    assert (row["server_name"], row["ssl_history"], row["established"]) == ("example.com", "Cs", False)
    assert (row["next_protocol"], row["resumed"]) == (None, False)


@pytest.mark.parametrize(
    ("version", "name", "salt"),
    [
        (0xFF000016, "draft-22", "7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a"),
        (0xFF00001C, "draft-28", "c3eef712c72ebb5a11a7d2432bb46365bef9f502"),
        (0xFF00001D, "draft-29", "afbfec289993d24c9e9786f19c6111e04390a899"),
        (0xFF00001F, "draft-30", "afbfec289993d24c9e9786f19c6111e04390a899"),
        (0xFF000022, "draft-34", V1_SALT.hex()),
        (0xFACEB001, "mvfst (faceb001)", "7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a"),
        (0xFACEB00E, "mvfst (faceb00e)", "c3eef712c72ebb5a11a7d2432bb46365bef9f502"),
    ],
)
def test_drafts(version: int, name: str, salt: str) -> None:
    told = talk((True, initial(crypto(HELLO), version=version, salt=bytes.fromhex(salt))))
    assert (told.only("quic")["version"], told.only("quic")["history"]) == (name, "IS")
    assert told.service == "quic,ssl"


@pytest.mark.parametrize(("port", "service"), [(443, "quic,ssl"), (784, "quic,ssl"), (853, "quic,ssl"), (4433, None)])
def test_ports(port: int, service: str | None) -> None:
    assert talk((True, C), (False, S), port=port).service == service


def test_packets_that_share_datagrams() -> None:
    told = talk(
        (True, C),
        (False, S + other(HANDSHAKE, is_client=False) + short(SCID)),
        (True, initial(ack(), number=1, dcid=SERVER) + other(HANDSHAKE) + short()),
        (True, short()),
        (False, short(SCID)),
        (True, short()),
        (True, short()),
    )
    assert told.only("quic")["history"] == "ISishoIHOOoO"
    assert "weird" not in told.rows


def test_early_data_and_what_is_no_packet() -> None:
    told = talk((True, C + other(ZERO_RTT, dcid=DCID)), (False, S), (True, C + bytes(20)), (False, b"\x16\xfe\xfd"))
    assert told.only("quic")["history"] == "ISZisIXx"


def test_what_is_no_packet_before_any_is_not_told() -> None:
    told = talk((True, bytes(20)), (True, C))
    assert told.only("quic")["history"] == "IS"
    assert told.service == "quic,ssl"


@pytest.mark.parametrize("order", permutations(range(3)))
def test_a_hello_comes_in_any_order(order: tuple[int, ...]) -> None:
    long = client_hello(server_name(b"www.example.com"), extension(21, bytes(1500)), protocols(b"h3"))
    frames = [crypto(long[at : at + 700], at) for at in (0, 700, 1400)]
    told = talk(*((True, initial(frames[i], number=i)) for i in order), (False, S))
    assert told.only("quic")["history"] == "IIISis"
    assert told.only("ssl")["server_name"] == "www.example.com"


def test_a_hello_in_small_pieces() -> None:
    pieces = [crypto(HELLO[at : at + 5], at) + b"\x01" for at in range(0, len(HELLO), 5)]
    shuffled = b"\0\0".join(pieces[1::2] + pieces[0::2])
    assert talk((True, initial(shuffled))).only("quic")["server_name"] == "www.example.com"
    bytewise = [(True, initial(crypto(HELLO[at : at + 1], at), number=at)) for at in range(len(HELLO))]
    told = talk(*bytewise)
    assert told.only("ssl")["ssl_history"] == "C"
    assert told.only("quic")["history"] == ("I" * len(HELLO) + "S")[:QUIC_HISTORY]


def test_a_retry_ends_the_row_and_begins_another() -> None:
    again = initial(crypto(HELLO), first=b"retried", token=b"token")
    answer = server_initial(crypto(ANSWER), first=b"retried")
    told = talk((True, C), (False, retry(b"retried")), (True, again), (False, answer))
    assert histories(told) == ["ISr", "ISis"]
    assert [row["client_initial_dcid"] for row in told.rows["quic"]] == [DCID.hex(), b"retried".hex()]
    assert [row["server_scid"] for row in told.rows["quic"]] == [None, SERVER.hex()]
    assert [row["ts"] for row in told.rows["quic"]] == [START, START + 2_000_000_000]
    assert told.only("ssl")["ssl_history"] == "CCs"
    assert told.service == "quic,ssl"


def test_a_retry_while_a_hello_is_read() -> None:
    half = initial(crypto(HELLO[:50]))
    again = initial(crypto(HELLO), first=b"retried", token=b"token")
    told = talk((True, half), (False, retry(b"retried")), (True, again))
    assert histories(told) == ["Ir", "IS"]
    assert told.only("ssl")["ssl_history"] == "C"


def test_a_retry_that_begins_a_connection() -> None:
    told = talk((False, retry()))
    assert (told.only("quic")["history"], told.only("quic")["server_scid"]) == ("r", SERVER.hex())
    assert told.service is None


def test_another_hello_is_asked_for() -> None:
    wanted = server_hello(extension(43, b"\3\4"), extension(51, b"\0\x1d"), suite=TLS13_SUITE, random=RETRY)
    told = talk((True, C), (False, server_initial(crypto(wanted))), (True, initial(crypto(HELLO, 500), number=1)))
    assert told.only("quic")["history"] == "ISisI"
    assert told.only("ssl")["ssl_history"] == "Cj"


def test_versions_are_negotiated() -> None:
    offer = b"\xc0" + bytes(4) + b"\x06client\x08" + SERVER + b"\0\0\0\1"
    told = talk((True, C), (False, offer), (True, C))
    assert histories(told) == ["ISu"]
    assert failure(told) == "unhandled QUIC version 0x0"
    assert told.service == "ssl"


def test_a_version_that_nobody_knows() -> None:
    told = talk((True, head(0, b"\1\2", b"", 0x1A2A3A4A) + b"\0" * 40), (True, C))
    row = told.only("quic")
    assert (row["version"], row["history"], row["client_initial_dcid"]) == ("unknown-1a2a3a4a", "U", "0102")
    assert row["client_scid"] == ""
    assert "analyzer" not in told.rows
    assert told.service is None


def test_a_close_ends_the_row() -> None:
    told = talk((True, C), (False, server_initial(close())), (True, initial(b"\x01", number=1)), (True, short()))
    assert histories(told) == ["ISic", "IO"]
    told = talk((True, C), (False, server_initial(close())), (False, short()), (False, b"\0"))
    assert histories(told) == ["ISic"]
    assert weirds(told) == [
        ("QUIC_spurious_short_header_packet_threshold_crossed", "1"),
        ("QUIC_spurious_discarded_packet", None),
    ]
    assert told.rows["weird"][0]["source"] is None


def test_short_packets_without_a_handshake_are_weird() -> None:
    told = talk(*[(True, short())] * 9)
    assert [addl for _, addl in weirds(told)] == ["1", "2", "4", "8"]
    assert "quic" not in told.rows


def test_short_packets_are_told_by_powers_of_two() -> None:
    told = talk((True, C), *[(True, short())] * 33)
    assert told.only("quic")["history"] == "ISOOOOOO"


def test_a_server_alone_cannot_be_read() -> None:
    told = talk((False, S), (True, C))
    assert told.only("quic")["history"] == "iIS"
    assert told.service == "quic,ssl"


def test_many_protocols() -> None:
    told = talk((True, initial(crypto(client_hello(protocols(b"h3", b"h3-29"))))))
    assert told.only("quic")["client_protocol"] == "h3"
    assert weirds(told) == [("QUIC_many_protocols", "[h3, h3-29]")]
    assert talk((True, initial(crypto(client_hello(protocols()))))).only("quic")["client_protocol"] is None


def test_what_is_weird_in_a_hello_is_told_of_tls() -> None:
    told = talk((True, initial(crypto(client_hello(extension(0, b"\0\4\7\0\1x"))))))
    assert [(row["name"], row["source"]) for row in told.rows["weird"]] == [("ssl_ext_unknown_server_name_type", "SSL")]


def test_the_history_is_bounded() -> None:
    told = talk(*[(True, other(HANDSHAKE))] * (QUIC_HISTORY + 5))
    assert told.only("quic")["history"] == "H" * QUIC_HISTORY
    assert weirds(told) == [("QUIC_max_history_length_reached", None)]


def test_what_is_no_packet_is_told_so_often() -> None:
    told = talk((True, C), (False, server_initial(close())), *[(True, b"\0")] * (QUIC_DISCARDED + 50))
    assert {name for name, _ in weirds(told)} == {"QUIC_spurious_discarded_packet"}


def test_what_cannot_be_decrypted() -> None:
    wrong = initial(crypto(HELLO), first=b"other", dcid=DCID)
    told = talk((True, wrong), (True, C))
    assert (told.only("quic")["history"], told.service) == ("I", None)
    assert "analyzer" not in told.rows
    told = talk((True, C), (False, server_initial(crypto(ANSWER), first=b"other")), (True, short()))
    assert (told.only("quic")["history"], told.service) == ("ISi", "ssl")
    row = told.only("analyzer")
    assert (row["analyzer_name"], row["failure_reason"], row["ts"]) == ("QUIC", "decryption failed", START + 10**9)
    assert row["failure_data"] is not None


@pytest.mark.parametrize(
    ("datagram", "fault"),
    [
        (b"\xc0\0\0\0", "expecting 4 bytes for unpacking value (3 bytes available)"),
        (b"\xc0\0\0\0\1\5abc", "expected 5 bytes (3 available)"),
        (head(0, SCID, SERVER) + b"\0\x13" + bytes(19), "&requires failed: (self.length.result_ >= 20)"),
        (head(0, SCID, SERVER) + b"\0\x14" + bytes(19), "not enough bytes for skipping (0 bytes available)"),
        (head(0, SCID, SERVER) + b"\0\x40", "expecting 1 bytes for unpacking value (0 bytes available)"),
        (head(2, SCID, SERVER) + b"\x05abc", "not enough bytes for skipping (0 bytes available)"),
        (head(0, SCID, SERVER) + b"\x05abc", "expected 5 bytes (3 available)"),
        (head(3, SCID, SERVER) + b"too short", "integer overflow"),
        (short(b"", 3), "expected 6 bytes (3 available)"),
        (server_initial(b"\x08stream"), "unhandled frame type FrameType::STREAM1 in 0"),
        (server_initial(b"\x40"), "unhandled frame type FrameType::<unknown-64> in 0"),
        (server_initial(b"\x06\0\x09abc"), "expected 9 bytes (3 available)"),
        (server_initial(ack((1, 2), (3, 4), counts=True) + crypto(ANSWER)[:-1]), None),
        (server_initial(crypto(ANSWER + b"more")), "too much crypto data received {0} > {1}"),
        (
            server_initial(crypto(ANSWER) + crypto(b"m", len(ANSWER))),
            "more data after sink's unit has already completed",
        ),
        (server_initial(b"".join(crypto(b"x", 2 * i + 2) for i in range(300))), "too many frames of crypto data"),
    ],
)
def test_what_does_not_fit_ends_it(datagram: bytes, fault: str | None) -> None:
    told = talk((True, C), (False, datagram), (True, short()))
    expected = (fault or "expected").format(len(ANSWER) + 4, len(ANSWER))
    assert failure(told).startswith(expected)
    assert "O" not in told.only("quic")["history"]


def test_a_packet_that_is_too_long_is_not_opened() -> None:
    told = talk((True, C), (False, server_initial(crypto(ANSWER), size=10_000)), (True, short()))
    assert (told.only("quic")["history"], told.only("ssl")["ssl_history"]) == ("ISi", "C")
    # Behind so many bytes it does not count that something does not fit.
    assert told.service == "quic,ssl"


def test_a_hello_that_is_too_long_is_not_read() -> None:
    told = talk((True, initial(crypto(b"\1\0\x41\0" + bytes(3000)))), (True, short()))
    assert (told.only("quic")["history"], told.service) == ("IO", "quic")
    told = talk((True, initial(crypto(b"\1\0"))), (True, initial(crypto(bytes(3), 5), number=1)))
    assert (told.only("quic")["history"], told.service) == ("II", "quic")


def test_an_empty_hello() -> None:
    assert talk((True, initial(crypto(b"\1\0\0\0")))).only("quic")["history"] == "I"


def test_quic_stops_where_its_tls_was_given_up() -> None:
    broken = b"\1\0\0\x06\x03\x03abcd"
    told = talk((True, initial(crypto(broken))), (False, short(SCID)), (False, S), (True, other(HANDSHAKE)))
    assert told.only("quic")["history"] == "Ioi"
    assert told.service == "quic"


def test_the_rows_of_other_tls_know_nothing_of_it() -> None:
    told = run(AMONG, datagrams([(True, b"\x16\3\3")]), connection("udp", 443))
    assert told.rows == {}


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=60)), max_size=6))
@settings(max_examples=40)
def test_any_datagrams(turns: list[Turn]) -> None:
    talk((True, C), *turns)
    talk(*turns)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([b"\x06", b"\x02", b"\x1c", b""]), st.binary(max_size=60))))
@settings(max_examples=30, deadline=None)
def test_any_frames(turns: list[tuple[bool, bytes, bytes]]) -> None:
    talk((True, initial(b"\1")), *((side, initial(kind + content, is_client=side)) for side, kind, content in turns))
