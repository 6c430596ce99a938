"""SMTP: messages, their headers, the files that they carry, chunks, TLS."""

import hashlib
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols.analyzer import Event, Gap
from parsers.protocols.smtp import SMTP, recognise
from parsers.protocols.smtp.addresses import addresses, first_ip, named_addresses, received_from
from parsers.protocols.smtp.bdat import BdatError, chunk_of
from parsers.protocols.ssl import SSL
from tests.parsers.protocols.feeding import START, Told, Turn, connection, converse, data, each_way, run
from tests.parsers.protocols.loopback import loopback
from tests.parsers.protocols.tls_messages import client_hello, handshake, server_hello, server_name

OPENING: list[Turn] = [
    (False, b"220 mail.example.org\r\n"),
    (True, b"EHLO pc.example.org\r\n"),
    (False, b"250-mail.example.org\r\n250 PIPELINING\r\n"),
]
ENVELOPE: list[Turn] = [
    (True, b"MAIL FROM:<ann@example.org>\r\n"),
    (False, b"250 2.1.0 Ok\r\n"),
    (True, b"RCPT TO:<bob@example.org>\r\n"),
    (False, b"250 2.1.5 Ok\r\n"),
]
DATA: list[Turn] = [(True, b"DATA\r\n"), (False, b"354 go ahead\r\n")]
DONE: list[Turn] = [(False, b"250 2.0.0 queued\r\n"), (True, b"QUIT\r\n"), (False, b"221 bye\r\n")]
TEXT = (
    b"Received: from pc.example.org (pc.example.org [192.0.2.7])\r\n\tby mail.example.org [192.0.2.8]; today\r\n"
    b"Message-ID: <1@example.org>\r\nFrom: Ann <ann@example.org>\r\n"
    b'To: "Doe, Bob" <bob@example.org>, carl@example.org\r\nCc: dan@example.org\r\nSubject: hello\r\n'
    b"Date: Mon, 1 Jan 2024 00:00:00 +0000\r\nReply-To: ann2@example.org\r\nIn-Reply-To: <0@example.org>\r\n"
    b"X-Originating-IP: [192.0.2.9]\r\nUser-Agent: a program\r\n\r\nHow are you?\r\n..\r\n"
)
PARTS = (
    b'Subject: parts\r\nContent-Type: multipart/mixed; boundary="=="\r\n\r\n--==\r\n\r\nthe text\r\n--==\r\n'
    b'Content-Type: image/png; name="dot.png"\r\nContent-Transfer-Encoding: base64\r\nSubject: none of the mail\r\n\r\n'
    b"iVBORw0KGgo=\r\n--==--\r\n"
)


def session(turns: list[Turn], way: str = "whole", port: int = 25) -> Told:
    return converse([SMTP, SSL], turns, way, connection(resp_p=port))


def mail(text: bytes) -> list[Turn]:
    return [*OPENING, *ENVELOPE, *DATA, (True, text + b".\r\n"), *DONE]


def weirds(told: Told) -> list[str]:
    return [row["name"] for row in told.rows.get("weird", ())]


@each_way
@pytest.mark.parametrize("port", [25, 2525])
def test_a_message(way: str, port: int) -> None:
    told = session(mail(TEXT), way, port)
    assert told.service == "smtp"
    row = told.only("smtp")
    assert {name: row[name] for name in list(row)[6:-1]} == {
        "trans_depth": 1,
        "helo": "pc.example.org",
        "mailfrom": "ann@example.org",
        "rcptto": ["bob@example.org"],
        "date": "Mon, 1 Jan 2024 00:00:00 +0000",
        "from": "Ann <ann@example.org>",
        "to": ['"Doe, Bob" <bob@example.org>', "carl@example.org"],
        "cc": ["dan@example.org"],
        "reply_to": "ann2@example.org",
        "msg_id": "<1@example.org>",
        "in_reply_to": "<0@example.org>",
        "subject": "hello",
        "x_originating_ip": "192.0.2.9",
        "first_received": "from pc.example.org (pc.example.org [192.0.2.7])\tby mail.example.org [192.0.2.8]; today",
        "second_received": None,
        "last_reply": "250 2.0.0 queued",
        "path": ["192.0.2.80", "10.0.0.1", "192.0.2.8"],
        "user_agent": "a program",
        "tls": False,
    }
    (file,) = told.files
    assert file.content == b"How are you?\r\n.\r\n"
    assert file.handle == "Analyzer::ANALYZER_SMTP1600000000.011"
    assert row["fuids"] == [file.file.fuid]


