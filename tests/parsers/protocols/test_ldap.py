"""LDAP: messages and their answers, logins of several kinds, what is wrapped."""

import subprocess
from pathlib import Path
from struct import pack
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols.analyzer import Event, Gap
from parsers.protocols.ldap import TCP, UDP, recognise
from parsers.protocols.ldap.record import RECORD, SEARCH_RECORD
from tests.parsers.protocols.feeding import (
    SECOND,
    START,
    Told,
    Turn,
    connection,
    converse,
    data,
    datagrams,
    each_way,
    run,
)
from tests.parsers.protocols.loopback import Loopback, loopback

OK, BUSY = 0, 51


def tlv(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = bytes([len(content)]) if len(content) < 0x80 else b"\x82" + pack(">H", len(content))
    return bytes([tag]) + size + content


def integer(number: int, tag: int = 2) -> bytes:
    return tlv(tag, number.to_bytes(max(1, number.bit_length() // 8 + 1), "big"))


def text(content: bytes, tag: int = 4) -> bytes:
    return tlv(tag, content)


def message(number: int, tag: int, *parts: bytes) -> bytes:
    return tlv(0x30, integer(number), tlv(tag, *parts))


def result(code: int = OK, words: bytes = b"") -> bytes:
    return integer(code, 10) + text(b"") + text(words)


def bind(number: int, proof: bytes, name: bytes = b"cn=bob") -> Turn:
    return True, message(number, 0x60, integer(3), text(name), proof)


def sasl(mechanism: bytes, *credentials: bytes) -> bytes:
    return tlv(0xA3, text(mechanism), *map(text, credentials))


def bound(number: int, code: int = OK, *more: bytes) -> Turn:
    return False, message(number, 0x61, result(code), *more)


def search(number: int, wanted: bytes, base: bytes = b"dc=example") -> Turn:
    limits = integer(0), integer(0), tlv(1, b"\0")
    return True, message(
        number, 0x63, text(base), integer(2, 10), integer(3, 10), *limits, wanted, tlv(0x30, text(b"cn"))
    )


def found(number: int, *names: bytes) -> Turn:
    entries = b"".join(message(number, 0x64, text(name), tlv(0x30)) for name in names)
    return False, entries + message(number, 0x65, result())


def equal(name: bytes, value: bytes, tag: int = 0xA3) -> bytes:
    return tlv(tag, text(name), text(value))


def talk(*turns: Turn, way: str = "whole") -> Told:
    return converse(TCP, turns, way, connection(resp_p=389))


def cells(told: Told, log: str = "ldap") -> list[tuple[Any, ...]]:
    return [tuple(row.values())[6:] for row in told.rows.get(log, [])]


SIMPLE = bind(1, text(b"secret", 0x80))
ANYONE = tlv(0x87, b"objectClass")


@each_way
def test_a_session(way: str) -> None:
    told = talk(SIMPLE, bound(1), search(2, ANYONE), found(2, b"cn=a", b"cn=b"), (True, message(3, 0x42)), way=way)
    assert told.service == "ldap_tcp"
    assert cells(told) == [
        (1, 3, "bind simple", "success", None, "cn=bob", "REDACTED"),
        (3, None, "unbind", None, None, None, None),
    ]
    assert cells(told, "ldap_search") == [
        (2, "tree", "always", "dc=example", 2, "success", None, "(objectClass=*)", None)
    ]
    assert [told.rows["ldap"][0]["ts"], told.only("ldap_search")["ts"]] == [START + SECOND, START + 3 * SECOND]
    for record in (RECORD, SEARCH_RECORD):
        assert record.table([tuple(row.values()) for row in told.rows[record.name]]).num_rows


def test_what_is_not_answered_is_told_at_the_end() -> None:
    told = talk(SIMPLE, search(2, ANYONE), (True, message(3, 0x68, text(b"new"))))
    assert [row[:4] for row in cells(told)] == [(1, 3, "bind simple", None), (3, None, "add", None)]
    assert cells(told, "ldap_search")[0][4:6] == (0, None)


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (tlv(0xA0, equal(b"a", b"1"), equal(b"b", b"2"), equal(b"c", b"3")), "(&(&(a=1)(b=2))(c=3))"),
        (tlv(0xA1, equal(b"a", b"1")), "(|(a=1))"),
        (tlv(0xA0), ""),
        (tlv(0xA2, equal(b"a", b"(*)")), "(!(a=\\28\\2a\\29))"),
        (equal(b"a", b"1", 0xA5), "(a>=1)"),
        (equal(b"a", b"1", 0xA6), "(a<=1)"),
        (equal(b"a", "ü".encode(), 0xA8), "(a~=ü)"),
        (tlv(0xA4, text(b"a"), tlv(0x30, text(b"x", 0x80), text(b"y", 0x81), text(b"z", 0x81))), "(a=x*y*z*)"),
        (tlv(0xA4, text(b"a"), tlv(0x30, text(b"x", 0x82))), "(a=*x)"),
        (tlv(0xA9, text(b"1.2.3", 0x81), text(b"flags", 0x82), text(b"2", 0x83)), "(flags:1.2.3:=2)"),
        (equal(b"NtVer", b"\6\0\0\0"), "(NtVer=0x00000006)"),
        (equal(b"DomainGuid", bytes(range(16))), "(DomainGuid=03020100-0504-0706-0809-0a0b0c0d0e0f)"),
        (equal(b"AAC", b"\1\2"), "(AAC=01:02)"),
        (
            equal(b"DomainSid", b"\1\4" + bytes([0, 0, 0, 0, 0, 5]) + pack("<4I", 21, 1, 2, 3)),
            "(DomainSid=S-1-5-21-1-2-3)",
        ),
        (equal(b"DomainSid", b"x"), "(DomainSid=SID_FORMAT_FAILED)"),
    ],
)
def test_filters(wanted: bytes, shown: str) -> None:
    assert talk(search(1, wanted), found(1)).only("ldap_search")["filter"] == shown


def test_changes_of_an_entry() -> None:
    def change(kind: int, name: bytes, *values: bytes) -> bytes:
        return tlv(0x30, integer(kind, 10), tlv(0x30, text(name), tlv(0x31, *map(text, values))))

    changes = tlv(0x30, change(2, b"mail", b"a", b"b"), change(1, b"phone"))
    told = talk((True, message(1, 0x66, text(b"cn=bob"), changes)), (False, message(1, 0x67, result(BUSY, b"later\0"))))
    assert cells(told) == [(1, None, "modify", "busy", "later?", "cn=bob", "replace(mail=ab),delete(phone)")]


@each_way
def test_tls_is_handed_over(way: str) -> None:
    asked = (True, message(1, 0x77, text(b"1.3.6.1.4.1.1466.20037", 0x80)))
    told = talk(asked, (False, message(1, 0x78, result())), (True, b"\x16\x03\x01"), (False, b"\x16"), way=way)
    assert cells(told) == [(1, None, "extended", "success", None, "1.3.6.1.4.1.1466.20037 (StartTLS)", None)]
    assert (told.service, "analyzer" in told.rows) == ("ldap_tcp", False)


def wrapped(inside: bytes, *, sealed: bool = False, extra: int = 12, rotation: int = 12) -> bytes:
    head = b"\5\4" + bytes([2 if sealed else 0, 0xFF]) + pack(">HHQ", extra, rotation, 1)
    return (
        pack(">I", len(head) + extra + len(inside))
        + head
        + (bytes(extra) + inside if rotation else inside + bytes(extra))
    )


def spnego(*parts: bytes) -> bytes:
    return tlv(0xA1, tlv(0x30, *parts))


KERBEROS = spnego(tlv(0xA0, b"\x0a\1\0"), tlv(0xA1, tlv(6, bytes.fromhex("2a864882f712010202"))), tlv(0xA2, b"token"))
INIT = tlv(0x60, tlv(6, bytes.fromhex("2b0601050502")), b"rest")


@each_way
@pytest.mark.parametrize("rotation", [0, 12])
def test_messages_that_kerberos_signs(rotation: int, way: str) -> None:
    login = bind(1, sasl(b"GSS-SPNEGO", INIT)), bound(1, OK, text(KERBEROS, 0x87))
    asked, answer = search(2, ANYONE)[1], found(2, b"cn=a")[1]
    turns = [(True, wrapped(asked, rotation=rotation)), (False, wrapped(answer, rotation=rotation))]
    told = talk(*login, *turns, (True, wrapped(b"?" * 40, sealed=True)), way=way)
    assert cells(told)[0][2:] == ("bind SASL", "success", None, "cn=bob", "GSS-SPNEGO")
    assert cells(told, "ldap_search")[0][4:6] == (1, "success")
    assert "analyzer" not in told.rows


@each_way
def test_what_follows_a_login_may_be_encrypted(way: str) -> None:
    hidden = pack(">I", 5) + b"\x01\x02\x03\x04\x05"
    login = bind(1, sasl(b"SRP")), bound(1)
    assert "analyzer" not in talk(*login, (True, hidden), (False, hidden * 2), way=way).rows
    assert len(cells(talk(*login, (True, message(2, 0x42)), way=way))) == 2
    login = bind(1, sasl(b"GSSAPI", b"x")), bound(1)
    told = talk(*login, (True, wrapped(search(2, ANYONE)[1])), (False, wrapped(found(2)[1])), way=way)
    assert len(cells(told, "ldap_search")) == 1


def test_logins_of_windows() -> None:
    told = talk(bind(1, text(b"NTLMSSP\0", 0x8A)), bound(1), bind(2, text(b"x", 0x89)), bound(2))
    assert [row[2] for row in cells(told)] == ["sicily_negotiate", "LDAP::BindAuthType_SICILY_PACKAGE_DISCOVERY"]
    assert told.only("weird")["name"] == "LDAP_unknown_auth_type"


def test_what_is_weird() -> None:
    told = talk(
        bound(9), *[(True, message(n, 0x68)) for n in range(20, 31)], search(1, ANYONE), search(1, ANYONE, b"x")
    )
    assert [(row["name"], row["addl"], row["source"]) for row in told.rows["weird"]] == [
        ("LDAP_bind_without_opcode", "9: bind", "LDAP"),
        ("LDAP_max_pending_messages_exceeded", "10", "LDAP"),
        ("LDAP_search_base_object_change", "1: dc=example -> x", "LDAP"),
    ]


def deep(depth: int) -> bytes:
    inside = b""
    for _ in range(depth):
        inside = tlv(0x30, inside)
    return inside


@pytest.mark.parametrize(
    "broken",
    [
        (True, b"GET / HTTP/1.1\r\n"),
        (True, tlv(0x30, text(b"x"))),
        (True, tlv(0x30, integer(1), integer(1))),
        (True, tlv(0x30, tlv(2, bytes(9)), tlv(0x42))),
        (True, message(1, 0x5E)),
        (True, message(1, 0x42, b"x")),
        (True, message(1, 0x4A, b"cn=bob")),
        (True, message(1, 0x60, integer(3), text(b""), integer(1))),
        (True, tlv(0x30, integer(1), tlv(0x42))[:-1] + b"\5" + bytes(5)),
        (False, message(1, 0x65, integer(300, 10), text(b""), text(b""))),
        (False, message(1, 0x64, text(b"cn"), deep(40))),
        (False, message(1, 0x64, text(b"cn"), tlv(0x30, tlv(1, b"xx")))),
        bind(1, sasl(b"GSS-SPNEGO", b"odd")),
        bind(1, sasl(b"GSS-SPNEGO")),
        (True, message(1, 0x66, text(b"x"), tlv(0x30, tlv(0x30, integer(3, 10), tlv(0x30, text(b"a")))))),
    ],
)
def test_what_does_not_fit_ends_it(broken: Turn) -> None:
    told = talk(SIMPLE, bound(1), broken, search(5, ANYONE))
    assert (told.service, len(told.rows["analyzer"]), "ldap_search" in told.rows) == (None, 1, False)


def test_filters_inside_filters_are_bounded() -> None:
    wanted = ANYONE
    for _ in range(20):
        wanted = tlv(0xA2, wanted)
    assert "analyzer" not in talk(SIMPLE, search(2, wanted)).rows
    assert "analyzer" in talk(SIMPLE, search(2, tlv(0xA2, wanted))).rows


def test_a_hole_ends_it() -> None:
    fed: list[Event] = [data(*SIMPLE), data(*bound(1)), Gap(True, 9, START), data(*search(2, ANYONE))]
    told = run(TCP, fed, connection(resp_p=389))
    assert (told.service, len(cells(told)), "ldap_search" in told.rows) == ("ldap_tcp", 1, False)


def test_datagrams() -> None:
    turns = [search(1, equal(b"NtVer", b"\6\0\0\0"), b""), found(1, b"")]
    told = run(UDP, datagrams(turns), connection("udp", 389))
    assert told.service == "ldap_udp"
    assert cells(told, "ldap_search") == [(1, "tree", "always", None, 1, "success", None, "(NtVer=0x00000006)", None)]
    broken = [(True, search(2, ANYONE)[1][:-1]), *turns]
    assert run(UDP, datagrams(broken), connection("udp", 389)).service is None


def test_recognition() -> None:
    assert recognise(SIMPLE[1], b"\x30")
    assert recognise(b"\x30", SIMPLE[1])
    assert not recognise(SIMPLE[1], b"")
    assert not recognise(b"\x30\x0c\x02\x01\x01\x63", b"\x30")
    assert converse(TCP, [SIMPLE, bound(1)], to=connection(resp_p=10389)).service == "ldap_tcp"


@settings(max_examples=100)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 31), st.binary(max_size=30)), max_size=5))
def test_any_message_is_survived(messages: list[tuple[bool, int, bytes]]) -> None:
    talk(SIMPLE, *((is_orig, content) for is_orig, _, content in messages))
    talk(SIMPLE, *((is_orig, message(7, 0x60 | kind, content)) for is_orig, kind, content in messages))
    talk(bind(1, sasl(b"GSS")), bound(1), *((is_orig, wrapped(content)) for is_orig, _, content in messages))


