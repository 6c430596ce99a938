"""MySQL: logins, commands, results, and a real server."""

import subprocess
from pathlib import Path
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.protocols import mysql
from parsers.protocols.analyzer import Event, Gap
from parsers.protocols.ssl import SSL
from tests.parsers.protocols.feeding import SECOND, START, Told, Turn, connection, converse, data, each_way, run
from tests.parsers.protocols.loopback import Loopback, loopback
from tests.parsers.protocols.tls_messages import client_hello, handshake, server_hello, server_name

TO = connection(resp_p=3306)
PROTOCOL = mysql.PROTOCOL
PLUGIN_AUTH, SSL_FLAG, ATTRS, DEPRECATE_EOF, QUERY_ATTRIBUTES = 0x80000, 0x800, 0x100000, 0x1000000, 0x8000000


def packet(sequence: int, body: bytes) -> bytes:
    return len(body).to_bytes(3, "little") + bytes((sequence,)) + body


def text(content: bytes) -> bytes:
    return bytes((len(content),)) + content


def greeting(capabilities: int = PLUGIN_AUTH | QUERY_ATTRIBUTES) -> bytes:
    rest = pack("<I8sBHBHHB10s13s", 7, b"saltsalt", 0, 0, 8, 2, capabilities >> 16, 21, bytes(10), b"moresaltmore\0")
    return packet(0, b"\x0a8.0.36\0" + rest + b"caching_sha2_password\0")


def introduction(name: bytes = b"root", capabilities: int = PLUGIN_AUTH, more: bytes = b"plugin\0") -> bytes:
    return packet(1, pack("<II24s", capabilities, 1 << 24, b"\x08") + name + b"\0" + text(b"hash") + more)


def ok(sequence: int = 2, rows: int = 0) -> bytes:
    return packet(sequence, b"\0" + bytes((rows,)) + b"\0\2\0\0\0")


def error(sequence: int, said: bytes) -> bytes:
    return packet(sequence, b"\xff\x15\x04#28000" + said)


def end(sequence: int) -> bytes:
    return packet(sequence, b"\xfe\0\0\2\0")


def command(code: int, argument: bytes = b"") -> bytes:
    return packet(0, bytes((code,)) + argument)


def column(sequence: int) -> bytes:
    return packet(sequence, b"".join(map(text, (b"def", b"", b"", b"", b"a", b""))) + b"\x0c" + bytes(12))


LOGIN: list[Turn] = [(False, greeting()), (True, introduction()), (False, ok())]


def talk(*turns: Turn, login: list[Turn] = LOGIN) -> Told:
    return converse(PROTOCOL, [*login, *turns], to=TO)


def outcomes(told: Told) -> list[tuple[object, ...]]:
    return [(row["cmd"], row["arg"], row["success"], row["rows"], row["response"]) for row in told.rows["mysql"]]


@each_way
def test_a_login_and_commands(way: str) -> None:
    turns = [
        *LOGIN,
        (True, command(3, b"update t set a = 1")),
        (False, ok(1, rows=3)),
        (True, command(14)),
        (False, ok(1)),
        (True, command(1)),
    ]
    told = converse(PROTOCOL, turns, way, to=TO)
    assert told.service == "mysql"
    assert outcomes(told) == [
        ("login", "root", True, 0, None),
        ("query", "update t set a = 1", True, 3, None),
        ("ping", "", True, 0, None),
        ("quit", "", None, None, None),
    ]
    assert told.rows["mysql"][0]["ts"] == START + 2 * SECOND


@each_way
def test_a_refused_login(way: str) -> None:
    turns = [*LOGIN[:2], (False, error(2, b"Access denied"))]
    assert outcomes(converse(PROTOCOL, turns, way, to=TO)) == [("login", "root", False, None, "Access denied")]


def test_a_login_in_several_steps() -> None:
    told = talk(
        (False, packet(2, b"\xfemysql_native_password\0salt")),
        (True, packet(3, b"proof")),
        (False, packet(4, b"\x01\x04")),
        (True, packet(5, b"secret\0")),
        (False, ok(6)),
        login=LOGIN[:2],
    )
    assert outcomes(told) == [("login", "root", True, 0, None)]


