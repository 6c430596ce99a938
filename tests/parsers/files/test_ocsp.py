"""What authorities say of certificates."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.files.analysis import Files
from parsers.files.ocsp import MIME_TYPE
from parsers.files.x509.oids import encode
from parsers.protocols.analyzer import Rows
from tests.parsers.files.certificates import certificate, integer, oid, seq, tlv
from tests.parsers.protocols.loopback import Loopback, loopback

SECOND = 1_000_000_000
START = 1_600_000_000 * SECOND
SHA1 = encode("1.3.14.3.2.26")
BASIC = encode("1.3.6.1.5.5.7.48.1.1")
GOOD, UNKNOWN = tlv(0x80), tlv(0x82)
NAME, KEY = bytes(range(20)), bytes(range(20, 40))


def time(text: str) -> bytes:
    return tlv(0x18, text.encode())


def asked(serial: int = 0x1234, algorithm: bytes = SHA1, name: bytes = NAME) -> bytes:
    return seq(seq(oid(algorithm), tlv(5)), tlv(4, name), tlv(4, KEY), integer(serial))


def answer(status: bytes = GOOD, *more: bytes, about: bytes | None = None) -> bytes:
    return seq(asked() if about is None else about, status, time("20200913122640Z"), *more)


def signed(*answers: bytes, who: bytes = tlv(0xA2, tlv(4, KEY)), certificates: bytes = b"", more: bytes = b"") -> bytes:
    data = seq(who, time("20200913122640Z"), seq(*answers), more)
    return seq(data, seq(oid(SHA1)), tlv(3, b"\0signature"), certificates)


def response(basic: bytes, kind: bytes = BASIC) -> bytes:
    return seq(tlv(10, b"\0"), tlv(0xA0, seq(oid(kind), tlv(4, basic))))


def told(content: bytes, *, step: int = 0, hole: bool = False) -> dict[str, list[dict[str, Any]]]:
    """The rows of a file with this content."""
    rows = Rows()
    files = Files(rows)
    file = files.open("a handle", "HTTP", None, False, START, mime_type=MIME_TYPE)
    for i in range(0, len(content), step or len(content)):
        file.data(content[i : i + step] if step else content, START + i)
    if hole:
        file.gap(1, START)
    file.close(START + SECOND)
    return {
        log: [dict(zip(record.names, row, strict=True)) for row in found]
        for log, (record, found) in rows.by_record.items()
    }


@pytest.mark.parametrize("step", [0, 1])
def test_a_good_certificate(step: int) -> None:
    (row,) = told(response(signed(answer(GOOD, tlv(0xA0, time("20200914122640Z"))))) + b"behind", step=step)["ocsp"]
    assert row["ts"] == START
    assert (row["hashAlgorithm"], row["serialNumber"], row["certStatus"]) == ("sha1", "1234", "good")
    assert (row["issuerNameHash"], row["issuerKeyHash"]) == (NAME.hex().upper(), KEY.hex().upper())
    assert (row["thisUpdate"], row["nextUpdate"]) == (1_600_000_000 * SECOND, 1_600_086_400 * SECOND)
    assert (row["revoketime"], row["revokereason"]) == (None, None)


@pytest.mark.parametrize(
    ("reason", "shown"), [(None, None), (0, "unspecified"), (1, "keyCompromise"), (7, "(UNKNOWN)")]
)
def test_a_revoked_certificate(reason: int | None, shown: str | None) -> None:
    why = b"" if reason is None else tlv(0xA0, tlv(10, bytes((reason,))))
    (row,) = told(response(signed(answer(tlv(0xA1, time("20200913122641Z"), why)))))["ocsp"]
    assert (row["certStatus"], row["revokereason"]) == ("revoked", shown)
    assert row["revoketime"] == 1_600_000_001 * SECOND
    assert row["nextUpdate"] is None


def test_several_certificates() -> None:
    answers = [answer(UNKNOWN, about=asked(serial)) for serial in (0, -5, 1 << 300)]
    rows = told(response(signed(*answers, certificates=tlv(0xA0, seq(certificate())))))["ocsp"]
    assert [row["serialNumber"] for row in rows] == ["00", "-05", "10" + "0" * 68 + "\\\n" + "0" * 6]
    assert {row["certStatus"] for row in rows} == {"unknown"}


def test_the_first_answer_of_a_certificate_counts() -> None:
    rows = told(response(signed(answer(GOOD), answer(UNKNOWN))))["ocsp"]
    assert [row["certStatus"] for row in rows] == ["good", "good"]


def test_hashes() -> None:
    long = asked(algorithm=encode("2.16.840.1.101.3.4.2.3"), name=bytes(64))
    other = asked(algorithm=encode("1.2.3.4"), name=b"")
    first, second = told(response(signed(answer(about=long), answer(about=other))))["ocsp"]
    assert (first["hashAlgorithm"], first["issuerNameHash"]) == ("sha512", "00" * 35 + "\\\n" + "00" * 29)
    assert (second["hashAlgorithm"], second["issuerNameHash"]) == ("1.2.3.4", "0")


@pytest.mark.parametrize(
    "content",
    [
        seq(tlv(10, b"\6")),
        response(signed(answer()), encode("1.2.3")),
        response(b"nothing"),
        response(signed(answer(), who=tlv(0xA3))),
        response(signed(answer(tlv(0x80, b"x")))),
        response(signed(answer(tlv(0x83)))),
        response(signed(answer(), certificates=tlv(0xA0, seq(seq())))),
        response(signed(answer(), more=tlv(0xA2))),
        response(signed(answer(GOOD, tlv(0xA2)))),
        response(signed(tlv(0x31))),
        response(signed()),
    ],
)
def test_what_cannot_be_read_says_nothing(content: bytes) -> None:
    assert set(told(content)) == {"files"}


@pytest.mark.parametrize(
    "content", [b"\x30", seq(), seq(tlv(10, b"\0"), tlv(0xA1)), seq(tlv(10, b"\0"), tlv(0xA0, seq()))]
)
def test_what_is_no_response_is_weird(content: bytes) -> None:
    (row,) = told(content)["weird"]
    assert row["name"] == "openssl_ocsp_response_parse_error"
    assert row["addl"] == told(content)["files"][0]["fuid"]


def test_a_response_with_a_hole_is_not_read() -> None:
    assert set(told(response(signed(answer())), hole=True)) == {"files"}


def test_who_answers_may_be_named() -> None:
    named = tlv(0xA1, seq(tlv(0x31, seq(oid(encode("2.5.4.3")), tlv(0x0C, b"authority")))))
    assert len(told(response(signed(answer(), who=named, more=tlv(0xA1, seq()))))["ocsp"]) == 1


@given(st.binary(max_size=80), st.integers(0, 400))
def test_any_bytes_are_survived(found: bytes, place: int) -> None:
    told(found or b"x")
    whole = response(signed(answer(tlv(0xA1, time("20200913122641Z")))))
    told(whole[:place] + found + whole[place + len(found) :])


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=True)


def test_a_real_authority(tmp_path: Path) -> None:
    Loopback.need("openssl")
    key = ["-newkey", "rsa:2048", "-nodes", "-days", "1", "-x509"]
    openssl(tmp_path, "req", *key, "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem")
    known = [
        "V\t491231235959Z\t\t1001\tunknown\t/CN=good",
        "R\t491231235959Z\t200913122640Z,keyCompromise\t1002\tunknown\t/CN=bad",
    ]
    (tmp_path / "index.txt").write_text("\n".join(known) + "\n")
    files = {name: str(tmp_path / name) for name in ("ca.pem", "ca.key", "index.txt")}
    serve = [
        "-index",
        files["index.txt"],
        "-CA",
        files["ca.pem"],
        "-rsigner",
        files["ca.pem"],
        "-rkey",
        files["ca.key"],
    ]
    ask = ["openssl", "ocsp", "-issuer", files["ca.pem"], "-url", "http://127.0.0.1:8888/", "-noverify"]
    with loopback(tmp_path) as inside:
        inside.start("openssl", "ocsp", "-port", "8888", *serve)
        inside.wait_for(8888)
        with inside.captured():
            wanted = [["-serial", "0x1001", "-serial", "0x1003"], ["-serial", "0x1002"]]
            said = [inside.run(*ask, *serials).stdout.decode() for serials in wanted]
        rows = inside.rows("ocsp")
    assert "0x1001: good" in said[0]
    assert "0x1003: unknown" in said[0]
    assert "0x1002: revoked" in said[1]
    assert [(row["serialNumber"], row["certStatus"], row["revokereason"]) for row in rows] == [
        ("1001", "good", None),
        ("1003", "unknown", None),
        ("1002", "revoked", "keyCompromise"),
    ]
    assert rows[2]["revoketime"].timestamp() == 1_600_000_000
