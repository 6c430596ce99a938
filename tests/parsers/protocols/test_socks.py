"""SOCKS 4 and 5, and what goes through it."""

import subprocess
from pathlib import Path
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.protocols.analyzer import Protocol
from parsers.protocols.http import HTTP
from parsers.protocols.socks import SOCKS, recognise
from tests.parsers.protocols.feeding import SECOND, START, Told, Turn, connection, converse, data, each_way, run
from tests.parsers.protocols.loopback import Loopback, loopback

TO = connection(resp_p=1080)
CHOICE: list[Turn] = [(True, b"\5\1\0"), (False, b"\5\0")]
LOGIN: list[Turn] = [
    (True, b"\5\2\0\2"),
    (False, b"\5\2"),
    (True, b"\1\3bob\6secret"),
    (False, b"\1\0"),
]
GET: list[Turn] = [
    (True, b"GET /inside HTTP/1.1\r\nHost: www.example.org\r\n\r\n"),
    (False, b"HTTP/1.1 204 No Content\r\n\r\n"),
]
NAME = b"\3\x0fwww.example.org"
ADDRESS = b"\1\xc0\0\2\7"


def request(where: bytes = NAME, port: int = 80, command: int = 1, reserved: int = 0) -> bytes:
    return bytes((5, command, reserved)) + where + pack(">H", port)


def reply(code: int = 0, where: bytes = ADDRESS, port: int = 1234) -> bytes:
    return bytes((5, code, 0)) + where + pack(">H", port)


CONNECT: list[Turn] = [(True, request()), (False, reply())]


def talk(*turns: Turn, among: tuple[Protocol, ...] = (HTTP, SOCKS)) -> Told:
    return converse(among, turns, to=connection(resp_p=1080))


@pytest.mark.parametrize("port", [1080, 4711])
def test_a_connection_by_name(port: int) -> None:
    told = converse([HTTP, SOCKS], [*CHOICE, *CONNECT, *GET], to=connection(resp_p=port))
    assert told.service == "socks,http"
    row = told.only("socks")
    assert (row["version"], row["user"], row["status"]) == (5, None, "succeeded")
    assert (row["request.host"], row["request.name"], row["request_p"]) == (None, "www.example.org", 80)
    assert (row["bound.host"], row["bound.name"], row["bound_p"]) == ("192.0.2.7", None, 1234)
    assert row["ts"] == START + 3 * SECOND
    assert told.only("http")["uri"] == "/inside"
    through = told.only("tunnel")
    assert (through["uid"], through["id.orig_p"], through["tunnel_type"]) == (None, 0, "Tunnel::SOCKS")
    assert through["action"] == "Tunnel::DISCOVER"


def test_a_connection_by_address_of_a_user() -> None:
    row = talk(*LOGIN, (True, request(b"\4" + bytes(15) + b"\1", 443)), (False, reply(5, b"\3\4host"))).only("socks")
    assert (row["user"], row["password"], row["status"]) == ("bob", None, "Connection refused")
    assert (row["request.host"], row["request_p"]) == ("::1", 443)
    assert (row["bound.host"], row["bound.name"]) == (None, "host")
    assert row["ts"] == START + 3 * SECOND


def test_a_message_is_a_segment() -> None:
    fed = [data(True, b"\5\1\0" + request()), data(False, b"\5\0"), data(False, reply())]
    assert run(SOCKS, fed, TO).only("socks")["request.name"] is None
    fed = [data(True, b"\5\1\0" + request(), step=3), data(False, b"\5\0")]
    assert run(SOCKS, fed, TO).rows == {}


def test_nobody_is_asked_and_nothing_is_logged() -> None:
    told = talk(*CHOICE, (True, request()))
    assert told.service is None
    assert "socks" not in told.rows


def test_version_4() -> None:
    told = talk((True, b"\4\1\0\x50\0\0\0\1user\0www.example.org\0"), (False, b"\4\0\x5a\0\x50\xc0\0\2\7"), *GET)
    row = told.only("socks")
    assert (row["version"], row["status"], row["bound.host"]) == (4, "succeeded", "192.0.2.7")
    assert (row["request.host"], row["request.name"], row["request_p"]) == ("0.0.0.1", "www.example.org", 80)
    assert told.only("http")["uri"] == "/inside"


def test_real_replies_of_version_4_are_none_to_zeek() -> None:
    told = talk((True, b"\4\1\0\x50\xc0\0\2\7user\0"), (False, b"\0\x5a\0\x50\xc0\0\2\7"), *GET)
    assert told.service is None
    assert "socks" not in told.rows


