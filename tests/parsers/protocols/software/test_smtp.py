"""Software that mails tell of."""

from typing import Any

import pytest

from parsers.protocols.analyzer import Connection
from parsers.protocols.smtp import SMTP
from parsers.protocols.software.smtp import is_webmail
from tests.parsers.protocols.feeding import SECOND, START, Turn, connection, converse, each_way

ENVELOPE: list[Turn] = [
    (False, b"220 hello\r\n"),
    (True, b"EHLO x\r\n"),
    (False, b"250 x\r\n"),
    (True, b"MAIL FROM:<a@example.org>\r\n"),
    (False, b"250 ok\r\n"),
    (True, b"RCPT TO:<b@example.org>\r\n"),
    (False, b"250 ok\r\n"),
    (True, b"DATA\r\n"),
    (False, b"354 go on\r\n"),
]
END = START + 10 * SECOND


def software(header: bytes, way: str = "whole", to: Connection | None = None, *, ends: bool = True) -> list[Any]:
    turns = [*ENVELOPE, (True, header + b"\r\ntext\r\n" + b".\r\n" * ends)]
    if ends:
        turns.append((False, b"250 ok\r\n"))
    told = converse(SMTP, turns, way, to or connection(resp_p=25))
    return [tuple(row.values()) for row in told.rows.get("software", ())]


@each_way
@pytest.mark.parametrize("field", [b"X-Mailer", b"User-Agent", b"x-user-agent"])
def test_the_sender(way: str, field: bytes) -> None:
    seen = ([END + SECOND], "10.0.0.1", None, "SMTP::MAIL_CLIENT", "a program 1.0")
    assert software(field + b": a program 1.0\r\n", way) == [seen]


def test_the_first_host_of_the_way() -> None:
    header = b"Received: from a ([10.0.0.7]) by b\r\nReceived: from c ([10.0.0.8]) by a\r\nX-Mailer: x\r\n"
    assert [row[1] for row in software(header)] == ["10.0.0.8"]


def test_a_mail_without_an_end() -> None:
    (row,) = software(b"X-Mailer: x\r\n", ends=False)
    assert row[0] == [START + 100 * SECOND]


def test_mails_from_elsewhere_are_not_told_of() -> None:
    outside = Connection("C", "9.9.9.9", 40000, "10.0.0.25", 25, "tcp", START)
    assert software(b"Received: from a ([10.0.0.7]) by b\r\nX-Mailer: x\r\n", to=outside) == []


@pytest.mark.parametrize(
    ("how", "field", "host", "kind"),
    [
        (b"via HTTP", b"User-Agent", "10.0.0.1", "SMTP::WEBMAIL_SERVER"),
        (b"with SMTP", b"User-Agent", "10.0.0.8", "SMTP::WEBMAIL_SERVER"),
        (b"via HTTP", b"X-Mailer", "10.0.0.8", "SMTP::MAIL_CLIENT"),
    ],
)
def test_programs_that_are_used_in_a_browser(how: bytes, field: bytes, host: str, kind: str) -> None:
    header = b"Received: from c ([10.0.0.8]) " + how + b"\r\n" + field + b": SquirrelMail/1.5\r\n"
    assert software(header) == [([END + SECOND], host, None, kind, "SquirrelMail/1.5")]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("iPlanet Messenger Express 5", True),
        ("Sun Java(tm) System Messenger Express", True),
        ("Internet Messaging Program (IMP) 4", True),
        ("NeoMail 1", True),
        ("Mozilla/5.0 ZimbraWebClient", True),
        ("not SquirrelMail", False),
        ("Thunderbird", False),
    ],
)
def test_names_of_such(said: str, expected: bool) -> None:
    assert is_webmail(said) is expected