@each_way
def test_the_files_of_a_message(way: str) -> None:
    told = session(mail(PARTS), way)
    assert [file.content for file in told.files] == [b"the text", b"\x89PNG\r\n\x1a\n"]
    assert [file.handle[-2:] for file in told.files] == ["12", "13"]
    assert [(file.file.filename, file.file.depth) for file in told.files] == [(None, 2), ("dot.png", 3)]
    row = told.only("smtp")
    assert row["subject"] == "parts"
    assert row["fuids"] == [file.file.fuid for file in told.files]


@each_way
@pytest.mark.parametrize(
    ("text", "content"),
    [
        (b"one\r\n\r\n--two\r\n..three\r\n", b"one\r\n\r\n--two\r\n.three\r\n"),
        (b"one\r\ntwo\nthree\r\nfour\r\n", b"one\r\ntwo\r\nthree\r\nfour\r\n"),
        (b"one\r\ntw\0o\r\nth\0ree\r\n", b"one\r\ntwo\r\nth\0ree\r\n"),
    ],
)
def test_lines_that_mean_nothing(text: bytes, content: bytes, way: str) -> None:
    told = session(mail(b"Subject: lines\r\n\r\n" + text), way)
    assert [file.content for file in told.files] == [content]
    assert weirds(told) == ["NUL_in_line"] * (b"\0" in text)
    assert told.only("smtp")["last_reply"] == "250 2.0.0 queued"


def test_messages_of_one_connection() -> None:
    again = [*ENVELOPE, *DATA, (True, b"Subject: second\r\n\r\n.\r\n")]
    told = session([*OPENING, *ENVELOPE, *DATA, (True, TEXT + b".\r\n"), DONE[0], *again, *DONE])
    assert [(row["trans_depth"], row["subject"]) for row in told.rows["smtp"]] == [(1, "hello"), (2, "second")]


def test_commands_that_do_not_wait() -> None:
    both = b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"
    turns = [*OPENING, (True, both), (False, b"250 a\r\n250 b\r\n354 c\r\n"), (True, TEXT + b".\r\n"), *DONE]
    assert session(turns).only("smtp")["last_reply"] == "250 2.0.0 queued"


def test_a_message_that_is_refused() -> None:
    turns = [*OPENING, *ENVELOPE, (True, b"DATA\r\n"), (False, b"554 no\r\n"), (True, b"MAIL FROM:<x@y>\r\n")]
    assert [row["mailfrom"] for row in session(turns).rows["smtp"]] == ["ann@example.org", "x@y"]


def test_what_a_client_says_while_it_logs_in_is_no_command() -> None:
    login: list[Turn] = [
        (True, b"AUTH LOGIN\r\n"),
        (False, b"334 who\r\n"),
        (True, b"DATA\r\n"),
        (False, b"235 ok\r\n"),
    ]
    told = session([*OPENING, *login, *ENVELOPE])
    assert weirds(told) == []
    assert told.only("smtp")["rcptto"] == ["bob@example.org"]


@each_way
def test_chunks(way: str) -> None:
    chunk = TEXT[:50]
    chunked: list[Turn] = [
        (True, b"BDAT 50\r\n" + chunk),
        (False, b"250 ok\r\n"),
        (True, b"BDAT %d LAST\r\n" % (len(TEXT) - 50) + TEXT[50:]),
    ]
    told = session([*OPENING, *ENVELOPE, *chunked, *DONE], way)
    row = told.only("smtp")
    assert (row["subject"], row["last_reply"]) == ("hello", "250 2.0.0 queued")
    # Dots are not doubled in chunks.
    assert told.files[0].content == b"How are you?\r\n..\r\n"


