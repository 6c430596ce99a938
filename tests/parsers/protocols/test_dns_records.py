"""What each type of record shows in `answers`."""

from struct import pack

import pytest

from tests.parsers.protocols.dns_messages import answers, name, record

OWNER = b"\xc0\x0c"
SHOWN = [
    (1, bytes([192, 0, 2, 1]), "192.0.2.1"),
    (28, bytes.fromhex("20010db8000000000000000000000001"), "2001:db8::1"),
    (28, bytes.fromhex("00000000000000000000ffffc0000201"), "192.0.2.1"),
    (38, bytes.fromhex("20010db8000000000000000000000001"), "2001:db8::1"),
    (2, name("NS1.example.com"), "ns1.example.com"),
    (5, b"\x03www" + OWNER, "www.www.example.com"),
    (5, b"\0", ""),
    (12, name("Host.example.com"), "host.example.com"),
    (6, name("ns.example.com") + name("root.example.com") + bytes(20), "ns.example.com"),
    (15, pack(">H", 10) + name("mail.example.com"), "mail.example.com"),
    (33, pack(">3H", 1, 2, 443) + name("srv.example.com"), "srv.example.com"),
    (16, b"\5hello\3you", "TXT 5 hello TXT 3 you"),
    (16, b"\0", "TXT 0 "),
    (16, b"\2a\xff", "TXT 2 a\\xff"),
    (99, b"\7v=spf1 ", "SPF 7 v=spf1 "),
    (
        35,
        pack(">HH", 100, 10) + b"\1U\7E2U+sip\0" + name("Sip.example.com"),
        "NAPTR 100 10 U E2U+sip Sip.example.com",
    ),
    (35, pack(">HH", 1, 2) + b"\1u\1s\4!.*!\0", "NAPTR 1 2 u s !.*!"),
    (29, bytes([0, 0x12, 0x16, 0x13]) + bytes(12), "LOC:  18 22 19"),
    (43, pack(">HBB", 1, 8, 2) + bytes(32), "DS 8 2"),
    (44, b"\1\2\xab\xcd", "SSHFP: abcd"),
    (46, pack(">HBB", 1, 8, 2) + bytes(14) + name("Example.com") + bytes(9), "RRSIG 1 example.com"),
    (46, pack(">HBB", 48, 8, 2) + bytes(14) + b"\0" + bytes(9), "RRSIG 48 <Root>"),
    (47, name("b.example.com") + b"\0\1\x40", "NSEC www.example.com b.example.com"),
    (48, b"\1\1\3\x0dkey", "DNSKEY 13"),
    (50, b"\1\0\0\1\2ab\3cde\0\1\x40", "NSEC3"),
    (51, b"\1\0\0\1\2ab", "NSEC3PARAM"),
    (65534, b"\5\1\2\0\1", "BIND9 signing signal"),
    (10, b"anything", "<unknown type=10>"),
    (4711, b"x", "<unknown type=4711>"),
]
AFTER = record(OWNER, 1, bytes([192, 0, 2, 99]))


@pytest.mark.parametrize(("rtype", "content", "shown"), SHOWN)
def test_shown(rtype: int, content: bytes, shown: str) -> None:
    """The text, and the record behind it is found where it begins."""
    expected = [shown, "192.0.2.99"] if shown else ["192.0.2.99"]
    assert answers(record(OWNER, rtype, content), AFTER) == expected


PASSED_OVER = [
    (13, b"\3PC \4DOS "),
    (32, b"\0\0\n\0\0\1"),
    (64, pack(">H", 1) + b"\0" + pack(">HH", 1, 3) + b"\2h2" + pack(">HH", 4, 4) + bytes(4)),
    (65, pack(">H", 0) + name("svc.example.com")),
    (249, name("alg") + bytes(16)),
    (250, name("hmac-sha256") + bytes(8) + pack(">H", 4) + b"mac!" + bytes(4) + pack(">H", 0)),
    (257, b"\0\5issueca.test"),
]


@pytest.mark.parametrize(("rtype", "content"), PASSED_OVER)
def test_passed_over(rtype: int, content: bytes) -> None:
    assert answers(record(OWNER, rtype, content), AFTER) == ["192.0.2.99"]


ENDS_THE_MESSAGE = [
    (1, b"\1\2\3"),
    (1, b""),
    (6, name("a") + name("b")),
    (43, b""),
]


@pytest.mark.parametrize(("rtype", "content"), ENDS_THE_MESSAGE)
def test_what_cannot_be_read_ends_the_message(rtype: int, content: bytes) -> None:
    before = record(OWNER, 1, bytes([192, 0, 2, 98]))
    assert answers(before, record(OWNER, rtype, content)) == ["192.0.2.98"]


def test_a_string_longer_than_its_record_leaves_those_before_it() -> None:
    assert answers(record(OWNER, 16, b"\2hi\x09no"), AFTER) == ["TXT 2 hi"]


def test_a_broken_naptr_is_no_dns() -> None:
    assert answers(record(OWNER, 35, pack(">HH", 1, 2) + b"\x09"), AFTER) is None


def test_well_known_services_are_not_skipped() -> None:
    # Zeek reads the next record where this one's data begins.
    assert answers(record(OWNER, 11, AFTER), b"") == ["192.0.2.99"]