@pytest.mark.parametrize("capabilities", [PLUGIN_AUTH, PLUGIN_AUTH | DEPRECATE_EOF])
def test_a_result(capabilities: int) -> None:
    new = bool(capabilities & DEPRECATE_EOF)
    rows = [packet(i, text(b"1") + text(b"\xff" * 100)) for i in range(5, 9)]
    answer = [packet(1, b"\2"), column(2), column(3), *([] if new else [end(4)]), *rows]
    answer.append(packet(9, b"\xfe\0\0\2\0\0\0") if new else end(9))
    login = [LOGIN[0], (True, introduction(capabilities=capabilities)), LOGIN[2]]
    turns = [(True, command(3, b"select a, b from t")), (False, b"".join(answer))]
    assert outcomes(talk(*turns, login=login))[1] == ("query", "select a, b from t", True, 0, None)


def test_an_error_instead_of_a_result() -> None:
    told = talk((True, command(3, b"selec")), (False, error(1, b"You have an error")))
    assert outcomes(told)[1] == ("query", "selec", False, None, "You have an error")


def test_fields_of_a_table() -> None:
    told = talk((True, command(4, b"t\0")), (False, column(1) + column(2) + end(3)))
    assert outcomes(told)[1] == ("field_list", "t", True, 0, None)


def test_a_command_that_is_not_answered_is_a_row_when_the_next_comes() -> None:
    told = talk((True, command(25, b"\1\0\0\0")), (True, command(99)))
    assert outcomes(told)[1:] == [("stmt_close", "\1\0\0", None, None, None), ("unknown-99", "", None, None, None)]


@pytest.mark.parametrize("answer", [ok(1), error(1, b"no")])
def test_another_user(answer: bytes) -> None:
    change = b"second\0\4hashdb\0\x08\0plugin\0"
    row = outcomes(talk((True, command(17, change)), (False, answer), (True, command(14)), (False, ok(1))))
    assert row[1][:3] == ("change_user", "second", answer == ok(1))
    assert row[2][:3] == ("ping", "", True)


def test_attributes_before_a_query() -> None:
    named = b"".join(bytes((kind, 0)) + text(b"k") for kind in (0xFE, 0x08, 0x06, 0x0C, 0x0B, 0x00))
    values = text(b"value") + bytes(8) + b"\4" + bytes(4) + b"\x0c" + bytes(12) + b"\xfc\1\0"
    attributes = b"\6\1" + b"\x04" + b"\1" + named + values
    login = [LOGIN[0], (True, introduction(capabilities=PLUGIN_AUTH | QUERY_ATTRIBUTES)), LOGIN[2]]
    told = talk((True, command(3, attributes + b"select 1")), (False, ok(1)), login=login)
    assert outcomes(told)[1] == ("query", "select 1", True, 0, None)


def test_what_the_client_says_of_itself() -> None:
    said = b"".join(map(text, (b"_os", b"Linux", b"_pid", b"7")))
    login = [LOGIN[0], (True, introduction(capabilities=ATTRS, more=text(said))), LOGIN[2]]
    assert outcomes(talk(login=login)) == [("login", "root", True, 0, None)]


def test_the_old_protocol() -> None:
    turns = [
        (False, packet(0, b"\x093.20\0" + bytes(4) + b"salt\0")),
        (True, packet(1, b"\x08\0\0\0\0old\0hash\0db\0")),
    ]
    assert outcomes(talk(*turns, (False, ok()), login=[])) == [("login", "old", True, 0, None)]


@pytest.mark.parametrize("way", ["whole", "byte by byte"])
def test_tls(way: str) -> None:
    wish = packet(1, pack("<II24s", PLUGIN_AUTH | SSL_FLAG, 1 << 24, b"\x08"))
    hello, answer = handshake(client_hello(server_name(b"db.example.org"))), handshake(server_hello())
    turns = [LOGIN[0], (True, wish), (True, hello), (False, answer)]
    told = converse([PROTOCOL, SSL], turns, way, to=TO)
    assert told.service == "mysql,ssl"
    assert told.only("ssl")["server_name"] == "db.example.org"
    assert "mysql" not in told.rows


@pytest.mark.parametrize(
    "turns",
    [
        [(True, introduction())],
        [(False, packet(0, b""))],
        [(False, packet(0, b"\x0a8.0.36"))],
        [LOGIN[0], (True, packet(1, bytes(31)))],
        [LOGIN[0], (True, packet(1, b"\1" * 40))],
    ],
)
def test_what_is_no_login_is_no_mysql(turns: list[Turn]) -> None:
    told = converse(PROTOCOL, [*turns, *LOGIN], to=TO)
    assert (told.service, told.rows) == (None, {})


