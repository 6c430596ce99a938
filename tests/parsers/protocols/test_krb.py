"""Kerberos, from messages to the row of a connection."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols import gssapi, krb
from parsers.protocols.analyzer import Gap
from tests.parsers.files.certificates import certificate, integer, seq, tlv
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
    events,
    run,
)
from tests.parsers.protocols.kdc import Server
from tests.parsers.protocols.krb_messages import (
    FORWARDABLE,
    LOGIN,
    REALM,
    RENEWABLE,
    TICKET,
    USER,
    element,
    encrypted,
    error,
    framed,
    name,
    padata,
    proof,
    reply,
    request,
    signed,
    text,
    ticket,
    time,
    wishes,
)
from tests.parsers.protocols.loopback import loopback
from tests.parsers.protocols.ntlm_messages import KERBEROS, answer, init

TILL_SECONDS = 2136422885
WRONG = "Binpac exception: binpac exception"


def talk(*turns: Turn, port: int = 88) -> Told:
    return run([krb.UDP], datagrams(turns), connection("udp", port))


def cells(told: Told) -> dict[str, Any]:
    """What the one row tells."""
    row = told.only("kerberos")
    return {field: row[field] for field in list(row)[6:] if row[field] is not None}


LOGGED_IN = {
    "request_type": "AS",
    "client": "bob/TEST.REALM",
    "service": "krbtgt/TEST.REALM",
    "success": True,
    "till": TILL_SECONDS * SECOND,
    "cipher": "aes256-cts-hmac-sha1-96",
    "forwardable": True,
    "renewable": False,
}


def test_a_login() -> None:
    told = talk((True, request()), (False, reply()))
    assert cells(told) == LOGGED_IN
    assert (told.only("kerberos")["ts"], told.service) == (START, "krb")
    assert krb.RECORD.table([tuple(told.only("kerberos").values())]).num_rows == 1


@each_way
def test_a_login_over_tcp(way: str) -> None:
    turns = [(True, framed(request())), (False, framed(reply()))]
    told = converse(krb.TCP, turns, way, connection(resp_p=88), trailing=b"\0\0")
    assert cells(told) == LOGGED_IN
    assert told.service == "krb_tcp"


@each_way
def test_it_is_known_on_any_port(way: str) -> None:
    turns = [(True, framed(request())), (False, framed(reply()))]
    assert converse(krb.TCP, turns, way, connection(resp_p=4711)).service == "krb_tcp"
    assert converse(krb.TCP, turns[1:], way, connection(resp_p=4711)).service == "krb_tcp"
    assert talk((True, request()), port=4711).service == "krb"
    assert talk((False, error(6)), port=4711).service == "krb"
    assert talk((True, b"j" + bytes(30)), (True, b""), (False, b"GET / HTTP/1.1\r\n"), port=4711).service is None


def test_a_ticket_for_a_service() -> None:
    service = b"cifs", b"files.example"
    asked = request(TICKET, padata(1, proof()), wanted=wishes(None, service, RENEWABLE))
    told = talk((True, asked), (False, reply(TICKET + 1, service=service, cipher=23)))
    assert cells(told) == LOGGED_IN | {
        "request_type": "TGS",
        "service": "cifs/files.example",
        "cipher": "rc4-hmac",
        "forwardable": False,
        "renewable": True,
    }


def test_an_answer_alone() -> None:
    wanted = "client", "service", "success", "cipher"
    assert cells(talk((False, reply()))) == {field: LOGGED_IN[field] for field in wanted}
    assert cells(talk((False, reply(cipher=99))))["cipher"] == "unknown-99"


def test_a_question_alone() -> None:
    wanted = "request_type", "client", "service", "till", "forwardable", "renewable"
    assert cells(talk((True, request()))) == {field: LOGGED_IN[field] for field in wanted}
    assert cells(talk((True, request(wanted=wishes(None, None)))))["client"] == "/TEST.REALM"
    assert "service" not in cells(talk((True, request(wanted=wishes(None, None)))))


def test_all_wishes() -> None:
    hosts = seq(
        seq(element(0, integer(2)), element(1, tlv(0x04, bytes(4)))),
        seq(element(0, integer(20)), element(1, tlv(0x04, b"PC"))),
        seq(element(0, integer(24)), element(1, tlv(0x04, bytes(16)))),
    )
    more = (
        element(4, time(b"20200913122640Z")),
        element(6, time(b"20200913122640Z")),
        element(9, hosts),
        element(10, encrypted()),
        element(11, seq(ticket())),
        element(29, b"new"),
    )
    told = talk((True, request(wanted=wishes(USER, (b"a", b"b", b"c"), FORWARDABLE, b"19700101000000Z", *more))))
    assert (cells(told)["service"], cells(told)["from"], cells(told)["till"]) == ("a/b/c", START, 0)
    assert "weird" not in told.rows


def test_an_address_of_another_length_is_weird() -> None:
    hosts = element(9, seq(seq(element(0, integer(2)), element(1, tlv(0x04, bytes(5))))))
    told = talk((True, request(wanted=wishes(USER, USER, 0, b"", hosts))))
    assert (told.only("weird")["name"], told.only("weird")["source"]) == ("invalid_kerberos_addr_len", "KRB")


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (b"20201313122640Z", 1610540800),
        (b"\x18\x0f20200913122640Z", START // SECOND),
        (b"20200913122640", None),
        (b"99999999999999Z", None),
        (b"00000000000000Z", None),
        (b"\xff" * 15, None),
        (b"99991231235959Z", 253402300799),
    ],
)
def test_times(written: bytes, seconds: int | None) -> None:
    told = talk((True, request(wanted=wishes(till=written))))
    assert cells(told).get("till") == (None if seconds is None else seconds * SECOND)
    assert krb.RECORD.table([tuple(told.only("kerberos").values())]).num_rows == 1


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        ((), "unknown"),
        ((b"b\xf6b",), r"b\xf6b"),
        ((b"a\0b",), "a\0b"),
        ((b"a\0b", b"c"), "a/c"),
        ((b"a", b"b", b"c", b"d"), "unknown"),
    ],
)
def test_names(parts: tuple[bytes, ...], shown: str) -> None:
    assert cells(talk((True, request(wanted=wishes(service=parts)))))["service"] == shown


def test_errors() -> None:
    names = element(7, text(REALM)), element(8, name(*USER)), element(9, text(REALM)), element(10, name(b"krbtgt"))
    told = cells(talk((False, error(6, *names))))
    refused = {"client": "bob/TEST.REALM", "service": "krbtgt", "success": False}
    assert told == refused | {"error_msg": "KDC_ERR_C_PRINCIPAL_UNKNOWN"}
    told = cells(talk((False, error(6, names[3], element(11, text(b"CLIENT_NOT_FOUND")), before=names[:1]))))
    assert (told["client"], told["error_msg"]) == ("TEST.REALM", "CLIENT_NOT_FOUND")
    assert "error_msg" not in cells(talk((False, error(77))))
    after = cells(talk((True, request()), (False, error(24, element(12, tlv(0x04, b"more"))))))
    assert (after["client"], after["success"], after["error_msg"]) == (
        "bob/TEST.REALM",
        False,
        "KDC_ERR_PREAUTH_FAILED",
    )


def test_what_everyone_is_told_first_is_left_out() -> None:
    first = error(25, element(11, text(b"NEEDED_PREAUTH")))
    assert "kerberos" not in talk((True, request()), (False, first)).rows
    told = talk((True, request()), (False, first), (True, request()), (False, reply()))
    assert (cells(told), told.only("kerberos")["ts"]) == (LOGGED_IN, START + 2 * SECOND)
    assert cells(talk((False, reply()), (False, first)))["success"]


@pytest.mark.parametrize("offered", [seq(padata(2, b""), padata(136, b"x")), tlv(0x04, b"text")])
def test_what_a_server_offers(offered: bytes) -> None:
    told = talk((True, request()), (False, error(25, element(12, offered))))
    assert cells(told)["error_msg"] == "KDC_ERR_PREAUTH_REQUIRED"


def test_a_connection_has_one_row() -> None:
    told = talk((True, request()), (False, reply()), (True, request(TICKET)), (False, error(7)))
    assert cells(told) == LOGGED_IN


def test_what_comes_before_a_login() -> None:
    ciphers = seq(seq(element(0, integer(18)), element(1, text(b"TEST.REALMbob"))))
    proofs = padata(2, encrypted(version=None)), padata(3, b"salt"), padata(149, b""), padata(19, ciphers)
    bare = padata(11, seq(seq(element(0, integer(3)))))
    assert cells(talk((True, request(LOGIN, *proofs, bare)), (False, reply(LOGIN + 1, *proofs)))) == LOGGED_IN


def test_certificates() -> None:
    asked = request(LOGIN, padata(16, signed(certificate(), 4)))
    told = talk((True, asked), (False, reply(LOGIN + 1, padata(17, signed(certificate(), 5)))))
    row = told.only("kerberos")
    assert row["client_cert_subject"] == row["server_cert_subject"] == "CN=www.example.org"
    assert row["client_cert_fuid"] != row["server_cert_fuid"]
    assert [(found["ts"], found["host_cert"], found["client_cert"]) for found in told.rows["x509"]] == [
        (START, True, True),
        (START + SECOND, True, False),
    ]


def test_what_is_no_certificate() -> None:
    told = talk((True, request(LOGIN, padata(16, signed(b"none", 4)))), (False, reply()))
    row = told.only("kerberos")
    assert (row["client_cert_subject"], row["server_cert_fuid"]) == (None, None)
    strange = told.only("weird")
    assert (strange["name"], strange["addl"]) == ("x509_cert_parse_error", row["client_cert_fuid"])


def test_a_ticket_in_a_negotiation() -> None:
    head = element(0, integer(5)), element(1, integer(15))
    answered = tlv(0x6F, seq(*head, element(2, encrypted(version=None))))
    named = tlv(0x60, KERBEROS, b"\1\0", proof())
    negotiation = replace(gssapi.GSSAPI, tcp_ports=frozenset({1}))
    turns = [data(True, init(named)), data(False, answer(0, answered))]
    told = run([negotiation, krb.CARRIED], turns, connection(resp_p=1))
    assert (cells(told), told.service) == ({}, "krb,gssapi")
    broken = data(True, init(proof()[:-1]))
    told = run([negotiation, krb.CARRIED], [turns[0], broken, turns[1]], connection(resp_p=1))
    assert (told.only("analyzer")["analyzer_name"], told.service) == ("KRB", "gssapi,krb")


@pytest.mark.parametrize(
    "message",
    [
        tlv(0x6F, seq(element(0, integer(5)), element(1, integer(15)), element(2, encrypted()))),
        tlv(0x75, seq(element(0, integer(5)), element(1, integer(21)), element(3, encrypted()))),
    ],
)
def test_what_is_encrypted_has_no_row(message: bytes) -> None:
    told = talk((True, message))
    assert (told.service, "kerberos" in told.rows) == ("krb", False)


def test_tickets_for_others() -> None:
    """Zeek's grammar wants one head more before the tickets than there is: real messages do not fit it."""
    head = element(0, integer(5)), element(1, integer(22))
    fitting = tlv(0x76, seq(*head, element(2, seq(seq(ticket(), ticket()))), element(3, encrypted())))
    real = tlv(0x76, seq(*head, element(2, seq(ticket(), ticket())), element(3, encrypted())))
    assert talk((True, fitting)).service == "krb"
    told = talk((True, fitting), (True, real))
    assert told.only("analyzer")["failure_reason"].startswith(f"{WRONG}: out_of_bound: ")


