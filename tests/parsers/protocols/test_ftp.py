"""FTP: commands and replies, the connections that bring the data, TLS."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols.analyzer import Connection, Event, Gap
from parsers.protocols.ftp import FTP, FTP_DATA, recognise
from parsers.protocols.ftp.paths import joined, path_in
from parsers.protocols.ftp.ports import End, of_eprt, of_epsv, of_pasv, of_port
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

SERVER = "192.0.2.80"
CLIENT = "10.0.0.1"
Rows = list[dict[str, Any]]
ALL = (FTP, FTP_DATA, SSL)
LOGIN: list[Turn] = [
    (False, b"220 welcome\r\n"),
    (True, b"USER anonymous\r\n"),
    (False, b"331 your mail, please\r\n"),
    (True, b"PASS me@\r\n"),
    (False, b"230-hello\r\n and welcome\r\n230 in you are\r\n"),
]
PASSIVE: list[Turn] = [(True, b"PASV\r\n"), (False, b"227 Entering Passive Mode (192,0,2,80,200,10)\r\n")]
FETCH: list[Turn] = [
    (True, b"RETR a.txt\r\n"),
    (False, b"150 Opening a.txt (5 bytes)\r\n"),
    (False, b"226 done\r\n"),
]
QUIT: list[Turn] = [(True, b"QUIT\r\n"), (False, b"221 bye\r\n")]


def session(turns: Sequence[Turn], way: str = "whole", port: int = 21) -> Told:
    return converse(ALL, turns, way, connection(resp_p=port))


def commands(told: Told) -> list[tuple[str, str | None, int | None]]:
    return [(row["command"], row["arg"], row["reply_code"]) for row in told.rows.get("ftp", ())]


def at(turns: Sequence[Turn], second: int = 1) -> Iterator[Event]:
    """The events of a conversation, a turn every second."""
    for number, (is_orig, content) in enumerate(turns, second):
        yield data(is_orig, content, START + number * SECOND)


@each_way
@pytest.mark.parametrize("port", [21, 2121])
def test_a_file_is_fetched(way: str, port: int) -> None:
    told = session([*LOGIN, *PASSIVE, *FETCH, *QUIT], way, port)
    assert told.service == "ftp"
    assert commands(told) == [("PASV", None, 227), ("RETR", f"ftp://{SERVER}/./a.txt", 226)]
    row = told.rows["ftp"][0]
    assert (row["user"], row["password"], row["reply_msg"]) == (
        "anonymous",
        "me@",
        "Entering Passive Mode (192,0,2,80,200,10)",
    )
    ends = [row[f"data_channel.{name}"] for name in ("passive", "orig_h", "resp_h", "resp_p")]
    assert ends == [True, CLIENT, SERVER, 51210]
    assert told.rows["ftp"][1]["file_size"] == 5


def test_passwords_are_hidden_unless_they_are_guests() -> None:
    turns = [
        *LOGIN[:1],
        (True, b"USER ann\r\n"),
        LOGIN[2],
        (True, b"PASS secret\r\n"),
        (False, b"230 ok\r\n"),
        *PASSIVE,
    ]
    assert session(turns).only("ftp")["password"] == "<hidden>"


def test_where_the_client_is() -> None:
    moves: list[Turn] = [
        (True, b"CWD pub\r\n"),
        (False, b"250 ok\r\n"),
        (True, b"CWD /a/b\r\n"),
        (False, b"250 ok\r\n"),
        (True, b"CDUP\r\n"),
        (False, b"200 ok\r\n"),
        *FETCH,
        (True, b"PWD\r\n"),
        (False, b'257 "/x y" it is\r\n'),
        *FETCH,
        *QUIT,
    ]
    # Where CDUP leads, Zeek does not find out.
    assert [arg for _, arg, _ in commands(session(moves))] == [f"ftp://{SERVER}/../a.txt", f"ftp://{SERVER}/x/a.txt"]


def test_replies_find_their_commands() -> None:
    turns = [*LOGIN, (True, b"PASV\r\nRETR b\r\nDELE c\r\n"), (False, b"150 b\r\n550 no c\r\n226 b\r\n"), *QUIT]
    assert sorted(commands(session(turns))) == [
        ("DELE", f"ftp://{SERVER}/./c", 550),
        ("PASV", None, 226),
        ("RETR", f"ftp://{SERVER}/./b", 150),
    ]


def test_a_reply_that_is_never_ended() -> None:
    turns = [*LOGIN, (True, b"RETR x\r\n"), (False, b"150 ok\r\n230- well\r\n226 Transfer complete.\r\n"), *QUIT]
    row = session(turns).only("ftp")
    assert (row["reply_code"], row["reply_msg"]) == (0, "226 Transfer complete.")


def data_connection(port: int = 51210, *, orig_h: str = CLIENT, start: int = 7) -> Connection:
    return Connection("CuidOfTheData", orig_h, 40001, SERVER, port, "tcp", START + start * SECOND)


def test_the_data_of_a_command() -> None:
    control = [*LOGIN, *PASSIVE, *FETCH, *QUIT]
    told = run_together(ALL, [(connection(resp_p=21), at(control)), (data_connection(), at([(False, b"hello")], 9))])
    assert told.services == ["ftp", "ftp-data"]
    (file,) = told.files
    ends = f"[orig_h={CLIENT}, orig_p=40001/tcp, resp_h={SERVER}, resp_p=51210/tcp, proto=6, ctx=[]]"
    assert file.handle == f"Analyzer::ANALYZER_FTP_DATA1600000007.0{ends}F"
    assert file.content == b"hello"
    assert [row["fuid"] for row in told.rows["ftp"]] == [None, file.file.fuid]
    # The type was found when the connection was forgotten, after the command had been told.
    assert told.rows["ftp"][1]["mime_type"] is None


@pytest.mark.parametrize(("content", "kind"), [(b"GIF89a" + bytes(5000), "image/gif"), (bytes(5000), "<unknown>")])
def test_the_type_of_the_data(content: bytes, kind: str) -> None:
    control = [*LOGIN, *PASSIVE, *FETCH, *QUIT]
    told = run_together(ALL, [(connection(resp_p=21), at(control)), (data_connection(), at([(False, content)], 9))])
    assert told.rows["ftp"][1]["mime_type"] == kind


@pytest.mark.parametrize(
    "other",
    [data_connection(51211), data_connection(orig_h="10.0.0.2"), data_connection(start=6)],
    ids=["another port", "another client", "before it was announced"],
)
def test_connections_that_are_not_expected(other: Connection) -> None:
    told = run_together(ALL, [(connection(resp_p=21), at([*LOGIN, *PASSIVE])), (other, at([(False, b"hello")], 9))])
    assert told.services == ["ftp", None]
    assert told.files == []


def test_what_comes_after_a_connection_was_forgotten_is_not_expected() -> None:
    first, second = data_connection(), data_connection(start=60)
    first.removal = lambda: START + 50 * SECOND
    control = at([*LOGIN, *PASSIVE])
    told = run_together(ALL, [(connection(resp_p=21), control), (first, ()), (second, at([(False, b"hello")], 61))])
    assert told.services == ["ftp", "ftp-data", None]


def test_a_hole_in_the_data() -> None:
    fed: list[Event] = [
        data(False, b"ab", START + 9 * SECOND),
        Gap(False, 3, START + 9 * SECOND),
        data(False, b"cd", START + 9 * SECOND),
    ]
    told = run_together(ALL, [(connection(resp_p=21), at([*LOGIN, *PASSIVE])), (data_connection(), fed)])
    assert (told.files[0].content, told.files[0].holes) == (b"abcd", [3])


def test_active_data() -> None:
    control = [*LOGIN, (True, b"PORT 10,0,0,1,78,52\r\n"), (False, b"200 ok\r\n"), *FETCH, *QUIT]
    back = Connection("CuidOfTheData", SERVER, 20, CLIENT, 20020, "tcp", START + 8 * SECOND)
    told = run_together(ALL, [(connection(resp_p=21), at(control)), (back, at([(True, b"hello")], 9))])
    assert told.services == ["ftp", "ftp-data"]
    assert told.files[0].handle.endswith("T")


def test_tls() -> None:
    turns: list[Turn] = [
        LOGIN[0],
        (True, b"AUTH TLS\r\n"),
        (False, b"234 go\r\n"),
        (True, handshake(client_hello(server_name(b"ftp.example.org")))),
        (False, handshake(server_hello())),
    ]
    told = session(turns)
    assert told.service == "ftp,ssl"
    assert told.only("ssl")["server_name"] == "ftp.example.org"


def test_the_tokens_of_the_grid() -> None:
    hello = base64.b64encode(handshake(client_hello(server_name(b"grid.example.org"))))
    answer = base64.b64encode(handshake(server_hello()))
    turns: list[Turn] = [
        LOGIN[0],
        (True, b"AUTH GSSAPI\r\n"),
        (False, b"334 go\r\n"),
        (True, b"ADAT " + hello + b"\r\n"),
        (False, b"335 ADAT=" + answer + b"\r\n"),
        (False, b"235 ok\r\n"),
    ]
    told = session(turns)
    assert told.service == "ftp,ssl"
    assert told.only("ssl")["server_name"] == "grid.example.org"


def test_tokens_that_are_not_encoded_right() -> None:
    turns: list[Turn] = [LOGIN[0], (True, b"AUTH GSSAPI\r\n"), (False, b"334 go\r\n"), (True, b"ADAT Fg MD\r\n")]
    told = session([*turns, (False, b"535 no\r\n")])
    assert [(row["name"], row["addl"], row["source"]) for row in told.rows["weird"]] == [
        ("base64_illegal_encoding", "character 32 ignored by Base64 decoding", None),
        ("ftp_adat_bad_first_token_encoding", None, "FTP_ADAT"),
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"hello", "non-numeric reply code"),
        (b"099 x", "invalid reply code"),
        (b"220x", "invalid reply line"),
    ],
)
def test_what_is_no_reply(line: bytes, why: str) -> None:
    told = session([*LOGIN[:2], (False, line + b"\r\n")])
    assert told.service is None
    assert told.only("analyzer")["failure_reason"] == why


@pytest.mark.parametrize(
    ("sent", "name", "addl"),
    [
        (b"X" * 101 + b"\r\n", "FTP_max_command_length_exceeded", "101"),
        (b"no\r\n", "FTP_invalid_command", None),
        (b"NOOP\r\n" * 21, "FTP_too_many_pending_commands", "20"),
        (b"USER " + b"x" * 129 + b"\r\n", "FTP_user_too_long", "129"),
        (b"PASS " + b"x" * 129 + b"\r\n", "FTP_password_too_long", "129"),
        (b"a\rb\r\n", "line_terminated_with_single_CR", None),
        (b"N\0OOP\r\n", "NUL_in_line", None),
    ],
)
def test_what_is_weird(sent: bytes, name: str, addl: str | None) -> None:
    row = session([*LOGIN, (True, sent)]).rows["weird"][0]
    assert (row["name"], row["addl"]) == (name, addl)


def test_texts_that_are_too_long() -> None:
    told = session([*LOGIN, (True, b"DELE " + b"x" * 5000 + b"\r\n"), (False, b"250 " + b"y" * 5000 + b"\r\n")])
    assert [row["name"] for row in told.rows["weird"]] == ["FTP_arg_too_long", "FTP_reply_msg_too_long"]
    assert len(told.only("ftp")["arg"]) == len(told.only("ftp")["reply_msg"]) == 4096


def test_a_line_that_is_far_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parsers.protocols.ftp.lines.LINE_BYTES", 20)
    to = connection(resp_p=21)
    told = converse(ALL, [*LOGIN[:2], (True, b"NOOP" + b"x" * 20 + b"\r\nNOOP\r\n")], to=to)
    assert told.only("weird")["name"] == "nvt_line_size_exceeded"
    assert [letter for _, letter in to.marks] == ["X"]


@each_way
def test_commands_of_the_terminal_are_left_out(way: str) -> None:
    told = session(
        [*LOGIN, (True, b"\xff\xf4\xff\xfb\x06\xff\xfa\x01x\xff\xf0DELE \xff\xff\r\n"), (False, b"250 ok\r\n")], way
    )
    assert told.only("ftp")["arg"] == f"ftp://{SERVER}/./\\xff"


@pytest.mark.parametrize(
    ("argument", "end"),
    [
        (b"10,0,0,1,4,31", ("10.0.0.1", 1055)),
        (b" 10, 0,0,1,4,31)", ("10.0.0.1", 1055)),
        (b"1,2,3,4,5", None),
        (b"10,0,0,256,4,31", None),
        (b"10,0,0,-1,4,31,", None),
    ],
)
def test_ports(argument: bytes, end: End | None) -> None:
    assert of_port(argument) == end


@pytest.mark.parametrize(
    ("text", "end"),
    [
        (b"Entering (10,0,0,1,4,31).", ("10.0.0.1", 1055)),
        (b"PORT 10,0,0,1,4,31", ("10.0.0.1", 1055)),
        (b"at 10,0,0,1,4,31", ("10.0.0.1", 1055)),
        (b"10,0,0,1,4,31", ("10.0.0.1", 1055)),
        (b"well, 10,0,0,1,4,31", None),
        (b"nothing", None),
        (b"", None),
    ],
)
def test_passive_ports(text: bytes, end: End | None) -> None:
    assert of_pasv(text) == end


@pytest.mark.parametrize(
    ("argument", "end"),
    [
        (b"|1|10.0.0.1|1055|", ("10.0.0.1", 1055)),
        (b"|2|2001:DB8::1|1055|", ("2001:db8::1", 1055)),
        (b"|||1055|", (None, 1055)),
        (b"!1!010.0.0.1!1055!", ("10.0.0.1", 1055)),
        (b"|1|x|1055|", None),
        (b"|1|10.0.0.1|1055", None),
        (b"|1|10.0.0.1|70000|", None),
        (b"|1|10.0.0.1", ("10.0.0.1", 0)),
        (b"|1x", None),
        (b"|x|10.0.0.1|1|", None),
        (b" ", None),
    ],
)
def test_extended_ports(argument: bytes, end: End | None) -> None:
    assert of_eprt(argument) == end


def test_extended_passive_ports() -> None:
    assert of_epsv(b"Entering (|||6446|)") == (None, 6446)
    assert of_epsv(b"|||6446|") is None


@pytest.mark.parametrize(
    ("folder", "name", "path"),
    [
        (b".", b"a", b"./a"),
        (b"/a", b"b", b"/a/b"),
        (b"/a/", b"../b/", b"/b"),
        (b"/a", b"/b", b"/b"),
        (b"/a", b"C:\\b", b"C:\\b"),
        (b"", b"b", b"b"),
        (b".", b"..", b".."),
        (b"..", b"..", b"../.."),
        (b"a/", b".//b/./c", b"a/b/c"),
        (b"/", b"..", b"/.."),
    ],
)
def test_paths(folder: bytes, name: bytes, path: bytes) -> None:
    assert joined(folder, name) == path


def test_the_path_in_a_text() -> None:
    assert path_in(b'"/a/b" is it') == b"/a/b"
    assert path_in(b"none") == b""


@pytest.mark.parametrize(
    ("orig", "resp", "known"),
    [
        (b"USER x", b"220 a\r\n331 b", True),
        (b"user x", b"\n 120-a\n  230 b", True),
        (b"FEAT\r\nUSER x", b"220 a\r\n331 b", True),
        (b"USER x", b"220 a\r\n", False),
        (b"USERX", b"220 a\r\n331 b", False),
    ],
)
def test_recognition(orig: bytes, resp: bytes, known: bool) -> None:
    assert recognise(orig, resp) is known


TOKENS = (
    *(b"PASV\r\n", b"RETR x\r\n", b"CWD ..\r\n", b"AUTH GSSAPI\r\n", b"ADAT FgMDAAA=\r\n", b"PORT 1,2,3,4,5,6\r\n"),
    *(
        b"227 (1,2,3,4,5,6)\r\n",
        b"229 (|||7|)\r\n",
        b"334 x\r\n",
        b"200 ok\r\n",
        b"150-x\r\n",
        b"\xff\xfa\r\n",
        b"\0\r",
    ),
)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from(TOKENS) | st.binary(min_size=1, max_size=20)), max_size=12))
def test_anything_is_survived(turns: list[Turn]) -> None:
    session([LOGIN[0], *turns])


def test_vsftpd_and_curl(tmp_path: Path) -> None:
    content = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 400
    with loopback(tmp_path) as inside, TemporaryDirectory() as folder:
        # The server reads it as a user of its own.
        served = Path(folder)
        served.chmod(0o755)
        (served / "in" / "side").mkdir(parents=True)
        (served / "in" / "side" / "dot.png").write_bytes(content)
        inside.need("vsftpd", "curl")
        options = {
            "listen": "YES",
            "listen_port": "2121",
            "background": "NO",
            "anonymous_enable": "YES",
            "anon_root": str(served),
            "secure_chroot_dir": str(served),
            "xferlog_enable": "YES",
            "vsftpd_log_file": str(tmp_path / "log"),
            "seccomp_sandbox": "NO",
            "connect_from_port_20": "NO",
        }
        config = tmp_path / "vsftpd.conf"
        config.write_text("".join(f"{name}={value}\n" for name, value in options.items()))
        inside.start("vsftpd", str(config))
        inside.wait_for(2121)
        with inside.captured():
            url = "ftp://127.0.0.1:2121/in/side/dot.png"
            for extra in ([], ["--disable-epsv"], ["--ftp-port", "-"]):
                fetched = inside.run("curl", "-sS", *extra, url)
                assert fetched.stdout == content, fetched.stderr
        _check(inside.rows("ftp"), inside.rows("files"), inside.rows("conn"), content)


def _check(
    rows: list[dict[str, Any]], files: list[dict[str, Any]], connections: list[dict[str, Any]], content: bytes
) -> None:
    assert [row["command"] for row in rows] == ["EPSV", "RETR", "PASV", "RETR", "EPRT", "RETR"]
    fetches = [row for row in rows if row["command"] == "RETR"]
    assert {row["arg"] for row in fetches} == {"ftp://127.0.0.1/in/side/dot.png"}
    assert {(row["reply_code"], row["mime_type"], row["file_size"]) for row in fetches} == {
        (226, "image/png", len(content))
    }
    assert sorted(row["fuid"] for row in fetches) == sorted(file["fuid"] for file in files)
    assert {file["sha256"] for file in files} == {hashlib.sha256(content).hexdigest()}
    services = sorted(str(row["service"]) for row in connections if row["proto"] == "tcp")
    assert services == ["ftp"] * 3 + ["ftp-data"] * 3