@pytest.mark.parametrize(
    ("turns", "fault"),
    [
        ([*LOGIN[:2], (False, packet(2, b"\x07"))], "invalid index for case: Server_Connection_Phase_Packets: 7"),
        ([*LOGIN, (True, packet(0, b""))], "out_of_bound: Command_Request_Packet:command: 1 > 0"),
        ([*LOGIN, (True, command(3)), (False, packet(1, b"\xfc\1"))], "LengthEncodedIntegerLookahead:i2: 2 > 1"),
        (
            [*LOGIN, (True, command(3)), (False, packet(1, b"\2") + packet(2, b"\3abcx"))],
            "out_of_bound: LengthEncodedString:val: 121 > 1",
        ),
        ([*LOGIN, (True, command(17, b"user"))], "string mismatch at mysql-protocol.pac:539"),
    ],
)
def test_what_does_not_fit_ends_it(turns: list[Turn], fault: str) -> None:
    told = converse(PROTOCOL, [*turns, (True, command(14)), (False, ok(1))], to=TO)
    assert told.service is None
    assert fault in told.only("analyzer")["failure_reason"]
    assert all(row["cmd"] != "ping" for row in told.rows["mysql"])


def test_nothing_is_read_behind_a_hole_or_of_the_middle() -> None:
    fed: list[Event] = [data(*turn) for turn in LOGIN]
    asked: list[Event] = [data(True, command(3, b"a")), data(False, ok(1))]
    assert len(run(PROTOCOL, [*fed, Gap(True, 1, START), *asked], TO).rows["mysql"]) == 1
    assert run(PROTOCOL, [*fed, *asked], connection(resp_p=3306, partial=True)).rows == {}


@given(st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=40)), max_size=6))
def test_any_bytes_are_survived(turns: list[Turn]) -> None:
    converse(PROTOCOL, turns, to=TO)
    converse(PROTOCOL, [*LOGIN, *((is_orig, packet(1, turn)) for is_orig, turn in turns)], to=TO)
    converse(PROTOCOL, [*LOGIN, (True, command(3)), *((False, packet(1, turn)) for _, turn in turns)], to=TO)


_SQL = """
create database lab;
create table lab.t (a int, b text);
insert into lab.t values (1, 'x'), (2, 'y');
select * from lab.t;
update lab.t set a = a + 1;
drop table lab.nothing;
"""


@pytest.mark.parametrize("tls", [False, True])
def test_a_real_server(tmp_path: Path, tls: bool) -> None:
    Loopback.need("mariadbd", "mariadb", "openssl")
    key, certificate, log = tmp_path / "key.pem", tmp_path / "cert.pem", tmp_path / "queries"
    options = ["--no-defaults", f"--datadir={tmp_path}", "--user=root", "--skip-grant-tables", "--skip-log-bin"]
    options += [
        f"--socket={tmp_path / 's'}",
        "--innodb-buffer-pool-size=8M",
        "--general-log",
        f"--general-log-file={log}",
    ]
    if tls:
        ask = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=db", "-days", "1"]
        subprocess.run([*ask, "-keyout", str(key), "-out", str(certificate)], capture_output=True, check=True)
        options += [f"--ssl-key={key}", f"--ssl-cert={certificate}"]
    client = ["mariadb", "--no-defaults", "-h", "127.0.0.1", "-u", "scott", "--force"]
    with loopback(tmp_path) as inside:
        inside.start("mariadbd", *options)
        inside.wait_for(3306)
        with inside.captured():
            ran = inside.run(*client, "--ssl" if tls else "--skip-ssl", "-e", _SQL)
        assert b"1051" in ran.stderr
        rows = inside.rows("mysql")
        assert [row["service"] for row in inside.rows("conn") if row["proto"] == "tcp"] == [
            "mysql,ssl" if tls else "mysql"
        ]
        asked = [line.split(" Query\t")[1] for line in log.read_text().splitlines() if " Query\t" in line]
    if tls:
        assert rows == []
        return
    assert [row["arg"] for row in rows if row["cmd"] == "query"] == asked
    changed = {row["arg"].split()[0]: (row["success"], row["rows"]) for row in rows if row["cmd"] == "query"}
    assert changed["insert"] == (True, 2)
    assert changed["update"] == (True, 2)
    assert changed["drop"] == (False, None)
    assert (rows[0]["cmd"], rows[0]["arg"], rows[0]["success"]) == ("login", "scott", True)
    assert rows[-1]["cmd"] == "quit"
