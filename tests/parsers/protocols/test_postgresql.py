"""PostgreSQL."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from struct import pack
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols.analyzer import Event, Gap
from parsers.protocols.postgresql import PROTOCOL, recognise
from parsers.protocols.postgresql.record import RECORD
from tests.parsers.protocols.feeding import SECOND, START, Told, Turn, connection, converse, data, each_way, run
from tests.parsers.protocols.loopback import Loopback, loopback

TLS_REQUEST: Turn = (True, pack(">II", 8, 80877103))


def startup(**parameters: str) -> Turn:
    body = b"".join(f"{name}\0{value}\0".encode() for name, value in parameters.items())
    return True, pack(">IHH", len(body) + 9, 3, 0) + body + b"\0"


def message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + pack(">I", len(body) + 4) + body


def ask(sql: bytes) -> Turn:
    return True, message(b"Q", sql + b"\0")


def proof(kind: int, more: bytes = b"") -> bytes:
    return message(b"R", pack(">I", kind) + more)


def fields(kind: bytes, *given: bytes) -> bytes:
    return message(kind, b"".join(one + b"\0" for one in given) + b"\0")


def talk(*turns: Turn, way: str = "whole", trailing: bytes = b"") -> Told:
    return converse(PROTOCOL, turns, way, connection(resp_p=5432), trailing)


def cells(told: Told) -> list[tuple[Any, ...]]:
    return [tuple(row.values())[6:] for row in told.rows.get("postgresql", [])]


BOB = startup(user="bob", database="shop", application_name="psql", client_encoding="UTF8")
ROW = message(b"D", pack(">HI", 1, 1) + b"1")
READY = message(b"Z", b"I")
WELCOME: Turn = (False, proof(0) + message(b"S", b"TimeZone\0UTC\0") + message(b"K", bytes(8)) + READY)


@each_way
def test_a_session(way: str) -> None:
    turns: list[Turn] = [
        BOB,
        (False, proof(10, b"SCRAM-SHA-256\0\0")),
        (True, message(b"p", b"first")),
        (False, proof(11, b"r=") + proof(12, b"v=")),
        WELCOME,
        ask(b"select 1"),
        (False, message(b"T", b"\0\1") + ROW + ROW + message(b"C", b"SELECT 2\0") + READY),
        ask(b"drop table t"),
        (False, fields(b"E", b"SERROR", b"Mno table", b"?x") + READY),
        (True, message(b"X")),
    ]
    told = talk(*turns, way=way)
    who = ("bob", "shop", "psql")
    assert told.service == "postgresql"
    assert cells(told) == [
        (*who, "startup", None, "auth_ok", "SASL,SASLContinue,SASLFinal", True, None),
        (*who, "simple_query", "select 1", None, None, True, 2),
        (
            *who,
            "simple_query",
            "drop table t",
            "error",
            "SeverityLocalized=ERROR,Message=no table,UnknownErrorId?=x",
            False,
            None,
        ),
        (*who, "terminate", None, None, None, None, None),
    ]
    assert RECORD.table([tuple(row.values()) for row in told.rows["postgresql"]]).num_rows == 4


def test_when_it_began() -> None:
    rows = talk(BOB, WELCOME, ask(b"select 1"), (False, ROW + READY)).rows["postgresql"]
    assert [row["ts"] - START for row in rows] == [SECOND, 3 * SECOND]


def test_a_login_that_fails() -> None:
    told = talk(BOB, (False, proof(5, b"salt")), (True, message(b"p", b"x\0")), (False, fields(b"E", b"C28P01")))
    assert cells(told)[0][5:8] == ("auth_request,error", "MD5Password,Code=28P01", False)


def test_remarks_of_the_server_belong_to_the_query() -> None:
    told = talk(BOB, WELCOME, ask(b"x"), (False, fields(b"N", b"Mone") + fields(b"N", b"Mtwo") + READY))
    assert cells(told)[1][5:] == (None, "Message=one,Message=two", True, 0)


def test_a_prepared_query_is_told_by_its_rows() -> None:
    told = talk(BOB, WELCOME, (True, message(b"P", b"\0select 1\0\0\0")), (False, ROW + READY), (False, READY))
    assert cells(told)[1:] == [("bob", "shop", "psql", None, None, None, None, True, 1)]


@each_way
def test_no_tls(way: str) -> None:
    told = talk(TLS_REQUEST, (False, b"N"), BOB, WELCOME, way=way)
    assert [row[3:8] for row in cells(told)] == [
        ("ssl_request", None, "ssl_reply", "N", False),
        ("startup", None, "auth_ok", None, True),
    ]


def test_what_waits_for_the_other_side_is_bounded() -> None:
    assert talk(TLS_REQUEST, *[(True, b"x")] * 4, (False, b"N")).service == "postgresql"
    assert talk(TLS_REQUEST, *[(True, b"x")] * 5, (False, b"N")).service is None
    told = talk((False, b"S"), *[(False, b"x")] * 4, BOB, WELCOME)
    assert told.service is None


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        ((False, b"R\0\0\0\3"), "&requires failed: (self.length >= 4)"),
        ((False, proof(13)), "&requires failed: ($$ <= 12)"),
        ((False, proof(0, b"x")), "AuthenticationOK with wrong length: 5"),
        ((False, message(b"K", bytes(9))), "&size amount not consumed: expected 9 bytes, got 8 bytes"),
        ((False, message(b"K", bytes(7))), "expected 8 bytes, got 7 bytes"),
        ((False, message(b"Z", b"x")), "&requires failed: ($$ == 'I' || $$ == 'T' || $$ == 'E')"),
        ((False, message(b"S", b"a b\0\0")), "failed to match regular expression"),
        ((True, message(b"Q", b"x")), "parsing not done within &max-size bytes"),
    ],
)
def test_what_does_not_fit_ends_it(turn: Turn, reason: str) -> None:
    told = talk(BOB, WELCOME, turn, ask(b"x"), (False, READY))
    assert told.only("analyzer")["failure_reason"] == f"error while parsing PostgreSQL: {reason}"
    assert told.only("analyzer")["failure_data"] is None
    assert (told.service, len(cells(told))) == (None, 1)


@pytest.mark.parametrize(
    "begin",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        pack(">II", 7, 196608),
        pack(">II", 16, 80877102) + bytes(8),
        pack(">II", 8, 196608),
        startup(user="")[1],
        startup(user="bob")[1][:-1] + b"x",
    ],
)
def test_what_is_no_beginning(begin: bytes) -> None:
    told = talk((True, begin), WELCOME)
    assert told.service is None


def test_what_is_cut_off_is_no_message() -> None:
    assert "analyzer" in talk(BOB, WELCOME, (True, message(b"Q", b"select")[:-2])).rows


def test_a_hole_ends_it() -> None:
    fed: list[Event] = [data(*BOB), data(*WELCOME), Gap(False, 9, START), data(*ask(b"x"))]
    told = run(PROTOCOL, fed, connection(resp_p=5432))
    assert (told.service, len(cells(told))) == ("postgresql", 1)


def test_recognition() -> None:
    begin = BOB[1]
    assert recognise(TLS_REQUEST[1], b"S")
    assert recognise(begin, proof(10))
    assert recognise(proof(10), begin)
    assert not recognise(begin, b"HTTP/1.1")
    assert not recognise(b"", b"S")
    assert not recognise(b"GET / HTTP/1.1\r\n", b"S")
    assert converse(PROTOCOL, [BOB, WELCOME], to=connection(resp_p=6000)).service == "postgresql"


@settings(max_examples=100)
@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=20)), max_size=6))
def test_any_bytes_are_survived(turns: list[Turn]) -> None:
    talk(*turns)
    talk(BOB, WELCOME, *turns)
    talk(BOB, *((is_orig, message(content[:1] or b"E", content)) for is_orig, content in turns))


@pytest.mark.parametrize("tls", [False, True])
def test_a_real_server(tmp_path: Path, tls: bool) -> None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        pytest.skip("needs postgresql")
    Loopback.need("psql", "runuser", "openssl")
    # The server does not run as root, who alone may look into the folders of tests.
    with loopback(tmp_path) as inside, tempfile.TemporaryDirectory() as folder:
        _make_cluster(found[-1], Path(folder))
        server = [str(found[-1] / "postgres"), "-D", f"{folder}/data", "-k", folder, "-cfsync=off"]
        if tls:
            server += ["-cssl=on", f"-cssl_cert_file={folder}/certificate", f"-cssl_key_file={folder}/key"]
        inside.start("runuser", "-u", "postgres", "--", *server)
        inside.wait_for(5432)
        place = f"host=127.0.0.1 user=postgres dbname=postgres sslmode={'require' if tls else 'disable'}"
        with inside.captured():
            said = inside.run(
                "psql", "-At", "-c", "select 6 * 7", place, env={"PGPASSWORD": "secret", "PATH": "/usr/bin"}
            )
            inside.run("psql", "-c", "select", "-c", "selec", place, env={"PGPASSWORD": "wrong", "PATH": "/usr/bin"})
        assert said.stdout == b"42\n"
        rows = inside.rows("postgresql")
        services = {row["service"] for row in inside.rows("conn")}
        if tls:
            assert services >= {"postgresql,ssl"}
            assert {(row["frontend"], row["backend_arg"]) for row in rows} == {("ssl_request", "S")}
            return
        assert services >= {"postgresql"}
        done = {row["frontend"]: row for row in rows if row["success"]}
        assert done["startup"]["backend_arg"] == "SASL,SASLContinue,SASLFinal"
        assert (done["simple_query"]["frontend_arg"], done["simple_query"]["rows"]) == ("select 6 * 7", 1)
        assert any("Code=28P01" in (row["backend_arg"] or "") for row in rows if row["success"] is False)


def _make_cluster(programs: Path, folder: Path) -> None:
    """A database of its own, whose user must give a password, and a key for TLS."""
    (folder / "password").write_text("secret")
    key = ("-keyout", str(folder / "key"), "-out", str(folder / "certificate"))
    asked = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=db.example", *key)
    subprocess.run(asked, check=True, capture_output=True)
    for path in (folder, *folder.iterdir()):
        shutil.chown(path, "postgres")
    options = ("-A", "scram-sha-256", "--pwfile", str(folder / "password"), "-N", "-U", "postgres")
    made = (str(programs / "initdb"), "-D", str(folder / "data"), *options)
    subprocess.run(["runuser", "-u", "postgres", "--", *made], check=True, capture_output=True)
