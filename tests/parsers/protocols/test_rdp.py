"""Remote Desktop's opening, and what follows it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.protocols.analyzer import Event, Gap
from parsers.protocols.rdp import RDP, recognise
from parsers.protocols.ssl import SSL
from tests.parsers.protocols.feeding import SECOND, START, Told, connection, converse, data, each_way, run
from tests.parsers.protocols.tls_messages import client_hello, handshake, server_hello, server_name

ASK = b"\x03\x00\x00\x2b\x26\xe0" + bytes(5) + b"Cookie: mstshash=user\r\n\x01\x00\x08\x00\x03\x00\x00\x00"
CLIENT = handshake(client_hello(server_name(b"desk.example.org")))
SERVER = handshake(server_hello())


def answer(pdu: int = 0xD0, kind: int = 2, length: int = 8, protocol: int = 1) -> bytes:
    negotiation = bytes((kind, 0, length, 0, protocol, 0, 0, 0))
    return b"\x03\x00\x00\x13\x0e" + bytes((pdu,)) + bytes(5) + negotiation


def session(answered: bytes, way: str = "whole", port: int = 3389) -> Told:
    turns = [(True, ASK), (False, answered), (True, CLIENT), (False, SERVER)]
    return converse([RDP, SSL], turns, way, to=connection(resp_p=port))


@each_way
@pytest.mark.parametrize("port", [3389, 4711])
def test_tls_follows_when_it_is_chosen(way: str, port: int) -> None:
    told = session(answer(), way, port)
    assert told.service == "ssl"
    assert told.only("ssl")["server_name"] == "desk.example.org"


@pytest.mark.parametrize(
    "answered",
    [answer(protocol=0), answer(pdu=0xF0), answer(kind=3), answer(length=9), b"\x03\x00\x00\x0b\x06\xd0" + bytes(5)],
)
def test_nothing_follows_otherwise(answered: bytes) -> None:
    assert session(answered).rows == {}


def test_tls_begins_with_a_segment() -> None:
    both = answer() + SERVER
    fed = [data(True, ASK), data(True, CLIENT), data(False, both, START + SECOND, len(answer())), data(True, CLIENT)]
    assert run([RDP, SSL], fed, connection(resp_p=3389)).only("ssl")["server_name"] == "desk.example.org"


def test_a_hole_ends_it() -> None:
    fed: list[Event] = [
        data(True, ASK),
        data(False, answer()),
        Gap(True, 1, START),
        data(True, CLIENT),
        data(False, SERVER),
    ]
    assert run([RDP, SSL], fed, connection(resp_p=3389)).rows == {}


@pytest.mark.parametrize(
    ("orig", "resp", "known"),
    [
        (ASK, answer(), True),
        (ASK, b"", False),
        (b"", answer(), False),
        (b"DucaXrdpdr", b"McDn", True),
        (b"x", b"x", False),
    ],
)
def test_recognition(orig: bytes, resp: bytes, known: bool) -> None:
    assert recognise(orig, resp) is known


@given(st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=40)), max_size=6))
def test_any_bytes_are_survived(turns: list[tuple[bool, bytes]]) -> None:
    converse([RDP, SSL], [(False, answer()), *turns], to=connection(resp_p=3389))