_SERVER = """
include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
TLSCertificateFile {folder}/certificate
TLSCertificateKeyFile {folder}/key
database mdb
suffix dc=example
rootdn cn=admin,dc=example
rootpw secret
directory {folder}
"""
_ENTRIES = """
dn: dc=example
objectClass: dcObject
objectClass: organization
o: Example

dn: cn=bob,dc=example
objectClass: person
sn: B
"""


def test_a_real_server(tmp_path: Path) -> None:
    Loopback.need("slapd", "ldapadd", "ldapsearch", "openssl")
    key = ("-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "certificate"))
    asked = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=ldap.example", *key)
    subprocess.run(asked, check=True, capture_output=True)
    (tmp_path / "slapd.conf").write_text(_SERVER.format(folder=tmp_path))
    (tmp_path / "entries").write_text(_ENTRIES)
    at = ("-x", "-H", "ldap://127.0.0.1", "-D", "cn=admin,dc=example", "-w", "secret")
    with loopback(tmp_path) as inside:
        inside.start("slapd", "-f", str(tmp_path / "slapd.conf"), "-h", "ldap://127.0.0.1", "-d", "0")
        inside.wait_for(389)
        with inside.captured():
            inside.run("ldapadd", *at, "-f", str(tmp_path / "entries"))
            said = inside.run("ldapsearch", *at, "-b", "dc=example", "(|(cn=b*)(o=*))")
            inside.run("ldapsearch", "-x", "-H", "ldap://127.0.0.1", "-b", "dc=nowhere")
            inside.run("env", "LDAPTLS_REQCERT=never", "ldapsearch", *at, "-ZZ", "-b", "dc=example")
            inside.run("ldapsearch", *at[:-1], "wrong", "-b", "dc=example")
        assert said.stdout.count(b"\ndn: ") == 2
        searches = {row["base_object"]: row for row in inside.rows("ldap_search")}
        messages = {(row["opcode"], row["result"]) for row in inside.rows("ldap")}
        services = {row["service"] for row in inside.rows("conn") if row["proto"] == "tcp"}
    assert services == {"ldap_tcp", "ldap_tcp,ssl"}
    assert (searches["dc=example"]["result_count"], searches["dc=example"]["filter"]) == (
        2,
        "(|(cn=b*)(o=*))",
    )
    assert searches["dc=nowhere"]["result"] == "no such object"
    assert messages >= {
        ("bind simple", "success"),
        ("bind simple", "invalid credentials"),
        ("add", "success"),
        ("extended", "success"),
        ("unbind", None),
    }
