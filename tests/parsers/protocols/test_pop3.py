"""POP3: sessions, the mails that are fetched and their files, TLS, what is weird."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols.analyzer import Event, Gap
from parsers.protocols.pop3 import POP3, recognise
from parsers.protocols.ssl import SSL
from tests.parsers.protocols.feeding import START, Told, Turn, connection, converse, data, each_way, run
from tests.parsers.protocols.tls_messages import client_hello, handshake, server_hello, server_name

BOTH = (POP3, SSL)
GREETING: Turn = (False, b"+OK ready\r\n")
CAPA: list[Turn] = [(True, b"CAPA\r\n"), (False, b"+OK\r\nSTLS\r\nUIDL\r\n.\r\n")]
LOGIN: list[Turn] = [
    (True, b"USER ann\r\n"),
    (False, b"+OK\r\n"),
    (True, b"PASS secret\r\n"),
    (False, b"+OK 2 messages\r\n"),
]
MAIL = (
    b'Subject: parts\r\nContent-Type: multipart/mixed; boundary="=="\r\n\r\n--==\r\n\r\nthe text\r\n--==\r\n'
    b'Content-Type: image/png; name="dot.png"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    b"iVBORw0KGgo=\r\n--==--\r\n"
)
FETCH: list[Turn] = [(True, b"RETR 1\r\n"), (False, b"+OK here\r\n" + MAIL + b".\r\n")]
QUIT: list[Turn] = [(True, b"QUIT\r\n"), (False, b"+OK\r\n")]


def session(turns: list[Turn], way: str = "whole") -> Told:
    """A conversation that the server opens with its greeting."""
    return converse(BOTH, [GREETING, *turns], way, connection(resp_p=110))


def weirds(told: Told) -> list[tuple[str, str | None]]:
    return [(row["name"], row["addl"]) for row in told.rows.get("weird", ())]


@each_way
def test_a_session(way: str) -> None:
    told = session([*CAPA, *LOGIN, *FETCH, *QUIT], way)
    assert told.service == "pop3"
    assert told.rows.keys() <= {"files"}
    assert [file.content for file in told.files] == [b"the text", b"\x89PNG\r\n\x1a\n"]


def test_what_files_are_called() -> None:
    told = session([*LOGIN, *FETCH, *QUIT])
    assert {file.handle for file in told.files} == {"Analyzer::ANALYZER_POP3-fallback-CuidOfTheTests-F-1600000007.0"}
    rows = told.rows["files"]
    assert [(row["source"], row["depth"], row["filename"], row["is_orig"]) for row in rows] == [
        ("POP3", 0, None, False),
        ("POP3", 0, None, False),
    ]


def test_the_reply_is_the_first_line_of_a_mail() -> None:
    plain = b"+OK here\r\nSubject: plain\r\n\r\none\r\n..two\r\n.\r\n"
    told = session([*LOGIN, (True, b"TOP 1 9\r\n"), (False, plain), *QUIT])
    assert [file.content for file in told.files] == [b"one\r\n..two\r\n"]


def test_a_mail_that_breaks_off_is_a_file_too() -> None:
    told = session([*LOGIN, (True, b"RETR 1\r\n"), (False, b"+OK\r\n\r\none\r\ntw")])
    assert [file.content for file in told.files] == [b"one\r\ntw\r\n"]


def test_a_hole_in_a_mail_is_not_told() -> None:
    fed: list[Event] = [data(is_orig, content) for is_orig, content in (GREETING, *LOGIN, (True, b"RETR 1\r\n"))]
    fed += [data(False, b"+OK\r\n\r\non"), Gap(False, 9, START), data(False, b"e\r\n.\r\n")]
    (file,) = run(BOTH, fed, connection(resp_p=110)).files
    assert (file.content, file.holes) == (b"one\r\n", [])


def test_commands_that_do_not_wait() -> None:
    pipelined: list[Turn] = [
        (True, b"CAPA\r\nUSER ann\r\nPASS secret\r\nSTAT\r\nRETR 1\r\nQUIT\r\n"),
        (False, b"+OK\r\nUSER\r\n.\r\n+OK\r\n+OK\r\n+OK 1 300\r\n+OK\r\n" + MAIL + b".\r\n+OK\r\n"),
    ]
    told = session(pipelined)
    assert told.service == "pop3"
    assert len(told.files) == 2
    assert weirds(told) == []


def test_who_is_logged_in_already_is_found_out() -> None:
    told = session([*CAPA, *FETCH])
    assert len(told.files) == 2
    assert weirds(told) == []


@pytest.mark.parametrize("way", ["whole", "with trailing bytes"])
def test_tls_takes_over(way: str) -> None:
    turns: list[Turn] = [
        *CAPA,
        (True, b"STLS\r\n"),
        (False, b"+OK begin\r\n"),
        (True, handshake(client_hello(server_name(b"mail.example.org")))),
        (False, handshake(server_hello())),
    ]
    told = session(turns, way)
    assert told.service == "pop3,ssl"
    assert told.only("ssl")["server_name"] == "mail.example.org"


def test_tls_that_is_refused() -> None:
    told = session([(True, b"STLS\r\n"), (False, b"-ERR no\r\n"), *LOGIN, *FETCH])
    assert told.service == "pop3"
    assert len(told.files) == 2


@pytest.mark.parametrize(
    ("turns", "told"),
    [
        ([(True, b"AUTH LOGIN\r\n"), (False, b"+ VXNlcg==\r\n"), (True, b"YW5u\r\n")], []),
        ([(True, b"AUTH PLAIN\r\n"), (False, b"+ \r\n"), (True, base64.b64encode(b"\0a\0b") + b"\r\n")], []),
        ([(True, b"AUTH PLAIN\r\n"), (True, b"YW5u\r\n")], ["pop3_malformed_auth_plain"]),
        ([(True, b"AUTH PLAIN\r\n"), (True, b"\0\r\n")], ["pop3_malformed_auth_plain"]),
        ([(True, b"AUTH PLAIN\r\n"), (True, b"AGEA\r\n")], ["pop3_malformed_auth_plain"]),
        ([(True, b"AUTH X\r\n"), (True, b"*YW\r\n")], ["base64_illegal_encoding", "pop3_bad_base64_encoding"]),
        ([(True, b"AUTH X\r\n"), (True, b"YW==YWJj\r\n")], ["base64_illegal_encoding", "pop3_bad_base64_encoding"]),
        ([(True, b"AUTH X\r\n"), (True, b"YW\r\n")], ["base64_illegal_encoding"]),
        ([(True, b"AUTH\r\n"), (False, b"+OK\r\nPLAIN\r\n.\r\n"), (True, b"USER a\r\n")], []),
        ([(True, b"+OK\r\n")], ["pop3_client_sending_server_commands"]),
        ([(False, b"QUIT\r\n")], ["pop3_server_sending_client_commands"]),
        ([(True, b"HELLO you\r\n")], ["pop3_client_command_unknown"]),
        ([(True, b" \r\n")], ["pop3_client_command_unknown"]),
        ([(True, b"USER a\r\n" * 12)], ["pop3_client_too_many_pending_commands"] * 2),
    ],
)
def test_what_is_weird(turns: list[Turn], told: list[str]) -> None:
    assert [name for name, _ in weirds(session([*CAPA, *turns]))] == told


def test_unknown_words_are_shown() -> None:
    assert weirds(session([*CAPA, (True, b"HELLO you\r\n"), (False, b"-ERR\r\n"), (True, b" \r\n")])) == [
        ("pop3_client_command_unknown", "HELLO"),
        ("pop3_client_command_unknown", "???"),
    ]


def test_what_is_no_reply_ends_it() -> None:
    told = session([*CAPA, *LOGIN, (False, b"what is  this\r\n"), *FETCH])
    row = told.only("analyzer")
    assert (row["failure_reason"], row["failure_data"]) == ("unknown server command (what)", "what is  this")
    assert weirds(told) == [("pop3_server_command_unknown", "what")]
    assert told.files == []


def test_too_many_unknown_commands_end_it() -> None:
    unknown: list[Turn] = [(True, b"HELLO\r\n"), (False, b"-ERR\r\n")]
    told = session([*CAPA, *unknown * 11, *LOGIN, *FETCH])
    assert told.only("analyzer")["failure_reason"] == "too many unknown client commands"
    assert told.files == []


def test_a_connection_without_its_opening_is_left_alone() -> None:
    assert converse(BOTH, [GREETING, *CAPA], to=connection(resp_p=110, partial=True)).service is None


@pytest.mark.parametrize(
    ("orig", "resp", "known"),
    [
        (b"CAPA\r\n", b"+OK", True),
        (b"\r\n user ann", b"+OK", True),
        (b"NOOP\r\nauth", b"+OK", True),
        (b"USERS", b"+OK", False),
        (b"CAPA", b"", False),
        (b"CAPA", b"-ERR", False),
        (b"X CAPA", b"+OK", False),
    ],
)
def test_recognition(orig: bytes, resp: bytes, known: bool) -> None:
    assert recognise(orig, resp) is known


WORDS = (
    *(b"+OK", b"-ERR", b"USER a", b"PASS b", b"AUTH", b"AUTH PLAIN", b"STAT", b"LIST", b"RETR 1", b"QUIT", b"TOP 1 1"),
    *(b"CAPA", b"UIDL", b"STLS", b".", b"", b"Content-Type: multipart/x; boundary=b", b"--b"),
)
LINES = st.one_of(st.sampled_from(WORDS).map(lambda word: word + b"\r\n"), st.binary(min_size=1, max_size=20))


@settings(max_examples=80)
@given(st.lists(st.tuples(st.booleans(), LINES), max_size=14))
def test_no_bytes_make_it_fail(turns: list[Turn]) -> None:
    session([*CAPA, *turns])
