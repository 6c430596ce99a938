"""What is weird in DNS messages."""

from struct import pack

import pytest

from tests.parsers.protocols.dns_messages import QUERY, REPLY, message, name, question, record, udp

OWNER = b"\xc0\x0c"
UPDATE = 5 << 11


def odd(content: bytes) -> list[tuple[str, str | None]]:
    """Names and further words of what is weird in one message, and whether DNS says so."""
    rows = udp([(True, content)]).rows.get("weird", [])
    assert all(row["source"] == "DNS" for row in rows)
    return [(row["name"], row["addl"]) for row in rows]


def in_answer(rtype: int, content: bytes) -> list[tuple[str, str | None]]:
    return odd(message(REPLY, [question()], [record(OWNER, rtype, content)]))


@pytest.mark.parametrize(
    ("asked", "weird"),
    [
        (b"\xc0\x0c\0\1\0\1", "DNS_label_forward_compress_offset"),
        (b"\x40" + b"a" * 64 + b"\0\0\1\0\1", "DNS_label_too_long"),
        (b"\x3ff", "DNS_label_len_gt_pkt"),
        (name("example")[:-1] + b"\0\0\1\0", "DNS_truncated_quest_too_short"),
        (name(".".join(["a" * 63] * 3 + ["b" * 61]))[:-1] + b"\0\0\1\0\1", None),
        (name(".".join(["a" * 63] * 3 + ["b" * 62]))[:-1] + b"\0\0\1\0\1", "DNS_NAME_too_long"),
    ],
)
def test_names(asked: bytes, weird: str | None) -> None:
    names = [name for name, _ in odd(message(QUERY, [asked]))]
    assert names[:1] == [weird][: weird is not None]


def test_many_pointers() -> None:
    chain = b"".join(pack(">H", 0xC000 | at) for at in range(12, 12 + 2 * 25, 2))
    content = message(QUERY, [b"\0\0" + chain[:-2] + pack(">H", 0xC000 | 12 + 2 * 23)])
    names = {name for name, _ in odd(content[:12] + b"\1a" + content[12:])}
    assert names <= {"DNS_max_compression_chain_depth_exceeded", "DNS_truncated_quest_too_short"}


@pytest.mark.parametrize(
    ("rtype", "content", "weird"),
    [
        (1, b"12345", ("DNS_RR_bad_length", None)),
        (1, b"", ("DNS_RR_bad_length", None)),
        (2, name("ns.example") + b"more", ("DNS_RR_length_mismatch", None)),
        (15, b"\0\1" + name("mx.example"), None),
        (15, b"\0\1" + name("mx.example") + b"x", ("DNS_RR_length_mismatch", None)),
        (6, name("a") + name("b") + bytes(20), None),
        (6, name("a") + name("b") + bytes(21), ("DNS_RR_length_mismatch", None)),
        (16, b"\5ab", ("DNS_TXT_char_str_past_rdlen", None)),
        (29, b"\1" + bytes(15), ("DNS_LOC_version_unrecognized", "1")),
        (41, b"\0\1\0\x09ab", ("EDNS_truncated_option", None)),
        (43, b"\0\1\x08\0" + bytes(20), ("DNSSEC_DS_ReservedDigestType", "0")),
        (43, b"\0\1\x08\5" + bytes(20), ("DNSSEC_DS_unknown_DigestType", "5")),
        (46, b"\0\1\1\2" + bytes(14) + b"\0sig", ("DNSSEC_RRSIG_NotRecommended_ZoneSignAlgo", "1")),
        (46, b"\0\1\x08\2" + bytes(14) + b"\0sig", None),
        (47, name("next") + b"\0\0", ("DNSSEC_NSEC_bitmapLen0", "0")),
        (48, b"\x81\1\3\x08key", ("DNSSEC_DNSKEY_Invalid_Flag", "33025")),
        (48, b"\1\x81\3\x08key", ("DNSSEC_DNSKEY_Revoked_KSK", "385")),
        (48, b"\1\1\2\x08key", ("DNSSEC_DNSKEY_Invalid_Protocol", "2")),
        (48, b"\1\1\3\xfdkey", ("DNSSEC_DNSKEY_PrivateDNS_ZoneSignAlgo", "253")),
        (48, b"\1\1\3\xc8key", ("DNSSEC_DNSKEY_unknown_ZoneSignAlgo", "200")),
        (50, b"\1\0\0\0\0\0\7\0", ("DNSSEC_NSEC3_bitmapLen0", "7")),
        (4711, b"x", ("DNS_RR_unknown_type", "4711")),
    ],
)
def test_records(rtype: int, content: bytes, weird: tuple[str, str | None] | None) -> None:
    assert in_answer(rtype, content) == ([weird] if weird else [])