@pytest.mark.parametrize(
    ("sent", "names"),
    [
        (b"BDAT x\r\n", ["smtp_invalid_bdat_command"]),
        (b"BDAT 9999999999999999999 LAST\r\n", ["smtp_huge_bdat_chunk"]),
        (b"BDAT 4\r\na\r\nbRSET\r\n", ["smtp_missing_bdat_last_chunk", "smtp_bdat_undelivered_at_done"]),
        (b"BDAT 3\r\na\nb", ["smtp_bdat_line_lf_only", "smtp_bdat_undelivered_at_done"]),
        (b"BDAT 2\r\na\rBDAT 1 LAST\r\nb", ["smtp_bdat_line_cr_only"]),
        (b"BDAT 9\r\nab", ["smtp_bdat_remaining_at_end_data", "smtp_bdat_undelivered_at_done"]),
        (b"BDAT 5000 LAST\r\n" + bytes(5000), ["smtp_bdat_line_too_long"]),
    ],
)
def test_chunks_that_are_weird(sent: bytes, names: list[str]) -> None:
    assert weirds(session([*OPENING, *ENVELOPE, (True, sent)])) == names


@pytest.mark.parametrize(
    ("argument", "chunk"),
    [(b"86 LAST", (86, True)), (b"86 last", (86, True)), (b"86", (86, False)), (b"0 LAST", (0, True))],
)
def test_what_a_chunk_is_said_to_be(argument: bytes, chunk: tuple[int, bool]) -> None:
    assert chunk_of(argument) == chunk


@pytest.mark.parametrize("argument", [b"", b" 86", b"x", b"86LAST", b"86 FIRST", b"9" * 21, b"9" * 26])
def test_what_no_chunk_is_said_to_be(argument: bytes) -> None:
    with pytest.raises(BdatError):
        chunk_of(argument)


def test_transactions_that_are_invalid() -> None:
    told = session([*OPENING, (True, b"RCPT TO:<a@b>\r\n"), (True, b"DATA\r\n"), (False, b"354 ok\r\n")])
    assert told.rows["weird"][0]["addl"] == "rcpt to missing mail from"
    told = session([*OPENING, *((True, b"RCPT TO:<%d@b>\r\n" % i) for i in range(30))])
    assert weirds(told)[-1] == "smtp_excessive_invalid_mail_transactions"
    assert len(told.only("smtp")["rcptto"]) == 26


def test_very_many_recipients() -> None:
    many = b"".join(b"RCPT TO:<%d@b>\r\n" % i for i in range(1001))
    told = session([*OPENING, ENVELOPE[0], ENVELOPE[1], (True, many)])
    assert len(told.only("smtp")["rcptto"]) == 1000
    assert [(row["name"], row["source"]) for row in told.rows["weird"]] == [("smtp_too_many_rcptto_addresses", None)]


def test_tls() -> None:
    turns: list[Turn] = [
        *OPENING,
        (True, b"STARTTLS\r\n"),
        (False, b"220 ready\r\n"),
        (True, handshake(client_hello(server_name(b"mail.example.org")))),
        (False, handshake(server_hello())),
    ]
    told = session(turns)
    assert told.service == "smtp,ssl"
    assert told.only("smtp")["tls"] is True
    assert told.only("ssl")["server_name"] == "mail.example.org"


def test_a_hole() -> None:
    lost: list[Event] = [data(is_orig, content) for is_orig, content in (*OPENING, *ENVELOPE, *DATA)]
    lost += [data(True, b"Subject: x\r\n\r\nab\r\n"), Gap(True, 9, START), data(True, b"cd\r\n.\r\n")]
    lost += [data(is_orig, content) for is_orig, content in DONE]
    told = run(SMTP, lost, connection(resp_p=25))
    (file,) = told.files
    assert (file.content, file.holes) == (b"ab\r\n", [9])
    assert told.only("smtp")["last_reply"] == "221 bye"


def test_what_is_no_reply() -> None:
    told = session([*OPENING, (False, b"what?\r\n")])
    assert told.service is None
    row = told.only("analyzer")
    assert (row["failure_reason"], row["failure_data"]) == ("reply code -1 out of range", "what?")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"TO:<a@b.c>", [b"a@b.c"]),
        (b"TO:a@b.c SIZE=3", [b"a@b.c"]),
        (b"<a@b>,<c@d>; x", [b"a@b", b"c@d"]),
        (b"TO:<@b>", []),
        (b"TO:<a@>", []),
        (b"FROM:<>", []),
    ],
)
def test_addresses(text: bytes, found: list[bytes]) -> None:
    assert list(addresses(text)) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (b"a@b, c d <e@f>", [b"a@b", b"c d <e@f>"]),
        (b'"x, y@z" <a@b>, c@d', [b'"x, y@z" <a@b>', b"c@d"]),
        (b"nobody, a@b", [b"a@b"]),
        (b"undisclosed", []),
    ],
)
def test_named_addresses(value: bytes, found: list[bytes]) -> None:
    assert list(named_addresses(value)) == found


