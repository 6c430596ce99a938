"""IRC: names, channels, files that clients send each other, TLS."""

import hashlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols.analyzer import Connection, Event, Gap
from parsers.protocols.irc import IRC, IRC_DATA, recognise
from parsers.protocols.ssl import SSL
from tests.parsers.protocols.feeding import (
    SECOND,
    START,
    Told,
    Turn,
    connection,
    converse,
    data,
    each_way,
    run_together,
)
from tests.parsers.protocols.loopback import loopback
from tests.parsers.protocols.tls_messages import client_hello, handshake, server_hello, server_name

ALL = (IRC, IRC_DATA, SSL)
CLIENT = "10.0.0.1"
HELLO: list[Turn] = [
    (True, b"NICK ann\r\nUSER a host server :Ann B Smith\r\n"),
    (False, b":irc.example.org 001 ann :Welcome\r\n"),
]
# 10.0.0.1, port 5555.
SEND = b"PRIVMSG bob :\1DCC SEND a.gif 167772161 5555 5000\1\r\n"
GIF = b"GIF89a" + bytes(5000)
NAMES = ("nick", "user", "command", "value", "addl")


def session(turns: Sequence[Turn], way: str = "whole", port: int = 6667) -> Told:
    return converse(ALL, turns, way, connection(resp_p=port))


def shown(told: Told) -> list[tuple[str | None, ...]]:
    return [tuple(row[name] for name in NAMES) for row in told.rows.get("irc", ())]


def weirds(told: Told) -> list[tuple[str, str | None]]:
    return [(row["name"], row["addl"]) for row in told.rows.get("weird", ())]


@each_way
@pytest.mark.parametrize("port", [6667, 7000])
def test_someone_joins(way: str, port: int) -> None:
    told = session([*HELLO, (True, b"JOIN #a,#b key\r\n")], way, port)
    assert told.service == "irc"
    # Zeek puts the parts of a name together in a way of its own.
    addl = "host server AnnB Smith "
    assert shown(told) == [
        (None, None, "NICK", "ann", None),
        ("ann", None, "USER", "a", addl),
        ("ann", "a", "JOIN", "#a", " with channel key: 'key'"),
        ("ann", "a", "JOIN", "#b", ""),
    ]


def test_what_others_do_has_no_rows() -> None:
    others = b":bob!b@host JOIN :#a\r\n:bob!b@host NICK :rob\r\n:s NJOIN #a :@@x,+y\r\n"
    assert len(shown(session([*HELLO, (False, others)]))) == 2


def test_servers_tell_of_users() -> None:
    assert [row[3] for row in shown(session([(True, b"SERVER s 1 :x\r\nNJOIN #a :@@x,+y\r\n")]))] == ["#a", "#a"]


def test_tags_and_blanks_are_passed_over() -> None:
    told = session([(True, b"  @time=1 :ann!a@h   nick   :bob\r\n@tags\r\n")])
    assert shown(told) == [(None, None, "NICK", "bob", None)]


def data_connection(orig_h: str = "192.0.2.80", start: int = 5) -> Connection:
    return Connection("CuidOfTheData", orig_h, 40001, CLIENT, 5555, "tcp", START + start * SECOND)


def at(turns: Sequence[Turn], second: int = 1) -> Iterator[Event]:
    """The events of a conversation, a turn every second."""
    for number, (is_orig, content) in enumerate(turns, second):
        yield data(is_orig, content, START + number * SECOND)


def transfer(content: bytes, later: Sequence[Turn] = (), to: Connection | None = None) -> Told:
    """A file that is announced in the third second and comes in the sixth; what else is said comes after that."""
    control = [*at([*HELLO, (True, SEND)]), *at(later, 8)]
    brought = [data(False, content, START + 6 * SECOND), data(True, bytes(4), START + 7 * SECOND)]
    return run_together(ALL, [(connection(resp_p=6667), control), (to or data_connection(), brought)])


def test_a_file() -> None:
    told = transfer(GIF, [(True, b"JOIN #a\r\n")])
    assert told.services == ["irc", "irc-dcc-data"]
    (file,) = told.files
    ends = f"[orig_h=192.0.2.80, orig_p=40001/tcp, resp_h={CLIENT}, resp_p=5555/tcp, proto=6, ctx=[]]"
    assert file.handle == f"Analyzer::ANALYZER_IRC_DATA1600000005.0{ends}F"
    assert (file.file.filename, file.content) == ("a.gif", GIF)
    dcc, join = told.rows["irc"][2:]
    assert (dcc["ts"], dcc["command"], dcc["value"]) == (START + 3 * SECOND, "DCC", "a")
    assert (dcc["dcc_file_name"], dcc["dcc_file_size"], dcc["dcc_mime_type"]) == ("a.gif", 5000, "image/gif")
    assert dcc["fuid"] == join["fuid"] == file.file.fuid
    assert (join["command"], join["dcc_file_name"]) == ("JOIN", None)