@pytest.mark.parametrize(
    ("turns", "weird", "addl"),
    [
        ([(False, b"\5\6"), (True, b"x"), (False, b"x")], "socks5_unsupported_authentication_method", "6"),
        (
            [(False, b"\5\2"), (True, b"\7x"), (False, b"\7")],
            "socks5_unsupported_authentication",
            "method 2, version 7",
        ),
    ],
)
def test_unknown_logins_are_weird(turns: list[Turn], weird: str, addl: str) -> None:
    told = talk(CHOICE[0], *turns, *CONNECT)
    # HTTP, at the same port, finds other things weird.
    found = [(row["name"], row["addl"]) for row in told.rows["weird"] if row["source"] == "SOCKS"]
    assert found == [(weird, addl)] * 2
    assert told.only("socks")["status"] == "succeeded"


@pytest.mark.parametrize(
    "turns",
    [
        [(True, b"\6")],
        [(True, b"\5\4\0")],
        [*CHOICE, (True, request(reserved=1))],
        [*CHOICE, (True, request(command=9))],
        [*CHOICE, (True, request(b"\7abc"))],
        [*CHOICE, (True, request(b"\3\xffabc"))],
        [(True, b"\4\1\0\x50\0\0\0\1user")],
    ],
)
def test_what_does_not_fit_ends_it(turns: list[Turn]) -> None:
    assert talk(*turns, *CHOICE, *CONNECT, among=(SOCKS,)).rows == {}


def test_what_does_not_fit_after_an_answer_is_told() -> None:
    told = talk(*CHOICE, (False, reply()), (True, b"\5\1\0\1\0"))
    assert told.service is None
    assert told.only("analyzer")["failure_reason"].endswith("out_of_bound: SOCKS5_Address:ipv4: 5 > 2")
    assert "socks" not in told.rows


@pytest.mark.parametrize(
    ("orig", "resp", "known"),
    [
        (b"\5\1\0", b"\5\0", True),
        (b"\5\1\4", b"\5\0", False),
        (b"\5\1\0", b"", False),
        (b"\5\1\0", b"\5\xff", True),
        (b"\4\1\0\x50\xc0\0\2\7user\0", b"\0\x5a", True),
        (b"\0\x5b", b"\4\2\0\x50\xc0\0\2\7\0", True),
        (b"\4\1" + bytes([1]) * 40 + b"\0", b"\0\x5a", False),
        (b"GET", b"HTTP", False),
    ],
)
def test_recognition(orig: bytes, resp: bytes, known: bool) -> None:
    assert recognise(orig, resp) is known


@each_way
@given(st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=40)), max_size=6))
def test_any_bytes_are_survived(way: str, turns: list[Turn]) -> None:
    converse([HTTP, SOCKS], turns, way, to=connection(resp_p=1080))
    converse([HTTP, SOCKS], [*CHOICE, *turns], way, to=connection(resp_p=1080))


def _ssh_server(folder: Path) -> list[str]:
    for name in ("host", "user"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(command, check=True)
    keys = folder / "authorized_keys"
    keys.write_bytes((folder / "user.pub").read_bytes())
    return [
        "/usr/sbin/sshd", "-D", "-f", "/dev/null", "-p", "2222", "-h", str(folder / "host"), "-o", "StrictModes=no",
        "-o", f"AuthorizedKeysFile={keys}", "-o", f"PidFile={folder / 'pid'}",
    ]  # fmt: skip


def test_a_real_proxy(tmp_path: Path) -> None:
    Loopback.need("/usr/sbin/sshd", "ssh", "ssh-keygen", "curl", "python3")
    Path("/run/sshd").mkdir(exist_ok=True)
    (tmp_path / "page").write_text("this is the page")
    client = ["ssh", "-N", "-D", "127.0.0.1:1080", "-p", "2222", "-i", str(tmp_path / "user"), "127.0.0.1"]
    trust = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
    with loopback(tmp_path) as inside:
        inside.start(*_ssh_server(tmp_path))
        inside.wait_for(2222)
        inside.start("python3", "-m", "http.server", "8123", "--bind", "127.0.0.1", "--directory", str(tmp_path))
        inside.wait_for(8123)
        inside.start(*client, *trust)
        inside.wait_for(1080)
        with inside.captured():
            got = [
                inside.run("curl", "-s", "--socks5-hostname", "127.0.0.1:1080", "http://localhost:8123/page"),
                inside.run("curl", "-s", "--socks5", "127.0.0.1:1080", "http://127.0.0.1:8123/page"),
            ]
        assert [run.stdout for run in got] == [b"this is the page"] * 2
        rows = inside.rows("socks")
        services = {row["id.orig_p"]: row["service"] for row in inside.rows("conn") if row["id.resp_p"] == 1080}
    assert [(row["request.host"], row["request.name"], row["request_p"]) for row in rows] == [
        (None, "localhost", 8123),
        ("127.0.0.1", None, 8123),
    ]
    assert [row["status"] for row in rows] == ["succeeded"] * 2
    assert [services[row["id.orig_p"]] for row in rows] == ["socks,http"] * 2