def broken_error() -> bytes:
    return tlv(0x7E, seq(element(0, integer(5)), element(13, b"")))


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"\x6a", f"{WRONG}: out_of_bound: ASN1EncodingMeta:len: 2 > 1"),
        (b"\x6a\x82\x01", f"{WRONG}: out_of_bound: ASN1EncodingMeta:more_len: 4 > 3"),
        (b"\x41\x00", f"{WRONG}: invalid index for case: KRB_PDU: 1"),
        (broken_error(), f"{WRONG}: invalid index for case: KRB_ERROR_Arg_Data: 13"),
        (tlv(0x7E, seq(element(0, integer(5)))), f"{WRONG}: out_of_bound: ASN1EncodingMeta:len: 2 > 0"),
        (request()[:-1], f"{WRONG}: out_of_bound: KRB_REQ_Arg:data: 10 > 9"),
        (
            request(wanted=seq(element(0, b"\3\1\0"))),
            f"{WRONG}: out_of_bound: KRB_KDC_Options:flags: 7 > 3",
        ),
        (
            tlv(0x74, seq(element(0, integer(5)), element(1, integer(20)), element(2, seq()))),
            f"{WRONG}: invalid index for case: KRB_SAFE_Arg_Data: 144",
        ),
    ],
)
def test_what_does_not_fit_ends_it(message: bytes, reason: str) -> None:
    told = talk((True, request()), (True, message), (True, reply()))
    assert told.only("analyzer")["failure_reason"] == reason
    assert (told.service, "success" in cells(told)) == (None, False)


