"""SNMP, from messages to the row of a connection."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols.snmp import PROTOCOL, RECORD
from tests.parsers.protocols.feeding import SECOND, START, Told, Turn, connection, datagrams, run
from tests.parsers.protocols.loopback import loopback

GET, NEXT, RESPONSE, SET, TRAP, BULK, INFORM, TRAP_2, REPORT = range(0xA0, 0xA9)
TICKS, COUNTER_64 = 0x43, 0x46
WRONG = "Binpac exception: binpac exception"


def tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    long = size.to_bytes(2, "big")
    return bytes([tag, size]) + content if size < 0x80 else bytes([tag, 0x82]) + long + content


def integer(number: int) -> bytes:
    return tlv(2, number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big"))


def octets(content: bytes) -> bytes:
    return tlv(4, content)


def sequence(*parts: bytes) -> bytes:
    return tlv(0x30, b"".join(parts))


def binding(value: bytes = b"\5\0", leaf: int = 5) -> bytes:
    """The value of an object of the system's group; without a value where it is asked for."""
    return sequence(tlv(6, bytes([0x2B, 6, 1, 2, 1, 1, leaf, 0])), value)


def pdu(kind: int, *bindings: bytes) -> bytes:
    return tlv(kind, integer(7) + integer(0) + integer(0) + sequence(*bindings))


def message(version: int, content: bytes, community: bytes = b"public") -> bytes:
    return sequence(integer(version), octets(community), content)


def third(scoped: bytes, user: bytes = b"bob", flags: bytes = b"\4", model: int = 3) -> bytes:
    data = sequence(integer(7), integer(1500), octets(flags), integer(model))
    security = sequence(octets(b"engine"), integer(1), integer(2), octets(user), octets(b""), octets(b""))
    return sequence(integer(3), data, octets(security), scoped)


def plain(content: bytes) -> bytes:
    return sequence(octets(b"engine"), octets(b""), content)


def talk(*turns: Turn) -> Told:
    return run(PROTOCOL, datagrams(turns), connection("udp", 161))


def cells(told: Told) -> tuple[Any, ...]:
    return tuple(told.only("snmp").values())[6:]


def test_a_question_and_its_answer() -> None:
    answer = pdu(
        RESPONSE, binding(octets(b"a printer"), 1), binding(tlv(TICKS, b"\x01\x00"), 3), binding(octets(b"name"))
    )
    told = talk((True, message(1, pdu(GET, binding(), binding(), binding()))), (False, message(1, answer)))
    up_since = START + SECOND - 256 * SECOND // 100
    assert cells(told) == (SECOND, "2c", "public", 3, 0, 3, 0, "a printer", up_since)
    assert told.only("snmp")["ts"] == START
    assert told.service == "snmp"
    assert RECORD.table([tuple(told.only("snmp").values())]).num_rows == 1


@pytest.mark.parametrize(
    ("kind", "counted"),
    [
        (GET, (2, 0, 0, 0)),
        (NEXT, (2, 0, 0, 0)),
        (RESPONSE, (0, 0, 2, 0)),
        (SET, (0, 0, 0, 2)),
        (BULK, (0, 2, 0, 0)),
        (INFORM, (0, 0, 0, 0)),
        (TRAP_2, (0, 0, 0, 0)),
        (REPORT, (0, 0, 0, 0)),
        (0xA9, (0, 0, 0, 0)),
    ],
)
def test_what_counts(kind: int, counted: tuple[int, ...]) -> None:
    told = talk((True, message(0, pdu(kind, binding(), binding()))))
    assert cells(told)[1:7] == ("1", "public", *counted)
    # A service is one that has answered.
    assert told.service is None


def test_a_trap_of_the_first_version() -> None:
    content = (
        tlv(6, b"\x2b\6") + tlv(0x40, bytes(4)) + integer(6) + integer(1) + tlv(TICKS, b"\1") + sequence(binding())
    )
    assert cells(talk((True, message(0, tlv(TRAP, content)))))[1:7] == ("1", "public", 0, 0, 0, 0)
    wrong = content.replace(b"\x40\4", b"\x41\4")
    assert "snmp" not in talk((True, message(0, tlv(TRAP, wrong)))).rows


def test_users_of_the_third_version() -> None:
    told = talk((True, third(plain(pdu(GET)), b"")), (False, third(plain(pdu(RESPONSE, binding())))))
    assert cells(told)[1:7] == ("3", "bob", 0, 0, 1, 0)
    # What is encrypted is told before Zeek knows the user.
    assert cells(talk((True, third(octets(b"secret")))))[1:3] == ("3", None)
    assert cells(talk((True, third(tlv(5, b"")))))[1:3] == ("3", None)
    assert cells(talk((True, third(plain(pdu(GET)), model=1))))[1:3] == ("3", None)


def test_flags_of_the_third_version_that_are_none() -> None:
    told = talk((False, third(plain(pdu(RESPONSE, binding())), flags=b"")), (True, third(plain(pdu(GET, binding())))))
    assert told.only("analyzer")["failure_reason"] == "Invalid v3 HeaderData msgFlags"
    assert cells(told)[3:7] == (0, 0, 1, 0)


def test_other_versions_are_passed_over() -> None:
    told = talk((False, message(2, pdu(GET))))
    assert (told.rows, told.service) == ({}, "snmp")