def test_a_small_file_is_told_when_its_connection_is_forgotten() -> None:
    to = data_connection()
    to.removal = lambda: START + 20 * SECOND
    told = transfer(b"hello, world", [(True, b"JOIN #a\r\n")], to)
    assert [(row["command"], row["dcc_file_name"]) for row in told.rows["irc"][2:]] == [
        ("JOIN", "a.gif"),
        ("DCC", "a.gif"),
    ]


@pytest.mark.parametrize("start", [2, 400], ids=["before it was announced", "much later"])
def test_connections_that_are_not_expected(start: int) -> None:
    assert transfer(GIF, to=data_connection(start=start)).services[1] is None


def test_anyone_may_fetch() -> None:
    assert transfer(GIF, to=data_connection("203.0.113.9")).services[1] == "irc-dcc-data"


def test_a_hole_in_a_file() -> None:
    control = at([*HELLO, (True, SEND)])
    ts = START + 6 * SECOND
    fed: list[Event] = [data(False, GIF[:100], ts), Gap(False, 3, ts), data(True, b"odd", ts)]
    told = run_together(ALL, [(connection(resp_p=6667), control), (data_connection(), fed)])
    assert told.files[0].holes == [3]
    assert told.rows["irc"][2]["dcc_mime_type"] == "image/gif"
    assert weirds(told) == [("irc_invalid_dcc_send_ack", None)]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"x" * 513, [("irc_line_size_exceeded", None)]),
        (b"y" * 1000, [("contentline_size_exceeded", None), ("irc_line_size_exceeded", None)]),
        (b"ab", [("irc_line_too_short", None)]),
        (b":prefix", [("irc_invalid_line", None)]),
        (b"0x1 a", [("irc_invalid_reply_number", None)]),
        (b"x" * 21, [("irc_invalid_command", None)]),
        (b"JOIN :", [("irc_invalid_join_line", None)]),
        (b"NJOIN #a", [("irc_invalid_njoin_line", None)]),
        (b"PRIVMSG a", [("irc_invalid_privmsg_message_format", None)]),
        (b"PRIVMSG a :hello", []),
        (b"PRIVMSG a :\1DCC SEND a 1\1", [("irc_invalid_dcc_message_format", None)]),
        (b"PRIVMSG a :\1DCC SEND a x 1\1", [("irc_invalid_dcc_host", None)]),
        (b"PRIVMSG a :\1DCC SEND a 1 x\1", [("irc_invalid_dcc_port", "0")]),
        (b"PRIVMSG a :\1DCC SEND a 1 70000\1", [("irc_invalid_dcc_port", "70000")]),
        (b"PRIVMSG a :\1DCC SEND a 1 1 2 T\1", []),
    ],
)
def test_what_is_weird(line: bytes, told: list[tuple[str, str | None]]) -> None:
    assert weirds(session([*HELLO, (True, line + b"\r\n")])) == told


def test_lines_that_are_too_long_lose_two_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parsers.protocols.irc.analyzer.IRC_READ_BYTES", 10)
    assert [row[3] for row in shown(session([(True, b"NICK abcdefNICK x\r\n")]))] == ["abcd", "x"]


def test_what_is_none_of_irc() -> None:
    told = session([*HELLO, (False, b":server x\r\n")])
    assert told.service is None
    assert told.only("analyzer")["failure_reason"] == "line too short"


def test_very_many_long_commands() -> None:
    told = session([*HELLO, (True, (b"x" * 30 + b"\r\n") * 21)])
    assert told.only("analyzer")["failure_reason"] == "too many long lines"


def test_very_many_transfers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parsers.protocols.irc.session.DCC_TRANSFERS", 1)
    again = SEND.replace(b"5555", b"5556")
    assert weirds(session([*HELLO, (True, SEND + again)])) == [("irc_max_dcc_expected_transfers_exceeded", None)]


def test_tls() -> None:
    turns: list[Turn] = [
        (True, b"STARTTLS\r\n"),
        (False, b":irc.example.org 670 ann :go\r\n"),
        (True, handshake(client_hello(server_name(b"irc.example.org")))),
        (False, handshake(server_hello())),
    ]
    told = session(turns)
    assert told.service == "irc,ssl"
    assert told.only("ssl")["server_name"] == "irc.example.org"


def test_servers_that_go_on_compressed() -> None:
    open_with = b"PASS x 0210 IRC|a Z\r\nSERVER s 1 :x\r\n"
    assert shown(session([(True, open_with), (False, open_with), (True, b"NICK ann\r\n")])) == []