def test_something_signed_is_never_taken() -> None:
    head = element(0, integer(5)), element(1, integer(20))
    fields = element(0, text(b"x")), element(1, time(b"")), element(2, integer(1)), element(4, b"\0\0\0\0\2\0\0\0\4\0")
    told = talk((True, request()), (True, tlv(0x74, seq(*head) + element(2)[:2] + b"".join(fields))))
    assert told.only("analyzer")["failure_reason"] == f"{WRONG}: out_of_bound: ASN1EncodingMeta:len: 2 > 0"


@pytest.mark.parametrize("size", [b"\xff\xff\xff\xff", b"\x80\0\0\0", bytes(4)])
def test_a_size_that_is_none(size: bytes) -> None:
    told = converse(krb.TCP, [(True, framed(request())), (True, size)], to=connection(resp_p=88))
    assert told.only("analyzer")["failure_reason"] == f"{WRONG}: out_of_bound: ASN1EncodingMeta:len: 2 > 0"


def test_nothing_is_read_behind_a_hole() -> None:
    fed = list(events([(True, framed(request())), (False, framed(reply()))]))
    told = run(krb.TCP, [fed[0], Gap(False, 9, START + 2 * SECOND), *fed[1:]], connection(resp_p=88))
    assert "success" not in cells(told)
    assert run(krb.TCP, fed, connection(resp_p=88, partial=True)).service is None


