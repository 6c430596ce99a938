"""JA3, JA3S and JA4, by their authors' own examples."""

from dataclasses import replace
from hashlib import md5
from struct import pack
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols.analyzer import Protocol
from parsers.protocols.ssl import DTLS, SSL
from parsers.protocols.ssl.names import DTLS12, TLS10, TLS12, TLS13
from tests.parsers.protocols.feeding import connection, converse, data, run
from tests.parsers.protocols.tls_messages import (
    HELLO,
    RETRY,
    extension,
    handshake,
    message,
    protocols,
    server_hello,
    server_name,
    sized,
)

GREASE = 0x3A3A
CIPHERS = bytes.fromhex("130113021303c02bc02fc02cc030cca9cca8c013c014009c009d002f0035")
SIGNATURES = extension(13, sized(2, bytes.fromhex("04030804040105030805050108060601")))
VERSIONS = extension(43, sized(1, pack(">HHH", GREASE, TLS13, TLS12)))
# The extensions of FoxIO's example that hold nothing here.
OTHERS = [0x001B, 0x0033, 0x4469, 0x0017, 0x002D, 0x0005, 0x0023, 0x0012, 0xFF01]
GROUPS, FORMATS = extension(10, sized(2, pack(">HHHH", GREASE, 23, 24, 25))), extension(11, sized(1, b"\x00"))


def hello(*extensions: bytes, ciphers: bytes = CIPHERS, version: int = TLS12, cookie: bytes = b"") -> bytes:
    listed = sized(2, *extensions) if extensions else b""
    return message(HELLO, pack(">H", version), bytes(33), cookie, sized(2, ciphers), sized(1, b"\0"), listed)


def row(*hellos: bytes, answer: bytes = b"") -> dict[str, Any]:
    turns = [(True, handshake(each)) for each in hellos] + ([(False, handshake(answer))] if answer else [])
    return converse(SSL, turns, "whole", connection(resp_p=443)).only("ssl")


def ja3(version: int, ciphers: list[int], *extensions: bytes) -> str:
    return str(row(hello(*extensions, ciphers=pack(f">{len(ciphers)}H", *ciphers), version=version))["ja3"])


def test_ja3_as_its_authors_say() -> None:
    suites = [47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4]
    assert ja3(TLS10, suites, server_name(b"a"), GROUPS, FORMATS) == "ada70206e40642a3e4461f35503241d5"
    few = [4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99]
    assert ja3(TLS10, few) == "de350869b8c85de67a350c8d186f11e6"


def test_ja3s() -> None:
    kinds = [extension(65281, b"\0"), extension(0), FORMATS, extension(35), extension(5), extension(16)]
    shown = row(hello(), answer=server_hello(*kinds, version=TLS10, suite=47))
    assert shown["ja3s"] == md5(b"769,47,65281-0-11-35-5-16").hexdigest()


def test_grease_changes_nothing() -> None:
    suites = [47, 53, 5]
    plain = ja3(TLS12, suites, GROUPS, FORMATS)
    assert ja3(TLS12, [0x0A0A, *suites], extension(0xFAFA), GROUPS, FORMATS, extension(0x1A1A, b"\0")) == plain
    assert ja3(TLS12, [0x0A1A, *suites], GROUPS, FORMATS) != plain
    assert plain == md5(b"771,47-53-5,10-11,23-24-25,0").hexdigest()


def example(name: bytes = b"h2") -> bytes:
    others = [extension(kind) for kind in OTHERS]
    padding = extension(0x0015, bytes(9))
    grease = extension(GREASE)
    ends = [server_name(b"a.example"), protocols(name, b"x"), SIGNATURES, VERSIONS, GROUPS, FORMATS, padding]
    return hello(grease, *others, *ends, ciphers=pack(">H", GREASE) + CIPHERS)


def test_ja4_as_its_authors_say() -> None:
    assert row(example())["ja4"] == "t13d1516h2_8daaf6152771_e5627efa2ab1"


def test_ja4_of_a_hello_that_offers_nothing() -> None:
    shown = row(hello(ciphers=b"", version=TLS10))
    assert shown["ja4"] == "t10i000000_000000000000_000000000000"
    named = row(hello(server_name(b"a.example"), protocols(b"h2"), ciphers=b""))
    assert named["ja4"] == "t12d0002h2_000000000000_000000000000"


def test_ja4_counts_to_99() -> None:
    suites = pack(">120H", *range(1, 121))
    assert row(hello(*(extension(0x7000 + kind) for kind in range(130)), ciphers=suites))["ja4"][:10] == "t12i999900"


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("61", "aa"),
        ("687474702f312e31", "h1"),
        ("ab", "ab"),
        ("20", "20"),
        ("abcd", "ad"),
        ("2061", "21"),
        ("30ab", "3b"),
        ("6120", "60"),
        ("3031abcd", "3d"),
        ("30abcd31", "01"),
        ("", "00"),
    ],
)
def test_ja4_of_protocols(name: str, ends: str) -> None:
    assert row(example(bytes.fromhex(name)))["ja4"][8:10] == ends


def over_udp(protocol: Protocol, content: bytes) -> dict[str, Any]:
    return run(protocol, [data(True, content)], connection("udp", resp_p=443)).only("ssl")


def test_ja4_says_what_carries_it() -> None:
    listed = sized(1, pack(">HH", 0xFEFC, DTLS12))
    offered = hello(extension(43, listed), version=DTLS12, cookie=sized(1))
    whole = offered[:4] + bytes(2) + bytes(3) + offered[1:4] + offered[4:]
    datagram = b"\x16\xfe\xfd" + bytes(8) + sized(2, whole)
    assert over_udp(DTLS, datagram)["ja4"].startswith("dd3i150100_8daaf6152771_")
    # As QUIC hands it over.
    assert (
        over_udp(replace(SSL, transports=frozenset({"udp"})), handshake(example()))["ja4"]
        == "q13d1516h2_8daaf6152771_e5627efa2ab1"
    )


def test_the_first_hello_and_the_last_answer_count() -> None:
    first, asked = hello(VERSIONS, GROUPS), hello(VERSIONS, GROUPS, extension(44, sized(2, b"cookie")))
    chosen = extension(43, pack(">H", TLS13))
    again = server_hello(chosen, suite=0x1301, random=RETRY)
    last = server_hello(extension(51, pack(">H", 29), sized(2, b"p" * 32)), chosen, suite=0x1301)
    turns = [(True, first), (False, again), (True, asked), (False, last)]
    made = converse(SSL, [(side, handshake(each)) for side, each in turns], "whole", connection(resp_p=443))
    shown = made.only("ssl")
    assert (shown["ja3"], shown["ja4"]) == (row(first)["ja3"], row(first)["ja4"])
    assert shown["ja3s"] == md5(b"771,4865,51-43").hexdigest()


def test_a_hello_that_ends_too_early_has_none() -> None:
    shown = row(hello(GROUPS, extension(13, b"\x00\x08\x04")))
    assert (shown["ja3"], shown["ja3s"], shown["ja4"]) == (None, None, None)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0, 10, 11, 13, 16, 43, GREASE, 99]), st.binary(max_size=12))), st.binary())
def test_any_extensions(listed: list[tuple[int, bytes]], ciphers: bytes) -> None:
    made = row(hello(*(extension(kind, contents) for kind, contents in listed), ciphers=ciphers))
    assert made["ja4"] is None or len(made["ja4"]) == 36
