"""IMAP up to STARTTLS."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols.analyzer import Event, Gap
from parsers.protocols.imap import IMAP
from parsers.protocols.ssl import SSL
from tests.parsers.protocols.feeding import SECOND, START, Told, Turn, connection, converse, data, run
from tests.parsers.protocols.tls_messages import client_hello, handshake, server_hello, server_name

BOTH = (IMAP, SSL)
GREETING: Turn = (False, b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n")
ASKED: Turn = (True, b"a1 STARTTLS\r\n")
AGREED: Turn = (False, b"a1 OK begin\r\n")
TLS: list[Turn] = [
    (True, handshake(client_hello(server_name(b"mail.example.org")))),
    (False, handshake(server_hello())),
]


def talk(*turns: Turn, way: str = "whole") -> Told:
    return converse(BOTH, turns, way, connection(resp_p=143))


def weirds(told: Told) -> list[str]:
    return [row["name"] for row in told.rows.get("weird", ())]


@pytest.mark.parametrize("way", ["whole", "with trailing bytes"])
@pytest.mark.parametrize("asked", [b"a1 STARTTLS\r\n", b"a1 starttls  now\n", b"a0 CAPABILITY\r\na1 StartTLS\r\n"])
@pytest.mark.parametrize("agreed", [b"a1 OK begin\r\n", b"* CAPABILITY IMAP4rev1\r\n* OK\r\na1 ok  \r\n\r\n"])
def test_tls_takes_over(asked: bytes, agreed: bytes, way: str) -> None:
    told = talk(GREETING, (True, asked), (False, agreed), *TLS, way=way)
    assert told.service == "imap,ssl"
    assert told.only("ssl")["server_name"] == "mail.example.org"
    assert weirds(told) == []


def test_tls_may_come_byte_by_byte() -> None:
    fed: list[Event] = [data(*ASKED), data(*AGREED), *(data(is_orig, content, step=1) for is_orig, content in TLS)]
    assert run(BOTH, fed, connection(resp_p=143)).service == "imap,ssl"


def test_a_line_must_not_go_on_in_the_next_segment() -> None:
    told = talk(GREETING, ASKED, way="byte by byte")
    assert told.service is None
    assert told.rows == {}


@pytest.mark.parametrize("command", [b"authenticate", b"login", b"examine", b"create", b"list", b"fetch"])
def test_who_gets_so_far_does_without_tls(command: bytes) -> None:
    told = talk((True, b"a0 " + command + b" ann\r\n"), ASKED, AGREED, *TLS)
    assert told.service == "imap"
    assert told.rows == {}


def test_capital_letters_do_not_count_there() -> None:
    assert talk((True, b"a0 LOGIN ann secret\r\n"), ASKED, AGREED, *TLS).service == "imap,ssl"


@pytest.mark.parametrize(
    ("turn", "service"),
    [
        (GREETING, "imap"),
        ((False, b"* PREAUTH hello\r\n"), None),
        ((False, b"a1 OK hello\r\n"), None),
        ((True, b"a1 capability\r\n"), "imap"),
        ((True, b"a1 CAPABILITY\r\n"), None),
        ((True, b"* OK\r\n"), None),
        ((True, b"a1 NOOP\r\n"), None),
    ],
)
def test_what_makes_it_imap(turn: Turn, service: str | None) -> None:
    assert talk(turn).service == service


def test_answers_that_are_weird() -> None:
    assert weirds(talk(ASKED, (False, b"a1 NO never\r\n"))) == ["IMAP: server refused StartTLS"]
    assert weirds(talk(ASKED, (True, b"a2 STARTTLS\r\n"))) == ["IMAP: client sent duplicate StartTLS"]


def test_only_the_last_tag_is_waited_for() -> None:
    told = talk(GREETING, (True, b"a1 STARTTLS\r\na2 STARTTLS\r\n"), (False, b"a1 OK\r\na2 OK\r\n"), *TLS)
    assert told.service == "imap,ssl"
    assert told.only("weird")["source"] == "IMAP"


@pytest.mark.parametrize(
    ("segment", "line", "pattern", "shown"),
    [
        (b" a1 NOOP\r\n", 8, "[[:alnum:][:punct:]]+", " a1 NOOP\r\n"),
        (b"a1\r\n", 10, "[ ]+", "\r\n"),
        (b"a1 NOOP and more", 12, "[\\r\\n]+", ""),
        (b"* CAPABILITY X", 8, "[[:alnum:][:punct:]]+", ""),
    ],
)
def test_what_is_no_line_ends_it(segment: bytes, line: int, pattern: str, shown: str) -> None:
    told = talk(GREETING, (False, segment), ASKED, AGREED, *TLS)
    assert told.service is None
    reason = f'string mismatch at imap-protocol.pac:{line}: \nexpected pattern: "{pattern}"\nactual data: "{shown}"'
    assert told.only("analyzer")["failure_reason"].endswith(reason)
    assert told.only("analyzer")["ts"] == START + 2 * SECOND


def test_a_gap_ends_it_but_not_the_tls_inside() -> None:
    hole = Gap(True, 10, START)
    before: list[Event] = [data(*GREETING), data(*ASKED)]
    after: list[Event] = [data(*AGREED), *(data(*turn) for turn in TLS)]
    assert run(BOTH, [*before, hole, *after], connection(resp_p=143)).service == "imap"
    assert run(BOTH, [*before, after[0], hole, *after[1:]], connection(resp_p=143)).service == "imap,ssl"


def test_a_connection_without_its_opening_is_left_alone() -> None:
    assert converse(BOTH, [GREETING], to=connection(resp_p=143, partial=True)).service is None


def test_long_lines_take_no_long_time() -> None:
    many = b"* CAPABILITY " + b"A " * 100_000 + b"\r\n"
    assert talk((False, many), (False, b"* OK\r\n" * 50_000)).service == "imap"


@settings(max_examples=100)
@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.sampled_from([GREETING[1], ASKED[1], AGREED[1], b"* CAPABILITY A B\r\n", TLS[0][1], b""]),
            st.binary(max_size=12),
        ),
        max_size=8,
    )
)
def test_no_bytes_make_it_fail(turns: list[tuple[bool, bytes, bytes]]) -> None:
    for way in ("whole", "byte by byte"):
        converse(BOTH, [(is_orig, known + more) for is_orig, known, more in turns], way, connection(resp_p=143))
