"""XMPP up to STARTTLS."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols.analyzer import Event, Gap
from parsers.protocols.ssl import SSL
from parsers.protocols.xmpp import XMPP, recognise
from tests.parsers.protocols.feeding import SECOND, START, Told, Turn, connection, converse, data, run
from tests.parsers.protocols.tls_messages import client_hello, handshake, server_hello, server_name

BOTH = (XMPP, SSL)
OPENING = b"<?xml version='1.0'?><stream:stream to='example.org' xmlns='jabber:client' version='1.0'>"
OFFER = b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"
ASKED = b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
AGREED = b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
HELLO = handshake(client_hello(server_name(b"example.org")))
ANSWER = handshake(server_hello())
TLS: list[Turn] = [(True, HELLO), (False, ANSWER)]


def talk(*turns: Turn, way: str = "whole") -> Told:
    return converse(BOTH, turns, way, connection(resp_p=5222))


@pytest.mark.parametrize("way", ["whole", "with trailing bytes"])
@pytest.mark.parametrize(
    ("asked", "agreed"),
    [(ASKED, AGREED), (b"<tls:starttls/>", b"<tls:proceed/>"), (b"\r\n<starttls  >text", b" \n<proceed/>text")],
)
def test_tls_takes_over(asked: bytes, agreed: bytes, way: str) -> None:
    told = talk((True, OPENING), (False, OPENING), (False, OFFER), (True, asked), (False, agreed), *TLS, way=way)
    assert told.service == "xmpp,ssl"
    assert told.only("ssl")["server_name"] == "example.org"
    assert told.only("ssl")["ts"] >= START + 4 * SECOND
    assert "weird" not in told.rows


def test_tls_may_come_byte_by_byte() -> None:
    fed: list[Event] = [data(True, OPENING), data(True, ASKED), data(False, AGREED), data(True, HELLO, step=1)]
    assert run(BOTH, fed, connection(resp_p=5222)).service == "xmpp,ssl"


def test_a_tag_must_not_go_on_in_the_next_segment() -> None:
    told = talk((True, OPENING), way="byte by byte")
    assert told.service is None
    assert told.rows == {}


def test_segments_of_one_delivery_are_read_one_by_one() -> None:
    fed: list[Event] = [data(True, OPENING + ASKED, step=len(OPENING)), data(False, AGREED + HELLO, step=len(AGREED))]
    assert run(BOTH, fed, connection(resp_p=5222)).service == "xmpp,ssl"


@pytest.mark.parametrize("name", [b"success", b"message", b"presence", b"db:result", b"db:verify"])
def test_who_talks_on_does_without_tls(name: bytes) -> None:
    told = talk((True, OPENING), (True, b"<" + name + b" from='a'>Hello"), (True, ASKED), (False, AGREED), *TLS)
    assert told.service == "xmpp"
    assert told.rows == {}


def test_only_the_client_makes_it_xmpp() -> None:
    assert talk((False, OPENING)).service is None


def test_an_answer_to_no_question_is_weird() -> None:
    told = talk((True, OPENING), (False, AGREED), (False, b"<tls:proceed/>"))
    assert told.service == "xmpp"
    assert told.only("weird")["name"] == "XMPP: proceed without starttls"
    assert told.only("weird")["source"] == "XMPP"


@pytest.mark.parametrize(
    ("segment", "line", "pattern", "shown"),
    [
        (b" Hello", 12, "<", "Hello"),
        (b"<a>text<-->", 13, "/?[?:[:alnum:]]+", "-->"),
        (b"<message to='a'", 15, ">", ""),
        (b"<a <b>", 15, ">", "<b>"),
    ],
)
def test_what_is_no_tag_ends_it(segment: bytes, line: int, pattern: str, shown: str) -> None:
    told = talk((True, OPENING), (False, segment), (True, ASKED), (False, AGREED), *TLS)
    assert told.service is None
    reason = f'string mismatch at xmpp-protocol.pac:{line}: \nexpected pattern: "{pattern}"\nactual data: "{shown}"'
    assert told.only("analyzer")["failure_reason"].endswith(reason)
    assert told.only("analyzer")["ts"] == START + 2 * SECOND


def test_a_gap_ends_it_but_not_the_tls_inside() -> None:
    hole = Gap(True, 10, START)
    before: list[Event] = [data(True, OPENING), data(True, ASKED)]
    after: list[Event] = [data(False, AGREED), data(True, HELLO)]
    assert run(BOTH, [*before, hole, *after], connection(resp_p=5222)).service == "xmpp"
    fed: list[Event] = [*before, after[0], hole, after[1]]
    assert run(BOTH, fed, connection(resp_p=5222)).service == "xmpp,ssl"


def test_a_connection_without_its_opening_is_left_alone() -> None:
    assert converse(BOTH, [(True, OPENING)], to=connection(resp_p=5222, partial=True)).service is None


def test_it_is_recognised_on_any_port() -> None:
    assert recognise(OPENING, b"")
    assert recognise(b"", b"\n <stream:stream xmlns='jabber:server'>")
    assert not recognise(b"<stream:stream xmlns='other'>", b"<html>")
    assert converse(BOTH, [(True, OPENING)], to=connection(resp_p=4711)).service == "xmpp"


def test_long_tags_take_no_long_time() -> None:
    assert talk((True, b"<" + b"a" * 1_000_000), (True, b"<?xml" * 200_000)).service is None


@settings(max_examples=100)
@given(
    st.lists(
        st.tuples(st.booleans(), st.sampled_from([OPENING, OFFER, ASKED, AGREED, HELLO, b""]), st.binary(max_size=12)),
        max_size=8,
    )
)
def test_no_bytes_make_it_fail(turns: list[tuple[bool, bytes, bytes]]) -> None:
    for way in ("whole", "byte by byte"):
        converse(BOTH, [(is_orig, known + more) for is_orig, known, more in turns], way, connection(resp_p=5222))