@pytest.mark.parametrize(
    "value", [b"\5\0", b"\x80\0", integer(5), tlv(0x40, bytes(4)), tlv(TICKS, b"\1"), tlv(6, b"\x2b")]
)
def test_a_description_is_text(value: bytes) -> None:
    assert cells(talk((False, message(1, pdu(RESPONSE, binding(value, 1))))))[7] is None


def test_only_answers_describe() -> None:
    assert cells(talk((True, message(1, pdu(SET, binding(octets(b"x"), 1))))))[7] is None


@pytest.mark.parametrize(
    ("ticks", "since"), [(b"\xff" * 8, None), (b"\1" + bytes(8), START), (b"", START), (b"\0\x64", START - SECOND)]
)
def test_times_that_are_odd(ticks: bytes, since: int | None) -> None:
    assert cells(talk((False, message(1, pdu(RESPONSE, binding(tlv(TICKS, ticks), 3))))))[8] == since


def test_odd_numbers_are_weird() -> None:
    long = binding(tlv(COUNTER_64, b"\1" + bytes(8)))
    name = sequence(tlv(6, b"\x2b" + b"\xff" * 10 + b"\1"), b"\5\0")
    told = talk((False, message(1, pdu(RESPONSE, long, name))))
    rows = [(row["uid"], row["name"], row["addl"], row["source"]) for row in told.rows["weird"]]
    assert rows == [
        (None, "asn_oid_subidentifier_too_long", "11", None),
        (None, "asn_binary_to_int64_shift_too_large", "9", None),
    ]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b"", f"{WRONG}: out_of_bound: ASN1EncodingMeta:len: 2 > 0"),
        (b"\x30\x82\0", f"{WRONG}: out_of_bound: ASN1EncodingMeta:more_len: 4 > 3"),
        (b"\x31\0", f"{WRONG}: Got ASN.1 tag 49, expect 48"),
        (b"\x30\0\2\5\0", f"{WRONG}: out_of_bound: ASN1Encoding:content: 7 > 3"),
        (b"\x30\0\2\x84\xff\xff\xff\xff", f"{WRONG}: out_of_bound: ASN1Encoding:content: 5 > 6"),
        (b"\x30\0" + tlv(2, bytes(10)), f"{WRONG}: ASN.1 integer width overflow: 10"),
        (message(1, pdu(GET)) + b"\0", f"{WRONG}: out_of_bound: ASN1EncodingMeta:len: 2 > 1"),
    ],
)
def test_what_is_no_message_ends_it(broken: bytes, reason: str) -> None:
    told = talk((False, message(1, pdu(RESPONSE))), (True, broken), (True, message(1, pdu(GET, binding()))))
    assert told.only("analyzer")["failure_reason"] == reason
    assert told.service is None
    assert cells(told)[3] == 0


def test_a_length_does_not_bound_what_is_inside() -> None:
    content = message(1, pdu(GET, binding())) + binding()
    assert cells(talk((True, content)))[3] == 2


@settings(max_examples=100)
@given(st.binary(max_size=60), st.integers(0, 90), st.booleans())
def test_any_message_is_survived(content: bytes, place: int, is_orig: bool) -> None:
    for whole in (message(1, pdu(RESPONSE, binding(content))), third(plain(pdu(GET, binding(content))))):
        talk((is_orig, whole[:place] + content + whole[place:]), (is_orig, whole[:place]), (not is_orig, content))


_AGENT = """
rwcommunity secret 127.0.0.1
sysDescr The device of the tests
agentAddress udp:127.0.0.1:161
createUser bob
rouser bob noauth
"""


def test_a_real_agent(tmp_path: Path) -> None:
    with loopback(tmp_path) as inside:
        inside.need("snmpd", "snmpget", "snmpset", "snmpbulkget")
        config = tmp_path / "snmpd.conf"
        config.write_text(_AGENT)
        kept = {"SNMP_PERSISTENT_DIR": str(tmp_path)}
        inside.start("snmpd", "-f", "-Lo", "-C", "-c", str(config), "-I", "-smux", "-p", str(tmp_path / "pid"), **kept)
        inside.wait_for(161, "udp")
        system = "1.3.6.1.2.1.1"
        second = ["-v2c", "-c", "secret", "127.0.0.1"]
        with inside.captured():
            got = inside.run("snmpget", "-Ot", *second, f"{system}.1.0", f"{system}.3.0").stdout
            inside.run("snmpset", "-v1", "-c", "secret", "127.0.0.1", f"{system}.5.0", "s", "renamed")
            inside.run("snmpbulkget", "-Cr3", *second, system)
            inside.run(
                "snmpget", "-v3", "-u", "bob", "-l", "noAuthNoPriv", "127.0.0.1", f"{system}.5.0", env=os.environ | kept
            )
        rows = inside.rows("snmp")
        counts = [tuple(row[name] for name in RECORD.names[-6:-2]) for row in rows]
        assert counts == [(2, 0, 2, 0), (0, 0, 1, 1), (0, 1, 3, 0), (1, 0, 1, 0)]
        assert [(row["version"], row["community"]) for row in rows] == [
            ("2c", "secret"),
            ("1", "secret"),
            ("2c", "secret"),
            ("3", "bob"),
        ]
        ticks = re.search(rb"= (\d+)\n", got)
        assert ticks is not None
        assert rows[0]["display_string"] == "The device of the tests"
        up = rows[0]["ts"] - rows[0]["up_since"] + rows[0]["duration"]
        assert round(up.total_seconds(), 2) == int(ticks[1]) / 100
        assert {row["service"] for row in inside.rows("conn") if row["id.resp_p"] == 161} == {"snmp"}