@given(st.text(alphabet='ab@<>,:; \t"', max_size=16).map(str.encode))
def test_addresses_are_what_zeeks_patterns_find(text: bytes) -> None:
    plain = [re.sub(rb"[<>,:; \t]", b"", found) for found in re.findall(rb"[^<,: \t@]+@[^>,; \t]+[>,; \t]?", text)]
    assert list(addresses(text)) == plain
    if b'"' not in text:
        assert list(named_addresses(text)) == [found.strip() for found in re.findall(rb"[^,]+@[^,]+", text)]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (b"from a (a [192.0.2.1]) by b (192.0.2.2)", "192.0.2.2"),
        (b"from a [192.0.2.1] 8.1.2.3.", "192.0.2.1"),
        (b"from a ([2001:DB8::1]) by b", "2001:db8::1"),
        (b"from a [::ffff:192.0.2.1]", "192.0.2.1"),
        (b"by b (version 8.14.4.1)", None),
        (b"[1.2.3.04]", None),
    ],
)
def test_where_a_mail_came_from(value: bytes, found: str | None) -> None:
    assert received_from(value) == found


def test_the_first_address_of_a_text() -> None:
    assert first_ip(b"x192.0.2.1y") == "192.0.2.1"


@pytest.mark.parametrize(
    ("orig", "resp", "known"),
    [
        (b"EHLO x", b"220 y", True),
        (b"NOOP\r\nhelo x", b"220-y", True),
        (b"EHLO x", b"", False),
        (b"EHLO x", b"2201", False),
        (b"XEHLO x", b"220 y", False),
    ],
)
def test_recognition(orig: bytes, resp: bytes, known: bool) -> None:
    assert recognise(orig, resp) is known


TOKENS = (
    *(
        b"MAIL FROM:<a@b>\r\n",
        b"RCPT TO:c@d\r\n",
        b"DATA\r\n",
        b"BDAT 5\r\n",
        b"BDAT 0 LAST\r\n",
        b".\r\n",
        b"TURN\r\n",
    ),
    *(b"Content-Type: multipart/x; boundary=b\r\n", b"\r\n", b"--b\r\n", b"250 ok\r\n", b"354 go\r\n", b"TURN\r\n"),
)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.booleans(), st.one_of(st.sampled_from(TOKENS), st.binary(min_size=1, max_size=20))), max_size=12
    )
)
def test_anything_is_survived(turns: list[Turn]) -> None:
    session([*OPENING, *turns])


_CLIENT = """
import smtplib, sys
from email.message import EmailMessage
message = EmailMessage()
message["Subject"], message["From"], message["To"] = "a dot", "Ann <ann@example.org>", "bob@example.org"
message.set_content("Look at this.")
message.add_attachment(open(sys.argv[1], "rb").read(), maintype="image", subtype="png", filename="dot.png")
with smtplib.SMTP("127.0.0.1", 2525) as server:
    server.send_message(message, to_addrs=["bob@example.org", "carl@example.org"])
"""


def test_a_client_and_a_server_of_others(tmp_path: Path) -> None:
    picture = tmp_path / "dot.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    with loopback(tmp_path) as inside:
        inside.need("smtp-sink")
        inside.start("smtp-sink", "-u", "root", "-D", f"{tmp_path}/%Y.", "127.0.0.1:2525", "10")
        inside.wait_for(2525)
        with inside.captured():
            sent = inside.run(sys.executable, "-c", _CLIENT, str(picture))
        assert sent.returncode == 0, sent.stderr
        (row,) = inside.rows("smtp")
        files = inside.rows("files")
    (dump,) = tmp_path.glob("20*.")
    assert b"X-Rcpt-Args: <carl@example.org>" in dump.read_bytes()
    assert row["rcptto"] == ["bob@example.org", "carl@example.org"]
    assert (row["mailfrom"], row["subject"], row["from"]) == ("ann@example.org", "a dot", "Ann <ann@example.org>")
    assert row["last_reply"].startswith("250 ")
    assert sorted(row["fuids"]) == sorted(file["fuid"] for file in files)
    (shown,) = (file for file in files if file["filename"] == "dot.png")
    assert (shown["mime_type"], shown["sha256"]) == ("image/png", hashlib.sha256(picture.read_bytes()).hexdigest())
