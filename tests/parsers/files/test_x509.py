"""Certificates, from their octets to rows of x509.log."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pyarrow as pa
import pytest
from cryptography import x509 as reference
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import schema
from parsers.files import x509
from parsers.files.handle import fuid
from parsers.files.x509.oids import dotted, encode
from parsers.protocols import weird
from parsers.protocols.analyzer import Rows
from tests.parsers.files.certificates import (
    BMP,
    CN,
    EC,
    OU,
    P256,
    PRINTABLE,
    RSA,
    UTF8,
    C,
    O,
    certificate,
    common,
    dns,
    extension,
    integer,
    key,
    name,
    names,
    oid,
    rsa_key,
    seq,
    tlv,
)

SECOND = 1_000_000_000
WHOLE = certificate(
    subject=name([(C, PRINTABLE, b"US")], [(O, UTF8, b"Example, Inc.")], [(CN, PRINTABLE, b"www.example.org")]),
    extensions=[
        names(
            dns(b"www.example.org"), dns(b"*.example.org"), tlv(0x87, bytes([192, 0, 2, 1])), tlv(0x86, b"http://x/")
        ),
        extension("2.5.29.19", seq(b"\x01\x01\xff", integer(1)), critical=True),
    ],
)


def row(data: bytes, **roles: bool) -> dict[str, Any]:
    parsed = x509.parse(data)
    assert parsed is not None
    return dict(zip(x509.RECORD.names, x509.row(parsed, 5, **{"host": True, "client": False, **roles}), strict=True))


def test_a_certificate_is_one_row() -> None:
    assert row(WHOLE) == {
        "ts": 5,
        "fingerprint": sha256(WHOLE).hexdigest(),
        "certificate.version": 3,
        "certificate.serial": "1234",
        "certificate.subject": "CN=www.example.org,O=Example\\, Inc.,C=US",
        "certificate.issuer": "CN=Example CA",
        "certificate.not_valid_before": 1735689600 * SECOND,
        "certificate.not_valid_after": 1767225600 * SECOND,
        "certificate.key_alg": "rsaEncryption",
        "certificate.sig_alg": "sha256WithRSAEncryption",
        "certificate.key_type": "rsa",
        "certificate.key_length": 2048,
        "certificate.exponent": "65537",
        "certificate.curve": None,
        "san.dns": ["www.example.org", "*.example.org"],
        "san.uri": ["http://x/"],
        "san.email": None,
        "san.ip": ["192.0.2.1"],
        "basic_constraints.ca": True,
        "basic_constraints.path_len": 1,
        "host_cert": True,
        "client_cert": False,
    }
    assert x509.RECORD.table([tuple(row(WHOLE).values())]).num_rows == 1


def test_what_follows_a_certificate_does_not_count() -> None:
    assert row(WHOLE + b"more") == row(WHOLE)


@pytest.mark.parametrize(
    ("octets", "shown"),
    [
        pytest.param(b"\x00\xff", "FF", id="sign octet"),
        pytest.param(b"\x0f", "0F", id="two digits"),
        pytest.param(b"\x00", "00", id="zero"),
        pytest.param(b"\xff\x01", "-FF", id="negative"),
        pytest.param(b"\x7f" * 36, "7F" * 35 + "\\\n7F", id="broken after 35 octets"),
    ],
)
def test_serial(octets: bytes, shown: str) -> None:
    assert row(certificate(serial=tlv(0x02, octets)))["certificate.serial"] == shown


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        pytest.param(common(b'a"+;<>\\=b'), 'CN=a\\"\\+\\;\\<\\>\\\\=b', id="separators"),
        pytest.param(common(b" # "), "CN=\\ #\\ ", id="blanks at the ends"),
        pytest.param(common(b"#x"), "CN=\\#x", id="hash first"),
        pytest.param(common(b"#"), "CN=#", id="hash alone"),
        pytest.param(common(b"a\r\x00"), "CN=a\\0D\\00", id="controls"),
        pytest.param(name([(CN, UTF8, "ü".encode())]), "CN=\\C3\\BC", id="utf-8"),
        pytest.param(name([(CN, PRINTABLE, b"\xfc")]), "CN=\\C3\\BC", id="latin-1"),
        pytest.param(name([(CN, BMP, "ü名".encode("utf-16-be"))]), "CN=\\C3\\BC\\E5\\90\\8D", id="bmp"),
        pytest.param(name([(CN, 0x1C, "名".encode("utf-32-be"))]), "CN=\\E5\\90\\8D", id="universal"),
        pytest.param(name([(CN, 0x04, b"\x01\x02")]), "CN=#04020102", id="not text"),
        pytest.param(name([("1.2.3.4", PRINTABLE, b"x")]), "1.2.3.4=#130178", id="unknown type"),
        pytest.param(
            name([(C, PRINTABLE, b"DE"), (OU, PRINTABLE, b"x")], [(CN, PRINTABLE, b"y")]), "CN=y,OU=x+C=DE", id="set"
        ),
        pytest.param(name(), "", id="empty"),
    ],
)
def test_names(subject: bytes, shown: str) -> None:
    assert row(certificate(subject=subject))["certificate.subject"] == shown


def test_a_long_name_is_cut_where_zeek_cuts_it() -> None:
    assert len(row(certificate(subject=common(b"a" * 5000)))["certificate.subject"]) == 2047


@pytest.mark.parametrize(
    ("time", "seconds"),
    [
        pytest.param(tlv(0x17, b"491231235959Z"), 2524607999, id="until 2049"),
        pytest.param(tlv(0x17, b"500101000000Z"), -631152000, id="from 1950"),
        pytest.param(tlv(0x17, b"2501010000Z"), 1735689600, id="no seconds"),
        pytest.param(tlv(0x18, b"20250101000000Z"), 1735689600, id="generalized"),
        pytest.param(tlv(0x18, b"20250101000000.123Z"), 1735689600, id="fraction"),
        pytest.param(tlv(0x18, b"20250101000000+0100"), 1735689660, id="offset, as Zeek adds it"),
        pytest.param(tlv(0x18, b"20250101000000+1"), 0, id="half an offset"),
        pytest.param(tlv(0x18, b"20250101000000!0100"), 0, id="no offset"),
        pytest.param(tlv(0x18, b"2025010100007"), 0, id="half a second"),
        pytest.param(tlv(0x17, b"250101000000+0000"), 0, id="not UTC"),
        pytest.param(tlv(0x17, b""), 0, id="empty"),
        pytest.param(tlv(0x18, b"0000"), 0, id="short"),
        pytest.param(tlv(0x18, b"19000101000000Z"), 57749241600, id="year since 1900"),
    ],
)
def test_times(time: bytes, seconds: int) -> None:
    parsed = x509.parse(certificate(before=time))
    assert parsed is not None
    assert parsed.not_before == seconds


@pytest.mark.parametrize(
    ("shown", "weirds"),
    [
        (WHOLE, []),
        (b"junk", [("x509_cert_parse_error", "")]),
        (certificate(before=tlv(0x17, b"")), [("x509_utc_length", "")]),
        (certificate(before=tlv(0x17, b"250101000000+0000")), [("x509_utc_format", "")]),
        (certificate(before=tlv(0x18, b"0000")), [("x509_gen_time_length", "")]),
        (certificate(before=tlv(0x18, b"2025010100007")), [("x509_time_add_char", "")]),
        (certificate(before=tlv(0x18, b"20250101000000+1")), [("x509_time_offset_underflow", "")]),
        (certificate(before=tlv(0x18, b"20250101000000!0100")), [("x509_time_offset_type", "")]),
        (certificate(extensions=[names(tlv(0x99, b"x"))]), [("x509_san_parse_error", "")]),
        (certificate(extensions=[names(tlv(0x87, b"\x7f\0\1"))]), [("x509_san_ip_length", "3")]),
        (certificate(extensions=[extension("2.5.29.19", b"junk")]), [("x509_invalid_basic_constraint", "")]),
    ],
)
def test_what_is_weird_in_a_certificate(shown: bytes, weirds: list[tuple[str, str]]) -> None:
    rows = Rows()
    x509.show(rows, shown, 5, "handle", host=True, client=False)
    _, found = rows.by_record.get("weird", (None, []))
    assert found == [weird.of_file(5, fuid("handle"), name, addl, "") for name, addl in weirds]


def test_certificates_that_never_end() -> None:
    """Their times go beyond what 64 bits of nanoseconds hold."""
    found = row(certificate(after=tlv(0x18, b"99991231235959Z")))
    assert found["certificate.not_valid_after"] == 253_402_300_799 * 10**9
    (after,) = x509.RECORD.table([tuple(found.values())])["certificate.not_valid_after"]
    assert schema.nanoseconds(after) == 253_402_300_799 * 10**9


@pytest.mark.parametrize(
    ("spki", "shown"),
    [
        pytest.param(rsa_key(3, 3), ("rsaEncryption", "rsa", 2, "3", None), id="short rsa"),
        pytest.param(
            key(seq(oid(EC), oid(P256)), b"\x04" + b"\x01" * 64),
            ("id-ecPublicKey", "ecdsa", 256, None, "prime256v1"),
            id="ec",
        ),
        pytest.param(
            key(seq(oid(EC), seq(integer(1), seq(), seq(), tlv(4), integer(0xFFFF), integer(1))), b"\x04"),
            ("id-ecPublicKey", "ecdsa", 16, None, None),
            id="curve spelled out",
        ),
        pytest.param(
            key(seq(oid(EC), oid(b"\x2a")), b"\x04"), ("id-ecPublicKey", None, None, None, None), id="no curve"
        ),
        pytest.param(
            key(seq(oid(encode("1.3.101.112"))), b"k" * 32), ("ED25519", "ED25519", 256, None, None), id="ed25519"
        ),
        pytest.param(
            key(seq(oid(encode("1.3.101.112"))), b"k"), ("ED25519", None, None, None, None), id="short ed25519"
        ),
        pytest.param(key(seq(oid(RSA)), b"junk"), ("rsaEncryption", None, None, None, None), id="junk"),
        pytest.param(
            key(seq(oid(encode("2.16.840.1.101.3.4.3.17"))), b"k"),
            ("2.16.840.1.101.3.4.3.17", None, None, None, None),
            id="ml-dsa, which OpenSSL 3.0 does not know",
        ),
        pytest.param(
            key(seq(oid(encode("1.2.840.113549.1.1.10"))), seq(integer(1 << 1023), integer(3))),
            ("rsassaPss", "RSA-PSS", 1024, None, None),
            id="rsa-pss",
        ),
    ],
)
def test_keys(spki: bytes, shown: tuple[Any, ...]) -> None:
    cells = row(certificate(spki=spki))
    assert (
        tuple(cells[f"certificate.{cell}"] for cell in ("key_alg", "key_type", "key_length", "exponent", "curve"))
        == shown
    )


def test_a_signature_that_nobody_knows_has_no_name() -> None:
    assert row(certificate(signature=encode("1.2.3.4")))["certificate.sig_alg"] == ""


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(WHOLE[:-1], id="cut"),
        pytest.param(certificate(serial=b"\x02\x02\x00\x01"), id="padded serial"),
        pytest.param(certificate(serial=b"\x02\x00"), id="no serial"),
        pytest.param(certificate(subject=name([(CN, UTF8, b"\xff")])), id="not utf-8"),
        pytest.param(certificate(subject=name([(CN, BMP, b"\xd8\x00\xdc\x00")])), id="surrogates"),
        pytest.param(certificate(subject=name([(CN, BMP, b"odd")])), id="half a character"),
        pytest.param(certificate(before=tlv(0x04, b"250101000000Z")), id="no time"),
        pytest.param(b"\x30\x80\x30\x80", id="indefinite length"),
        pytest.param(b"\x3f\x02\x00\x00", id="high tag"),
    ],
)
def test_what_openssl_cannot_read_is_no_certificate(data: bytes) -> None:
    assert x509.parse(data) is None


def test_an_extension_that_cannot_be_read_is_left_out() -> None:
    cells = row(certificate(extensions=[names(tlv(0x99, b"x")), extension("2.5.29.19", b"junk")]))
    assert cells["san.dns"] is None
    assert cells["basic_constraints.ca"] is None


@pytest.mark.parametrize(
    ("valid_for", "host", "matches"),
    [
        (b"www.example.org", b"www.example.org", True),
        (b"www.example.org", b"WWW.example.org", False),
        (b"*.example.org", b"www.example.org", True),
        (b"w*.example.org", b"www.example.org", True),
        (b"x*.example.org", b"www.example.org", False),
        (b"*w.example.org", b"www.example.org", False),
        (b"*.example.org", b"a.www.example.org", False),
        (b"*.org", b"example.org", False),
        (b"*.example.org", b"localhost", False),
    ],
)
def test_a_host_matches(valid_for: bytes, host: bytes, matches: bool) -> None:
    for data in (certificate(extensions=[names(dns(valid_for))]), certificate(subject=common(valid_for))):
        parsed = x509.parse(data)
        assert parsed is not None
        assert x509.matches(parsed, host) is matches


def test_a_common_name_counts_only_without_alternative_names() -> None:
    parsed = x509.parse(certificate(subject=common(b"a.b.c"), extensions=[names(tlv(0x86, b"http://x/"))]))
    assert parsed is not None
    assert not x509.matches(parsed, b"a.b.c")


def test_identifiers_go_both_ways() -> None:
    for text in ("2.5.4.3", "1.2.840.113549.1.1.11", "2.999.1", "0.9.2342.19200300.100.1.25"):
        assert dotted(encode(text)) == text


@pytest.mark.parametrize(
    ("private", "shown"),
    [
        pytest.param(ec.generate_private_key(ec.SECP384R1()), ("ecdsa", 384, "secp384r1"), id="p-384"),
        pytest.param(ed25519.Ed25519PrivateKey.generate(), ("ED25519", 256, None), id="ed25519"),
        pytest.param(dsa.generate_private_key(1024), ("dsa", 1024, None), id="dsa"),
    ],
)
def test_certificates_that_another_made(private: Any, shown: tuple[Any, ...]) -> None:
    subject = reference.Name([reference.NameAttribute(NameOID.COMMON_NAME, "host.example")])
    made = (
        reference.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(0xABCDEF)
        .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2051, 1, 1, tzinfo=UTC))
        .add_extension(reference.SubjectAlternativeName([reference.DNSName("host.example")]), critical=False)
        .sign(private, None if isinstance(private, ed25519.Ed25519PrivateKey) else hashes.SHA256())
    )
    cells = row(made.public_bytes(serialization.Encoding.DER))
    assert cells["certificate.serial"] == "ABCDEF"
    assert cells["certificate.subject"] == "CN=host.example"
    assert cells["certificate.not_valid_after"] == 2556144000 * SECOND
    assert cells["san.dns"] == ["host.example"]
    assert tuple(cells[f"certificate.{cell}"] for cell in ("key_type", "key_length", "curve")) == shown


def sighting(ts: int, data: bytes = WHOLE, *, host: bool = True) -> tuple[Any, ...]:
    return (ts, *list(row(data, host=host).values())[1:])


def test_a_certificate_is_listed_once_a_day_in_each_role() -> None:
    day = 86_400 * SECOND
    rows = [sighting(day + 7), sighting(9), sighting(7), sighting(8, host=False), sighting(8, certificate())]
    first = [(row[0], row[-2]) for row in x509.first_rows(rows)]
    assert first == [(7, True), (8, False), (8, True), (day + 7, True)]


def test_tables_are_joined_by_the_same_rule() -> None:
    tables = [x509.RECORD.table([sighting(9), sighting(8, certificate())]), x509.RECORD.table([sighting(7)])]
    joined = x509.first_of(tables)
    assert joined["ts"].cast(pa.int64()).to_pylist() == [7, 8]


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=4), st.binary(max_size=50))
def test_no_octets_make_it_fail(changes: list[tuple[int, int]], junk: bytes) -> None:
    data = bytearray(WHOLE)
    for place, octet in changes:
        data[place] = octet
    for each in (bytes(data), junk, b"\x30" + junk):
        parsed = x509.parse(each)
        if parsed is not None:
            x509.RECORD.table([x509.row(parsed, 5, host=True, client=False)])
            x509.matches(parsed, junk)