@settings(max_examples=60)
@given(st.sampled_from([request(LOGIN, padata(16, signed(b"", 4))), reply(), error(25), proof()]), st.data())
def test_any_bytes_are_survived(message: bytes, drawn: st.DataObject) -> None:
    place = drawn.draw(st.integers(0, len(message)))
    changed = message[:place] + drawn.draw(st.binary(max_size=12)) + message[place + drawn.draw(st.integers(0, 12)) :]
    talk((True, changed), (False, changed))
    converse(krb.TCP, [(True, framed(changed)), (False, changed)], to=connection(resp_p=88))


# Kerberos leaves out of its messages what the other side trusts already: so the certificate has an issuer.
_CERTIFICATES = """
set -e
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj "/CN=Test CA"
openssl req -newkey rsa:2048 -nodes -keyout kdc.key -out kdc.csr -subj /CN=kdc.example
echo "subjectAltName=DNS:kdc.example
extendedKeyUsage=serverAuth
keyUsage=digitalSignature" > kdc.ext
openssl x509 -req -in kdc.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile kdc.ext -out kdc.pem
"""


def test_a_real_server(tmp_path: Path) -> None:
    with loopback(tmp_path) as inside:
        server = Server(inside, tmp_path, "-pw hello +requires_preauth bob", "-randkey host/pc.example")
        with inside.captured():
            for proto in ("udp", "tcp"):
                server.run(
                    proto, "echo hello | kinit bob; kvno host/pc.example; echo wrong | kinit bob; echo | kinit nobody"
                )
        rows = inside.rows("kerberos")
        wanted = ("request_type", "client", "service", "success", "error_msg", "cipher")
        cipher, own, bob = "aes256-cts-hmac-sha1-96", "krbtgt/TEST.REALM", "bob/TEST.REALM"
        each = [
            ("AS", bob, own, True, None, cipher),
            ("TGS", bob, "host/pc.example", True, None, cipher),
            ("AS", bob, own, False, "PREAUTH_FAILED", None),
            ("AS", "nobody/TEST.REALM", own, False, "CLIENT_NOT_FOUND", None),
        ]
        assert [tuple(row[field] for field in wanted) for row in rows] == each * 2
        assert server.log().count("ISSUE") == sum(row["success"] for row in rows)
        assert server.log().count("CLIENT_NOT_FOUND") == 2
        services = {(row["proto"], row["service"]) for row in inside.rows("conn") if row["id.resp_p"] == 88}
        assert services == {("udp", "krb"), ("tcp", "krb_tcp")}


def test_a_real_certificate(tmp_path: Path) -> None:
    with loopback(tmp_path) as inside:
        inside.need("openssl")
        made = inside.run("bash", "-c", _CERTIFICATES, cwd=tmp_path)
        assert made.returncode == 0, made.stderr
        server = Server(inside, tmp_path, "-randkey WELLKNOWN/ANONYMOUS")
        with inside.captured():
            done = server.run("udp", "kinit -n")
        if done.returncode:
            pytest.skip("Kerberos' part for certificates is missing")
        (row,) = inside.rows("kerberos")
        assert (row["client"], row["success"]) == ("WELLKNOWN/ANONYMOUS/TEST.REALM", True)
        assert (row["client_cert_subject"], row["server_cert_subject"]) == (None, "CN=kdc.example")
        (certificate,) = inside.rows("x509")
        shown = inside.run("openssl", "x509", "-in", f"{tmp_path}/kdc.pem", "-noout", "-fingerprint", "-sha256").stdout
        assert certificate["fingerprint"] == shown.decode().partition("=")[2].strip().replace(":", "").lower()
