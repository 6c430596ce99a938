"""Remote Desktop over UDP."""

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.protocols.rdpeudp import RDPEUDP, recognise
from tests.parsers.protocols.feeding import Told, Turn, connection, converse

TO = connection("udp", 3389)
CORRELATION = bytes(32)


def opening(flags: int, acknowledged: int = 0xFFFFFFFF, version: int = 2, more: bytes = b"") -> bytes:
    extension = pack(">HH", 1, version) + (bytes(32) if version == 0x101 else b"") if flags & 0x1000 else b""
    return pack(">IHHIHH", acknowledged, 64, flags, 1, 1232, 1232) + more + extension


def data(flags: int = 0x0C, vector: bytes = b"\1\2\3", more: bytes = bytes(8)) -> bytes:
    header = pack(">IHHH", 7, 64, flags, len(vector)) + vector
    return header + bytes(-(len(vector) + 2) % 4) + more


SYN, ANSWER = opening(0x1801, more=CORRELATION), opening(0x1005, 1)


def talk(*turns: Turn, port: int = 3389) -> Told:
    return converse(RDPEUDP, turns, to=connection("udp", port))


def test_an_opening() -> None:
    assert talk((True, SYN), (False, ANSWER), (True, data())).service == "rdpeudp"
    assert talk((True, SYN)).service is None
    assert talk((True, SYN.ljust(1232, b"\0")), (False, ANSWER), port=4711).service == "rdpeudp"


@pytest.mark.parametrize("first", [opening(0x1000), opening(0x1001, 7), opening(0x0004)])
def test_what_is_no_opening_is_passed_over(first: bytes) -> None:
    assert talk((True, first), (False, ANSWER)).service is None
    assert talk((True, first), (False, ANSWER), (True, SYN), (False, ANSWER)).service == "rdpeudp"


@pytest.mark.parametrize(
    ("datagram", "fault"),
    [
        (b"\0" * 7, "RDPEUDP1_ACK:fec_header: 8 > 7"),
        (data(vector=b"abc")[:11], "RDPUDP_ACK_VECTOR_HEADER:AckVectorElement: 3 > 1"),
        (data(vector=b"abc", flags=4)[:13], "RDPUDP_ACK_VECTOR_HEADER: 8 > 5"),
        (data(more=b"abc"), "RDPUDP_SOURCE_PAYLOAD_HEADER: 8 > 3"),
        (data(flags=0x100, more=b"abc"), "RDPUDP_ACK_OF_ACKVECTOR_HEADER: 4 > 3"),
    ],
)
def test_what_does_not_fit_ends_it(datagram: bytes, fault: str) -> None:
    told = talk((True, SYN), (False, ANSWER), (True, datagram))
    assert told.service is None
    assert told.only("analyzer")["failure_reason"].endswith(f"out_of_bound: {fault}")


def test_the_third_version() -> None:
    new = [(True, opening(0x1001, version=0x101)), (False, opening(0x1005, version=0x101))]
    assert talk(*new, (True, b"\0\1\2")).service == "rdpeudp"
    told = talk(*new, (True, b"\0\1"))
    assert told.only("analyzer")["failure_reason"].endswith("out_of_bound: RDPEUDP2_ACK:header: 3 > 2")


def test_recognition() -> None:
    assert recognise(SYN.ljust(1232, b"\0"), b"")
    assert not recognise(SYN, b"")
    assert not recognise(ANSWER.ljust(1232, b"\0"), b"")


@given(st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=60)), max_size=6))
def test_any_bytes_are_survived(turns: list[Turn]) -> None:
    talk(*turns)
    talk((True, SYN), (False, ANSWER), *turns)