@pytest.mark.parametrize(
    ("orig", "resp", "known"),
    [
        (b"NICK a\r\nUSER a b c :d\r\n", b":s 001 a", True),
        (b"user a\nnick b\n", b"NOTICE x\r\n020 x", True),
        (b"NICK a\r\nUSER a b c :d", b":s 001 a", False),
        (b"NICK a\r\n", b":s 001 a", False),
        (b"NICK a\r\nUSER a b c :d\r\n", b"hello", False),
        (b"SERVER a 1 :x\r\n", b"SERVER b 1 :y\r\n", True),
        (b"SERVER a 1 :x\r\n", b"", False),
    ],
)
def test_recognition(orig: bytes, resp: bytes, known: bool) -> None:
    assert recognise(orig, resp) is known


TOKENS = (
    *(
        b"NICK x\r\n",
        b"USER a b c :d e f\r\n",
        b"JOIN #x,y z\r\n",
        b"NJOIN a :@\r\n",
        SEND,
        b"PASS a b c Z\r\n",
        b"SERVER\r\n",
    ),
    *(b":a 670 x\r\n", b":a\r\n", b"@a :b \r\n", b"PRIVMSG a :\1DCC SEND a -1 -1 -1\r\n", b"\0\r", b"STARTTLS\n"),
)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from(TOKENS) | st.binary(min_size=1, max_size=20)), max_size=12))
def test_anything_is_survived(turns: list[Turn]) -> None:
    session([*HELLO, *turns])


_CLIENTS = """
import socket, sys, threading
content = open(sys.argv[1], "rb").read()
def meet(nick):
    server = socket.create_connection(("127.0.0.1", 6667))
    said = server.makefile("rb")
    server.sendall(b"NICK %b\\r\\nUSER %b 0 * :The %b\\r\\n" % (nick, nick, nick))
    while b" 001 " not in said.readline(): pass
    server.sendall(b"JOIN #files\\r\\n")
    while b" 366 " not in said.readline(): pass
    return server, said
ann, _ = meet(b"ann")
bob, heard = meet(b"bob")
waiting = socket.create_server(("127.0.0.1", 0))
port = waiting.getsockname()[1]
ann.sendall(b"PRIVMSG bob :\\x01DCC SEND dot.png 2130706433 %d %d\\x01\\r\\n" % (port, len(content)))
while b"DCC SEND" not in heard.readline(): pass
def fetch():
    with socket.create_connection(("127.0.0.1", port)) as file:
        got = 0
        while piece := file.recv(65536):
            got += len(piece)
            file.sendall(got.to_bytes(4, "big"))
thread = threading.Thread(target=fetch)
thread.start()
sender, _ = waiting.accept()
sender.sendall(content)
sender.shutdown(socket.SHUT_WR)
thread.join()
for client in (ann, bob):
    client.sendall(b"QUIT\\r\\n")
    while client.recv(65536): pass
"""


def test_clients_at_a_server_of_others(tmp_path: Path) -> None:
    content = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100
    picture = tmp_path / "dot.png"
    picture.write_bytes(content)
    config = tmp_path / "ngircd.conf"
    config.write_text(
        "[Global]\nName=irc.example.org\nListen=127.0.0.1\nPorts=6667\nServerUID=root\nServerGID=root\n"
        "[Limits]\nMaxConnectionsIP=0\n[Options]\nDNS=no\nIdent=no\nPAM=no\n"
    )
    with loopback(tmp_path) as inside:
        inside.need("ngircd")
        inside.start("ngircd", "-n", "-f", str(config))
        inside.wait_for(6667)
        with inside.captured():
            ran = inside.run(sys.executable, "-c", _CLIENTS, str(picture))
        assert ran.returncode == 0, ran.stderr
        rows, files, connections = inside.rows("irc"), inside.rows("files"), inside.rows("conn")
    done = [(row["nick"], row["command"], row["value"]) for row in rows if row["command"] != "DCC"]
    assert sorted(done, key=str) == sorted(
        [
            (nick if command != "NICK" else None, command, "#files" if command == "JOIN" else nick)
            for nick in ("ann", "bob")
            for command in ("NICK", "USER", "JOIN")
        ],
        key=str,
    )
    _check_file(rows, files, content)
    assert sorted(str(row["service"]) for row in connections if row["proto"] == "tcp") == ["irc", "irc", "irc-dcc-data"]


def _check_file(rows: list[dict[str, Any]], files: list[dict[str, Any]], content: bytes) -> None:
    (dcc,) = (row for row in rows if row["command"] == "DCC")
    (file,) = files
    assert (
        (dcc["dcc_file_name"], dcc["dcc_file_size"])
        == (file["filename"], len(content))
        == ("dot.png", file["seen_bytes"])
    )
    assert (dcc["fuid"], dcc["dcc_mime_type"]) == (file["fuid"], "image/png")
    assert file["sha256"] == hashlib.sha256(content).hexdigest()