def parameter(key: int, value: bytes, size: int | None = None) -> bytes:
    return pack(">HH", key, len(value) if size is None else size) + value


@pytest.mark.parametrize(
    ("parameters", "weird"),
    [
        (parameter(0, b"\0\1") + parameter(1, b"\2h2") + parameter(3, b"\1\xbb") + parameter(4, b"1234"), None),
        (parameter(0, b"\0"), ("DNS_SVCB_mandatory_length_invalid", None)),
        (parameter(1, b"\3h2"), ("DNS_SVCB_alpn_length_invalid", None)),
        (parameter(1, b"\2h2\0"), ("DNS_SVCB_alpn_length_invalid", None)),
        (parameter(2, b"x"), ("DNS_SVCB_nodefaultalpn_value", None)),
        (parameter(3, b"x"), ("DNS_SVCB_port_length_invalid", None)),
        (parameter(6, bytes(15)), ("DNS_SVCB_hint_length_invalid", None)),
        (parameter(5, b"ech"), None),
        (parameter(7, b""), ("DNS_SVCB_key_reserved_or_invalid", None)),
        (parameter(5, b"ech", 9), ("DNS_SVCB_param_value_toobig", "9 capped to 3")),
    ],
)
def test_service_parameters(parameters: bytes, weird: tuple[str, str | None] | None) -> None:
    assert in_answer(65, b"\0\1\0" + parameters) == ([weird] if weird else [])


def test_an_alias_with_parameters() -> None:
    assert in_answer(64, b"\0\0\0" + parameter(3, b"\1\xbb")) == [("DNS_SVCB_aliasmode_with_params", None)]


def test_cut_messages() -> None:
    answered = message(REPLY, [question()], [record(OWNER, 1, b"1234")])
    assert odd(answered[:11]) == [("DNS_truncated_len_lt_hdr_len", None)]
    assert odd(answered[:-1]) == [("DNS_truncated_RR_rdlength_lt_len", None)]
    assert odd(answered[:-13]) == [("DNS_truncated_ans_too_short", None)]
    assert odd(answered[:6] + b"\0\2" + answered[8:]) == [("DNS_truncated_ans_too_short", None)]
    assert odd(message(REPLY, [question()], [record(OWNER, 1, b""), record(OWNER, 1, b"")])) == [
        ("DNS_zero_rdlength", None)
    ]
    assert odd(message(QUERY, [question()] * 26)) == [("DNS_Conn_count_too_large", None)]


@pytest.mark.parametrize(
    ("zones", "before", "weird"),
    [
        ([question(qtype=6)], record(OWNER, 1, b"", ttl=0, rclass=255), None),
        ([question(qtype=6)] * 2, b"", ("DNS_DU_invalid_zone_count", "2")),
        ([question(qtype=1)], b"", ("DNS_DU_incorrect_zone_type", None)),
        ([question(qtype=6)], record(OWNER, 1, b"", ttl=5), ("DNS_dynamic_update_prereq_nonzero_ttl", "5")),
        ([question(qtype=6)], record(OWNER, 1, b"x", ttl=0, rclass=3), ("DNS_dynamic_update_invalid_prereq", None)),
    ],
)
def test_updates(zones: list[bytes], before: bytes, weird: tuple[str, str | None] | None) -> None:
    content = message(UPDATE, zones, [before] if before else [])
    assert odd(content) == ([weird] if weird else [])
